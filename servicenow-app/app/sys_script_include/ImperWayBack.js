/**
 * Asks the backend whether its results reach this instance. The backend gets an OAuth token here and posts a signed
 * ping, as it posts results, and says in words what happened at each step.
 */
var ImperWayBack = Class.create();

/** Milliseconds to wait: the backend gives each of its two calls five seconds. */
ImperWayBack.TIMEOUT = 15000;

/** What the page calls the backend's steps. */
ImperWayBack.NAMES = { oauth: 'Way back: OAuth token', ping: 'Way back: signed result', clock: 'Way back: clock' };

/** More is not believed: the page shows what it is told. */
ImperWayBack.MAX_STEPS = 10;
ImperWayBack.MAX_TEXT = 1000;

ImperWayBack.prototype = {

    initialize: function () {
        this.properties = new ImperProperties();
    },

    /** @return {Array} of {name, ok, text, remedy}; at least one */
    steps: function () {
        var answer;
        try {
            var message = new sn_ws.RESTMessageV2();
            message.setEndpoint(this.properties.backendUrl() + '/api/v1/connection');
            message.setHttpMethod('POST');
            message.setHttpTimeout(ImperWayBack.TIMEOUT);
            message.setRequestHeader('Authorization', 'Bearer ' + new ImperAgentToken().wayBack());
            message.setRequestHeader('Content-Type', 'application/json');
            message.setRequestBody('{}');
            answer = message.execute();
        } catch (error) {
            return [this._wrong('The backend could not be asked: ' + String(error.message || error) + '.', 'Test again.')];
        }
        var status = parseInt(answer.getStatusCode(), 10);
        if (status === 200) {
            return this._read(String(answer.getBody()));
        }
        if (status === 429) {
            return [this._wrong('The backend was asked too often.', 'Wait ' + (parseInt(answer.getHeader('Retry-After'), 10) || 60)
                + ' seconds, then test again.')];
        }
        if (status === 404 || status === 405) {
            return [this._wrong('This backend is older than the app and does not know the test.', 'Update the backend. Until then the first result shows'
                + ' whether results arrive.')];
        }
        return [this._wrong('The backend did not test it (' + (status || 'no answer') + ').', 'The backend\'s log says why.')];
    },

    _read: function (body) {
        var steps = [];
        try {
            var report = JSON.parse(body).steps;
            for (var i = 0; i < report.length && i < ImperWayBack.MAX_STEPS; i++) {
                steps.push({
                    name: ImperWayBack.NAMES[report[i].step] || 'Way back',
                    ok: report[i].ok === true,
                    text: this._text(report[i].text),
                    remedy: this._text(report[i].remedy)
                });
            }
        } catch (unreadable) {
            steps = [];
        }
        return steps.length > 0 ? steps : [this._wrong('The backend\'s answer cannot be read.', 'Look for a proxy in between.')];
    },

    _text: function (value) {
        return typeof value === 'string' ? value.substring(0, ImperWayBack.MAX_TEXT) : '';
    },

    _wrong: function (text, remedy) {
        return { name: 'Way back', ok: false, text: text, remedy: remedy };
    },

    type: 'ImperWayBack'
};
