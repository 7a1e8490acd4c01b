/**
 * Verifies the signature of a result event, as Standard Webhooks describe it: HMAC-SHA256 over "id.timestamp.body",
 * a header that may carry several signatures, and a window against replay.
 */
var ImperSignature = Class.create();

/** Seconds that an event may be old, or ahead of this instance's clock. */
ImperSignature.TOLERANCE = 300;

ImperSignature.prototype = {

    /**
     * @param {Array} keys the valid HMAC keys in base64
     * @param {Number} now seconds since 1970
     */
    initialize: function (keys, now) {
        this.keys = keys;
        this.now = now;
    },

    /**
     * @return {Object|null} null if the signature holds, else {code, message}
     */
    refusal: function (id, timestamp, header, body) {
        if (!id || !timestamp || !header) {
            return { code: 'signature_missing', message: 'The headers webhook-id, webhook-timestamp and webhook-signature are required.' };
        }
        if (!/^\d{1,12}$/.test(timestamp)) {
            return { code: 'timestamp_invalid', message: 'webhook-timestamp must be whole seconds since 1970.' };
        }
        if (Math.abs(this.now - parseInt(timestamp, 10)) > ImperSignature.TOLERANCE) {
            return { code: 'timestamp_out_of_range', message: 'webhook-timestamp differs from the clock of this instance by more than five minutes.' };
        }
        if (!this._anyMatches(header.split(' '), id + '.' + timestamp + '.' + body)) {
            return { code: 'signature_invalid', message: 'webhook-signature does not match the body.' };
        }
        return null;
    },

    /** Compares every key with every signature, without stopping at a match: the time taken tells nothing. */
    _anyMatches: function (signatures, content) {
        var found = false;
        for (var k = 0; k < this.keys.length; k++) {
            var mac = new CertificateEncryption().generateMac(this.keys[k], 'HmacSHA256', content);
            var expected = String(mac).replace(/[\r\n]/g, '');
            for (var s = 0; s < signatures.length; s++) {
                var given = signatures[s].indexOf('v1,') === 0 ? signatures[s].substring(3) : '';
                found = this._equal(expected, given) || found;
            }
        }
        return found;
    },

    /** In constant time for texts of equal length; the length of a MAC is no secret. */
    _equal: function (expected, given) {
        if (expected.length === 0 || expected.length !== given.length) {
            return false;
        }
        var difference = 0;
        for (var i = 0; i < expected.length; i++) {
            difference = difference | (expected.charCodeAt(i) ^ given.charCodeAt(i));
        }
        return difference === 0;
    },

    type: 'ImperSignature'
};
