/**
 * Tests the connection for the admin, both ways, and says in words what is wrong and what to do. It changes nothing: the
 * backend is asked for the verifications of a ticket that does not exist, with a token signed like an agent's, and then
 * for a test of its way back.
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

    /** @return {Array} of {name, ok, text, remedy}: what was looked at, in order; it ends where nothing further can be tried */
    run: function () {
        if (!this._setUp()) {
            return this.steps;
        }
        this._secret('Token secret', 'token_secret');
        this._secret('Webhook secret', 'webhook_secret');
        this._wayBack(this._backend());
        this._lastEvent();
        return this.steps;
    },

    /** The rows of the page's table, as markup. */
    rows: function () {
        var steps = this.run();
        var html = '';
        for (var i = 0; i < steps.length; i++) {
            html += '<tr><th scope="row">' + this._escape(steps[i].name) + '</th><td class="imper-'
                + (steps[i].ok ? 'ok"><span aria-hidden="true">&#10003;</span> OK' : 'wrong"><span aria-hidden="true">&#10005;</span> Look at this')
                + '</td><td>' + this._escape(steps[i].text)
                + (steps[i].remedy ? '<p class="imper-remedy">' + this._escape(steps[i].remedy) + '</p>' : '') + '</td></tr>';
        }
        return html;
    },

    _add: function (name, ok, text, remedy) {
        this.steps.push({ name: name, ok: ok, text: text, remedy: ok ? '' : remedy || '' });
        return ok;
    },

    _setUp: function () {
        var problems = this.properties.problems();
        if (problems.length > 0) {
            return this._add('Properties', false, problems.join('; ') + '.', 'Open imper.ai Verification > Properties and complete them.');
        }
        this._add('Properties', this.properties.isEnabled(), this.properties.isEnabled()
            ? 'Complete. This instance is ' + this.properties.instanceUrl() + ', the backend ' + this.properties.backendUrl() + '.'
            : 'Complete, but x_imper_verify.enabled is false: the field stays hidden and results are refused.', 'Set it to true when agents may begin.');
        return true;
    },

    _secret: function (name, key) {
        this._add(name, true, 'Taken from the ' + this.secrets.source(key) + '.');
    },

    /** Address, key, clock and the backend's view of this instance, in one question. True if it accepts our tokens. */
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
            return this._add('Backend', false, 'It could not be asked: ' + String(error.message || error) + '.', 'Check the backend URL.');
        }
        var status = parseInt(answer.getStatusCode(), 10);
        if (!status) {
            return this._add('Backend', false, 'It does not answer at ' + this.properties.backendUrl() + ' (' + String(answer.getErrorMessage() || 'no reason given')
                + ').', 'Check the backend URL, its certificate, and whether this instance may reach it.');
        }
        this._clock(answer.getHeader('Date'));
        return this._verdict(status);
    },

    _verdict: function (status) {
        if (status === 200) {
            return this._add('Agent tokens', true, 'The backend accepts the tokens of this instance.');
        }
        if (status === 401) {
            return this._add('Agent tokens', false, 'The backend does not accept the token.', 'Compare key ID and token secret with its configuration, and the'
                + ' addresses: it must know this instance as ' + this.properties.instanceUrl() + ', and itself as ' + this.properties.backendUrl()
                + '. A clock that is off does the same.');
        }
        if (status === 404) {
            return this._add('Agent tokens', false, 'There is something else than the imper.ai backend at ' + this.properties.backendUrl()
                + ' (it answered 404).', 'Check the backend URL.');
        }
        return this._add('Agent tokens', false, 'The backend answered ' + status + '.', 'Its log says why.');
    },

    _clock: function (header) {
        var theirs = header ? Date.parse(String(header)) : NaN;
        if (isNaN(theirs)) {
            this._add('Clock', false, 'The backend did not say its time, so the clocks could not be compared.', 'Look for a proxy that takes the header Date.');
            return;
        }
        var off = Math.round((new GlideDateTime().getNumericValue() - theirs) / 1000);
        var text = Math.abs(off) <= ImperConnection.SKEW ? 'The two clocks agree.'
            : 'The clock of this instance is ' + Math.abs(off) + ' seconds ' + (off > 0 ? 'ahead of' : 'behind') + ' the backend\'s.';
        this._add('Clock', Math.abs(off) <= ImperConnection.SKEW, text, 'Set both by a time server. Tokens are refused when this instance is more than a few'
            + ' seconds ahead or a minute behind, results from five minutes on.');
    },

    _wayBack: function (isHeard) {
        if (!isHeard) {
            this._add('Way back', false, 'Not tried: the backend acts only on a request that it can believe.', 'Put right what is marked above, then test again.');
            return;
        }
        var steps = new ImperWayBack().steps();
        for (var i = 0; i < steps.length; i++) {
            this._add(steps[i].name, steps[i].ok, steps[i].text, steps[i].remedy);
        }
    },

    /** What has really arrived. No fault if none has: perhaps no link was sent yet. */
    _lastEvent: function () {
        var event = new GlideRecord('x_imper_verify_event');
        event.addNotNullQuery('sequence');
        event.orderByDesc('sys_created_on');
        event.setLimit(1);
        event.query();
        this._add('Last result', true, event.next() ? 'The last signed result arrived at ' + event.getValue('sys_created_on') + ' UTC.'
            : 'None has arrived yet. It comes within seconds after an agent sends the first link.');
    },

    _escape: function (text) {
        return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
    },

    type: 'ImperConnection'
};
