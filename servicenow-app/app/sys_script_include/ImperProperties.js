/**
 * Typed access to the app's properties. A property may be missing (a private property is not always created by the
 * first import), so every read has its safe default here.
 */
var ImperProperties = Class.create();

/** Filled in by the packer from the application record. */
ImperProperties.VERSION = '@version@';

/** Bytes of key that HMAC-SHA256 wants; a shorter key would weaken every token. */
ImperProperties.MIN_TOKEN_KEY_BYTES = 32;

/** The least that Standard Webhooks allow. */
ImperProperties.MIN_WEBHOOK_KEY_BYTES = 24;

ImperProperties.prototype = {

    initialize: function () {
        this.secrets = new ImperSecrets();
    },

    isEnabled: function () {
        return this._read('x_imper_verify.enabled', 'true') === 'true';
    },

    /** Public URL of the backend, without a trailing slash; '' if none is set. */
    backendUrl: function () {
        return this._withoutSlash(this._read('x_imper_verify.backend_url', ''));
    },

    /** This instance's own URL, without a trailing slash. */
    instanceUrl: function () {
        return this._withoutSlash(this._read('glide.servlet.uri', ''));
    },

    keyId: function () {
        return this._read('x_imper_verify.key_id', '');
    },

    /** The HMAC key of agent tokens, in base64; '' unless it is one. */
    tokenKey: function () {
        var key = this.secrets.read('token_secret');
        return this._keyBytes(key) >= ImperProperties.MIN_TOKEN_KEY_BYTES ? key : '';
    },

    /** The HMAC keys of result events, in base64, newest first. Two are valid while a secret is being replaced. */
    webhookKeys: function () {
        var secrets = this._list(this.secrets.read('webhook_secret'));
        var keys = [];
        for (var i = 0; i < secrets.length; i++) {
            var key = secrets[i].indexOf('whsec_') === 0 ? secrets[i].substring(6) : '';
            if (this._keyBytes(key) >= ImperProperties.MIN_WEBHOOK_KEY_BYTES) {
                keys.push(key);
            }
        }
        return keys;
    },

    /** Tables whose tickets may be verified and updated. */
    allowedTables: function () {
        return this._list(this._read('x_imper_verify.allowed_tables', 'incident'));
    },

    isAllowedTable: function (table) {
        var tables = this.allowedTables();
        for (var i = 0; i < tables.length; i++) {
            if (tables[i] === table) {
                return true;
            }
        }
        return false;
    },

    /** Fields of sys_user that hold contacts on file. */
    contactFields: function () {
        return this._list(this._read('x_imper_verify.contact_fields', 'email,mobile_phone,phone'));
    },

    /** Value or label of the resolution code for tickets that are resolved automatically; '' for the best one there is. */
    closeCode: function () {
        return this._read('x_imper_verify.close_code', '');
    },

    /** What is missing before a link can be sent and a result taken, in words for the admin. Empty when all is set. */
    problems: function () {
        var problems = [];
        if (!/^https:\/\/[^\s\/]+/.test(this.backendUrl()) && !this._isLocal(this.backendUrl())) {
            problems.push('x_imper_verify.backend_url must be an address that begins with https://');
        }
        if (this.keyId() === '') {
            problems.push('x_imper_verify.key_id is empty');
        }
        if (this.tokenKey() === '') {
            problems.push('x_imper_verify.token_secret must be base64 of at least 32 bytes');
        }
        if (this.webhookKeys().length === 0) {
            problems.push('x_imper_verify.webhook_secret must be whsec_ and base64 of at least 24 bytes');
        }
        if (this.allowedTables().length === 0) {
            problems.push('x_imper_verify.allowed_tables names no table');
        }
        if (this.instanceUrl() === '') {
            problems.push('glide.servlet.uri is empty');
        }
        return problems;
    },

    isConfigured: function () {
        return this.problems().length === 0;
    },

    /** True if the field may be shown and links may be sent. */
    isReady: function () {
        return this.isEnabled() && this.isConfigured();
    },

    /** Writes to the application log if the verbosity allows. Never pass a secret, an address or a token. */
    log: function (level, message) {
        var levels = ['error', 'warn', 'info', 'debug'];
        var wanted = levels.indexOf(this._read('x_imper_verify.log_verbosity', 'info'));
        if (levels.indexOf(level) > (wanted < 0 ? 2 : wanted)) {
            return;
        }
        if (level === 'error') {
            gs.error('imper.ai Verification: ' + message);
        } else if (level === 'warn') {
            gs.warn('imper.ai Verification: ' + message);
        } else if (level === 'info') {
            gs.info('imper.ai Verification: ' + message);
        } else {
            gs.debug('imper.ai Verification: ' + message);
        }
    },

    _read: function (name, fallback) {
        var value = gs.getProperty(name, fallback);
        return value === null || value === undefined ? '' : String(value).replace(/^\s+|\s+$/g, '');
    },

    _list: function (text) {
        var parts = text.split(/[\s,]+/);
        var list = [];
        for (var i = 0; i < parts.length; i++) {
            if (parts[i] !== '') {
                list.push(parts[i]);
            }
        }
        return list;
    },

    _withoutSlash: function (url) {
        return url.replace(/\/+$/, '');
    },

    /** A backend on the same machine may be spoken to in clear: for demonstrations and tests. */
    _isLocal: function (url) {
        return /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(url);
    },

    /** Length of the key in bytes; 0 if the text is not standard base64. */
    _keyBytes: function (text) {
        if (text.length % 4 !== 0 || !/^[A-Za-z0-9+\/]+={0,2}$/.test(text)) {
            return 0;
        }
        return text.length / 4 * 3 - (text.length - text.replace(/=+$/, '').length);
    },

    type: 'ImperProperties'
};
