/**
 * Mints the agent token: a JWT of four minutes that carries ticket, requester and agent. The browser can show it but
 * not forge it, so the backend need not believe anything else that the browser says.
 */
var ImperAgentToken = Class.create();

/** The only typ that the backend accepts. */
ImperAgentToken.TYPE = 'imper-agent+jwt';

/** Of the token that asks the backend to test its way back; it opens nothing else. */
ImperAgentToken.CONNECTION_TYPE = 'imper-connection+jwt';

/** Seconds. The backend refuses more than 300; the rest is room for clocks that differ. */
ImperAgentToken.LIFETIME = 240;

/** The longest token that the backend accepts, in bytes. */
ImperAgentToken.MAX_BYTES = 8192;

ImperAgentToken.MAX_DESCRIPTION = 1000;

/** Languages that ServiceNow names in its own way, as BCP 47 tags. */
ImperAgentToken.LANGUAGES = { pb: 'pt-BR', fq: 'fr-CA', zh: 'zh-Hans', zt: 'zh-Hant' };

ImperAgentToken.prototype = {

    initialize: function () {
        this.properties = new ImperProperties();
        this.policy = new ImperPolicy();
    },

    /**
     * @param {Object} body the request's body: {table, sys_id}
     * @return {Object} {reply: {token, backend_url, expires_in}} or {problem: {status, code, message}}
     */
    issue: function (body) {
        if (!this.properties.isEnabled()) {
            return this._problem(503, 'disabled', 'imper.ai Verification is switched off in this instance.');
        }
        if (!this.properties.isConfigured()) {
            return this._problem(503, 'not_configured', 'imper.ai Verification is not set up yet. Ask your administrator to complete its properties.');
        }
        if (!gs.hasRole('x_imper_verify.agent')) {
            return this._problem(403, 'not_an_agent', 'You need the role x_imper_verify.agent to send verification links.');
        }
        if (body === null || !this.policy.isTable(body.table) || !this.policy.isSysId(body.sys_id)) {
            return this._problem(400, 'invalid_request', 'The body must be JSON with a table name and a sys_id.');
        }
        if (!this.properties.isAllowedTable(body.table)) {
            return this._problem(403, 'table_not_allowed', 'Tickets of this table cannot be verified.');
        }
        // As the agent: a ticket that they may not read looks like one that does not exist.
        var ticket = new GlideRecordSecure(body.table);
        if (!ticket.get(body.sys_id) || !ticket.canRead()) {
            return this._problem(404, 'ticket_not_found', 'The ticket does not exist, or you may not read it.');
        }
        var policy = this.policy.match(body.table, body.sys_id);
        if (policy === null) {
            return this._problem(422, 'no_policy', 'No policy requires a verification for this ticket.');
        }
        var requester = this._requester(ticket);
        if (requester === null) {
            return this._problem(422, 'no_requester', 'The ticket does not say whom it is for. Fill in the caller and save it.');
        }
        var token = this._token(ticket, requester, policy);
        if (token === '') {
            return this._problem(422, 'ticket_too_large', 'The ticket holds too much text to be signed. Shorten its short description.');
        }
        return {
            reply: { token: token, backend_url: this.properties.backendUrl(), expires_in: ImperAgentToken.LIFETIME }
        };
    },

    /**
     * A token of one minute for the connection test: signed like an agent's, for a ticket and a requester that do not
     * exist. It goes to the backend alone; no browser sees it.
     */
    probe: function () {
        var now = Math.floor(new GlideDateTime().getNumericValue() / 1000);
        var nothing = '00000000' + '00000000' + '00000000' + '00000000';
        return this._sign({
            iss: this.properties.instanceUrl(), aud: this.properties.backendUrl(), sub: String(gs.getUserID()),
            iat: now, nbf: now, exp: now + 60, jti: String(gs.generateGUID()),
            agent: { sys_id: String(gs.getUserID()), user_name: String(gs.getUserName()), name: String(gs.getUserDisplayName()) },
            ticket: { table: 'incident', sys_id: nothing, number: 'CONNECTION-TEST', short_description: '', description: '', category: '' },
            requester: { sys_id: nothing, user_name: 'connection-test', name: 'Connection test', email: '', contacts: [],
                time_zone: '', language: '' },
            action: null, assurance: 'standard'
        });
    },

    /** A token of one minute that asks the backend to test its way back; '' for whoever is no admin of the app. */
    wayBack: function () {
        if (!gs.hasRole('x_imper_verify.admin')) {
            return '';
        }
        var now = Math.floor(new GlideDateTime().getNumericValue() / 1000);
        return this._sign({
            iss: this.properties.instanceUrl(), aud: this.properties.backendUrl(), sub: String(gs.getUserID()),
            iat: now, nbf: now, exp: now + 60, jti: String(gs.generateGUID())
        }, ImperAgentToken.CONNECTION_TYPE);
    },

    /** The signed token; '' if it cannot be made short enough. Text that is expensive to encode shortens the description. */
    _token: function (ticket, requester, policy) {
        var length = ImperAgentToken.MAX_DESCRIPTION;
        while (length >= 1) {
            var token = this._sign(this._claims(ticket, requester, policy, length));
            if (token.length <= ImperAgentToken.MAX_BYTES) {
                return token;
            }
            length = Math.floor(length / 2);
        }
        return '';
    },

    _claims: function (ticket, requester, policy, descriptionLength) {
        var now = Math.floor(new GlideDateTime().getNumericValue() / 1000);
        return {
            iss: this.properties.instanceUrl(),
            aud: this.properties.backendUrl(),
            sub: String(gs.getUserID()),
            iat: now,
            nbf: now,
            exp: now + ImperAgentToken.LIFETIME,
            jti: String(gs.generateGUID()),
            agent: {
                sys_id: String(gs.getUserID()),
                user_name: String(gs.getUserName()),
                name: String(gs.getUserDisplayName())
            },
            ticket: {
                table: String(ticket.getTableName()),
                sys_id: String(ticket.getUniqueValue()),
                number: this._value(ticket, 'number'),
                short_description: this._value(ticket, 'short_description'),
                description: this._cut(this._value(ticket, 'description'), descriptionLength),
                category: ticket.isValidField('category') ? String(ticket.getDisplayValue('category') || '') : ''
            },
            requester: requester,
            action: policy.action,
            assurance: policy.assurance
        };
    },

    _requester: function (ticket) {
        var sysId = '';
        for (var i = 0; i < ImperTicket.REQUESTER_FIELDS.length && sysId === ''; i++) {
            sysId = this._value(ticket, ImperTicket.REQUESTER_FIELDS[i]);
        }
        var user = new GlideRecord('sys_user');
        if (sysId === '' || !user.get(sysId)) {
            return null;
        }
        var language = this._value(user, 'preferred_language');
        return {
            sys_id: String(user.getUniqueValue()),
            user_name: this._value(user, 'user_name'),
            name: this._value(user, 'name'),
            email: this._value(user, 'email'),
            contacts: this._contacts(user),
            time_zone: this._value(user, 'time_zone'),
            language: ImperAgentToken.LANGUAGES[language] || language,
            manager: this._manager(user)
        };
    },

    /** Who may be asked whether the request is genuine: the manager on the requester's own record, while active. */
    _manager: function (user) {
        var sysId = this._value(user, 'manager');
        var manager = new GlideRecord('sys_user');
        if (sysId === '' || !manager.get(sysId) || this._value(manager, 'active') !== '1') {
            return null;
        }
        return {
            sys_id: String(manager.getUniqueValue()),
            name: this._value(manager, 'name'),
            email: this._value(manager, 'email')
        };
    },

    _contacts: function (user) {
        var fields = this.properties.contactFields();
        var seen = {};
        var contacts = [];
        for (var i = 0; i < fields.length; i++) {
            var address = this._value(user, fields[i]).replace(/^\s+|\s+$/g, '');
            if (address !== '' && seen['=' + address] !== true) {
                seen['=' + address] = true;
                contacts.push({
                    channel: address.indexOf('@') > 0 ? 'email' : 'sms',
                    address: address,
                    source: fields[i]
                });
            }
        }
        return contacts;
    },

    /** @param {String} type left out for an agent's token */
    _sign: function (claims, type) {
        var header = { alg: 'HS256', typ: type || ImperAgentToken.TYPE, kid: this.properties.keyId() };
        var signed = this._encode(JSON.stringify(header)) + '.' + this._encode(JSON.stringify(claims));
        var mac = new CertificateEncryption().generateMac(this.properties.tokenKey(), 'HmacSHA256', signed);
        return signed + '.' + this._urlSafe(String(mac));
    },

    _encode: function (text) {
        return this._urlSafe(String(gs.base64Encode(text)));
    },

    /** base64 to base64url: other alphabet, no padding, no line breaks. */
    _urlSafe: function (base64) {
        return base64.replace(/[\r\n=]/g, '').replace(/\+/g, '-').replace(/\//g, '_');
    },

    /** Cuts without leaving half of a surrogate pair, which could not be encoded. */
    _cut: function (text, length) {
        return text.length > length ? text.substring(0, length).replace(/[\uD800-\uDBFF]$/, '') : text;
    },

    /** The field's value as text; '' if it is empty, hidden from the agent, or does not exist in this table. */
    _value: function (record, field) {
        return record.isValidField(field) ? String(record.getValue(field) || '') : '';
    },

    _problem: function (status, code, message) {
        return { problem: { status: status, code: code, message: message } };
    },

    type: 'ImperAgentToken'
};
