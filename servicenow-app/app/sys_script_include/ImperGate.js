/**
 * For scripts of other scopes: may this ticket be resolved? The separate update set "Resolve guard" asks it from a rule
 * of the global scope, and a customer's own rules or flows may do the same.
 */
var ImperGate = Class.create();
ImperGate.prototype = {

    initialize: function () {
    },

    /**
     * @param {String} table
     * @param {String} sysId
     * @return {String} why the ticket may not be resolved yet, in words for the agent; '' if it may
     */
    refusal: function (table, sysId) {
        var bypass = new ImperBypass();
        var policy = new ImperPolicy();
        if (!policy.isTable(table) || !policy.isSysId(sysId) || !bypass.concerns(table)) {
            return '';
        }
        var ticket = new ImperTicket(String(table), String(sysId));
        var reason = ticket.exists() ? bypass.reason(ticket) : null;
        return reason === null ? '' : 'This ticket cannot be resolved yet: the policy ' + reason.policy
            + ' requires the requester to be verified first. ' + reason.text;
    },

    type: 'ImperGate'
};
