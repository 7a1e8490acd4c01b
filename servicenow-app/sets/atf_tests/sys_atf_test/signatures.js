(function (outputs, steps, params, stepResult, assertEqual) {
    // Any key will do: what is tested is how a signature is checked, not the secret of this instance.
    var key = String(gs.base64Encode('a key for this automated test only'));
    var now = 1767225600;
    var signatures = new ImperSignature([key], now);

    function signed(timestamp, body) {
        return 'v1,' + String(new CertificateEncryption().generateMac(key, 'HmacSHA256', 'evt_1.' + timestamp + '.' + body)).replace(/[\r\n]/g, '');
    }

    function code(refusal) {
        return refusal === null ? '' : refusal.code;
    }

    var time = String(now);
    var old = String(now - 301);
    assertEqual({ name: 'the right signature', shouldbe: '', value: code(signatures.refusal('evt_1', time, signed(time, 'body'), 'body')) });
    assertEqual({ name: 'one of two signatures', shouldbe: '', value: code(signatures.refusal('evt_1', time, 'v1,AAAA ' + signed(time, 'body'), 'body')) });
    assertEqual({ name: 'another body', shouldbe: 'signature_invalid', value: code(signatures.refusal('evt_1', time, signed(time, 'body'), 'bodY')) });
    assertEqual({ name: 'another id', shouldbe: 'signature_invalid', value: code(signatures.refusal('evt_2', time, signed(time, 'body'), 'body')) });
    assertEqual({ name: 'another key', shouldbe: 'signature_invalid', value: code(new ImperSignature([String(gs.base64Encode('another key than the one above....'))], now).refusal('evt_1', time, signed(time, 'body'), 'body')) });
    assertEqual({ name: 'an old signature', shouldbe: 'timestamp_out_of_range', value: code(signatures.refusal('evt_1', old, signed(old, 'body'), 'body')) });
    assertEqual({ name: 'no signature', shouldbe: 'signature_missing', value: code(signatures.refusal('evt_1', time, '', 'body')) });
    return true;
})(outputs, steps, params, stepResult, assertEqual);
