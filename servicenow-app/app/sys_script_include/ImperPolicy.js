/**
 * Which policy, if any, requires verification for a ticket. The first active one by order decides.
 */
var ImperPolicy = Class.create();
ImperPolicy.prototype = {

    initialize: function () {
        this.properties = new ImperProperties();
    },

    /**
     * @param {String} table
     * @param {String} sysId
     * @return {Object|null} {name, action, assurance, resolve, close}; action is null if the policy asks for none
     */
    match: function (table, sysId) {
        if (!this.isTable(table) || !this.isSysId(sysId) || !this.properties.isAllowedTable(table)) {
            return null;
        }
        var policy = new GlideRecord('x_imper_verify_policy');
        policy.addQuery('active', true);
        policy.addQuery('table_name', table);
        policy.orderBy('order');
        policy.query();
        while (policy.next()) {
            if (this._meets(table, sysId, policy.getValue('condition') || '')) {
                var action = policy.getValue('action') || 'none';
                return {
                    name: policy.getValue('name'),
                    action: action === 'none' ? null : action,
                    assurance: this._assurance(policy.getValue('assurance')),
                    resolve: policy.getValue('resolve_automatically') === '1',
                    close: policy.getValue('close_automatically') === '1'
                };
            }
        }
        return null;
    },

    /** A word that an admin has added to the list and the backend does not know asks for more, never for less. */
    _assurance: function (value) {
        return !value || value === 'standard' ? 'standard' : 'high';
    },

    /**
     * Address of the panel page for the ticket, or '' if the field is not to be shown: the app is off or not set up,
     * the user is no agent, no policy matches (which an unsaved ticket never does), or the user may not read the ticket.
     * Portals ask with whatever stands in their address, and must not learn of a ticket that is none of the user's.
     */
    panelUrl: function (table, sysId) {
        if (!this.properties.isReady() || !gs.hasRole('x_imper_verify.agent') || this.match(table, sysId) === null) {
            return '';
        }
        var ticket = new GlideRecordSecure(table);
        if (!ticket.get(sysId) || !ticket.canRead()) {
            return '';
        }
        return 'x_imper_verify_panel.do?sysparm_table=' + table + '&sysparm_sys_id=' + sysId;
    },

    /** The text if it is a table name, else ''. For values that come from an address. */
    tableOrBlank: function (text) {
        return this.isTable(text) ? String(text) : '';
    },

    /** The text if it is a sys_id, else ''. For values that come from an address. */
    sysIdOrBlank: function (text) {
        return this.isSysId(text) ? String(text) : '';
    },

    isTable: function (text) {
        return !!text && /^[a-z][a-z0-9_]{0,79}$/.test(String(text));
    },

    isSysId: function (text) {
        return !!text && /^[0-9a-f]{32}$/.test(String(text));
    },

    /**
     * An encoded query with ^NQ is a list of alternatives, and a condition on the sys_id would bind to the first one
     * only; so each alternative is asked for on its own.
     */
    _meets: function (table, sysId, condition) {
        var alternatives = condition.split('^NQ');
        for (var i = 0; i < alternatives.length; i++) {
            var ticket = new GlideRecord(table);
            ticket.addQuery('sys_id', sysId);
            if (alternatives[i] !== '') {
                ticket.addEncodedQuery(alternatives[i]);
            }
            ticket.setLimit(1);
            ticket.query();
            if (ticket.next()) {
                return true;
            }
        }
        return false;
    },

    type: 'ImperPolicy'
};
