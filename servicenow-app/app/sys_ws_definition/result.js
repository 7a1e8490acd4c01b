(function process(request, response) {
    var rest = new ImperRest();
    var properties = new ImperProperties();
    if (!properties.isReady()) {
        rest.answer(response, {
            problem: { status: 503, code: 'not_ready', message: 'imper.ai Verification is switched off or not set up in this instance.' }
        });
        return;
    }
    var body = rest.rawBody(request);
    var id = rest.header(request, 'webhook-id');
    var now = Math.floor(new GlideDateTime().getNumericValue() / 1000);
    var refusal = new ImperSignature(properties.webhookKeys(), now).refusal(
        id, rest.header(request, 'webhook-timestamp'), rest.header(request, 'webhook-signature'), body);
    if (refusal !== null) {
        properties.log('warn', 'a result was refused: ' + refusal.code);
        rest.answer(response, { problem: { status: 401, code: refusal.code, message: refusal.message } });
        return;
    }
    var event = rest.parse(body);
    var ping = new ImperPing();
    rest.answer(response, ping.isOne(event) ? ping.answer(event, id) : new ImperResult().apply(event, id));
})(request, response);
