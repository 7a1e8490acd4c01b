/**
 * Where the secrets are: in a credential behind one of the app's credential aliases, else in a password2 property. A
 * value never leaves the server, is never logged, and is readable for nobody without the app's admin role.
 */
var ImperSecrets = Class.create();

ImperSecrets.prototype = {

    initialize: function () {
    },

    /** The secret; '' if none is set. */
    read: function (name) {
        return this._fromAlias(name) || this._fromProperty(name);
    },

    /** Where it is taken from: 'credential alias', 'property' or '' if it is not set. */
    source: function (name) {
        if (this._fromAlias(name) !== '') {
            return 'credential alias';
        }
        return this._fromProperty(name) !== '' ? 'property' : '';
    },

    /** token_secret stands behind the alias x_imper_verify.Token_secret. */
    _aliasOf: function (name) {
        return 'x_imper_verify.' + name.charAt(0).toUpperCase() + name.substring(1);
    },

    _fromAlias: function (name) {
        var alias = new GlideRecord('sys_alias');
        if (!alias.get('id', this._aliasOf(name))) {
            return '';
        }
        try {
            var credential = new sn_cc.StandardCredentialsProvider().getCredentialByAliasID(String(alias.getUniqueValue()));
            return credential ? this._trim(credential.getAttribute('password')) : '';
        } catch (nothingBehindIt) {
            return '';
        }
    },

    _fromProperty: function (name) {
        return this._trim(gs.getProperty('x_imper_verify.' + name, ''));
    },

    _trim: function (value) {
        return value === null || value === undefined ? '' : String(value).replace(/^\s+|\s+$/g, '');
    },

    type: 'ImperSecrets'
};
