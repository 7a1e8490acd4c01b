/**
 * Tests the connection for the admin and says in words what is wrong. The question to the backend changes nothing there:
 * it asks for the verifications of a ticket that does not exist, with a token signed like an agent's.
 */
var ImperConnection = Class.create();

/** Milliseconds to wait for the backend. */
ImperConnection.TIMEOUT = 15000;

/** Seconds that the two clocks may differ before it is worth a word; tokens live for four minutes. */
ImperConnection.SKEW = 30;

ImperConnection.prototype = {

    initialize: function () {
        this.properties = new ImperProperties();
        this.secrets = new ImperSecrets();
        this.steps = [];
    },

    /** @return {Array} of {name, ok, text}: what was looked at, in order; it ends where nothing further can be tried */
    run: function () {
        if (!this._setUp()) {
            return this.steps;
        }
        this._secret('Token secret', 'token_secret');
        this._secret('Webhook secret', 'webhook_secret');
        this._backend();
        this._lastEvent();
        return this.steps;
    },

    /** The rows of the page's table, as markup. */
    rows: function () {
        var steps = this.run();
        var html = '';
        for (var i = 0; i < steps.length; i++) {
            html += '<tr><th scope="row">' + this._escape(steps[i].name) + '</th><td class="imper-' + (steps[i].ok ? 'ok">OK' : 'wrong">Look at this')
                + '</td><td>' + this._escape(steps[i].text) + '</td></tr>';
        }
        return html;
    },

    _add: function (name, ok, text) {
        this.steps.push({ name: name, ok: ok, text: text });
        return ok;
    },

    _setUp: function () {
        var problems = this.properties.problems();
        if (problems.length > 0) {
            return this._add('Properties', false, problems.join('; ') + '.');
        }
        return this._add('Properties', this.properties.isEnabled(), this.properties.isEnabled()
            ? 'Complete. This instance is ' + this.properties.instanceUrl() + ', the backend ' + this.properties.backendUrl() + '.'
            : 'Complete, but x_imper_verify.enabled is false: the field stays hidden and results are refused.') || true;
    },

    _secret: function (name, key) {
        this._add(name, true, 'Taken from the ' + this.secrets.source(key) + '.');
    },

    /** Address, key, clock and the backend's view of this instance, in one question. */
    _backend: function () {
        var answer;
        try {
            var message = new sn_ws.RESTMessageV2();
            message.setEndpoint(this.properties.backendUrl() + '/api/v1/verifications');
            message.setHttpMethod('GET');
            message.setHttpTimeout(ImperConnection.TIMEOUT);
            message.setRequestHeader('Authorization', 'Bearer ' + new ImperAgentToken().probe());
            answer = message.execute();
        } catch (error) {
            this._add('Backend', false, 'It could not be asked: ' + String(error.message || error) + '.');
            return;
        }
        var status = parseInt(answer.getStatusCode(), 10);
        if (!status) {
            this._add('Backend', false, 'It does not answer at ' + this.properties.backendUrl() + ' (' + String(answer.getErrorMessage() || 'no reason given')
                + '). Check the backend URL, its certificate, and whether this instance may reach it.');
            return;
        }
        this._clock(answer.getHeader('Date'));
        this._add('Agent tokens', status === 200, this._verdict(status));
    },

    _verdict: function (status) {
        if (status === 200) {
            return 'The backend accepts the tokens of this instance.';
        }
        if (status === 401) {
            return 'The backend does not accept the token. Compare key ID and token secret with its configuration, and the addresses: it must know this'
                + ' instance as ' + this.properties.instanceUrl() + ', and itself as ' + this.properties.backendUrl() + '. A clock that is off does the same.';
        }
        if (status === 404) {
            return 'There is something else than the imper.ai backend at ' + this.properties.backendUrl() + ' (it answered 404).';
        }
        return 'The backend answered ' + status + '. Its log says why.';
    },

    _clock: function (header) {
        var theirs = header ? Date.parse(String(header)) : NaN;
        if (isNaN(theirs)) {
            this._add('Clock', false, 'The backend did not say its time, so the clocks could not be compared.');
            return;
        }
        var off = Math.round((new GlideDateTime().getNumericValue() - theirs) / 1000);
        var text = Math.abs(off) <= ImperConnection.SKEW ? 'The two clocks agree.'
            : 'The clock of this instance is ' + Math.abs(off) + ' seconds ' + (off > 0 ? 'ahead of' : 'behind') + ' the backend\'s. Tokens and results are refused'
                + ' when it is more than a few minutes; set both by a time server.';
        this._add('Clock', Math.abs(off) <= ImperConnection.SKEW, text);
    },

    /** The other direction can be seen only by what has arrived: OAuth, role and signature were right then. */
    _lastEvent: function () {
        var event = new GlideRecord('x_imper_verify_event');
        event.addNotNullQuery('sequence');
        event.orderByDesc('sys_created_on');
        event.setLimit(1);
        event.query();
        if (event.next()) {
            this._add('Results from the backend', true, 'The last signed result arrived at ' + event.getValue('sys_created_on') + ' UTC.');
        } else {
            this._add('Results from the backend', false, 'None has arrived yet. Send a link from a ticket: its result comes within seconds. If it does not, check'
                + ' the OAuth client, the integration user with its role, and the webhook secret; the backend\'s log names which.');
        }
    },

    _escape: function (text) {
        return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
    },

    type: 'ImperConnection'
};
