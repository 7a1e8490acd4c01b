/**
 * Tickets that were resolved although their policy requires a verification and none has passed. An app of its own scope
 * cannot stop that on a table of the platform; it makes it visible: an event, a work note, and a module that lists them.
 */
var ImperBypass = Class.create();

ImperBypass.TYPE = 'ticket.resolved_without_verification';

ImperBypass.prototype = {

    initialize: function () {
        this.properties = new ImperProperties();
        this.policy = new ImperPolicy();
    },

    /** For the condition of the business rule: cheap, because it is asked for every ticket that changes its state. */
    concerns: function (table) {
        return this.properties.isEnabled() && this.properties.isAllowedTable(String(table));
    },

    /**
     * Called after a ticket has changed its state.
     * @return {Boolean} true if it was recorded now
     */
    inspect: function (table, sysId) {
        var ticket = new ImperTicket(table, sysId);
        if (!ticket.exists() || !ticket.isDone()) {
            return false;
        }
        var reason = this.reason(ticket);
        if (reason === null) {
            return false;
        }
        var row = this._row(ticket, reason);
        var known = new GlideRecord('x_imper_verify_event');
        if (known.get('event_id', row.event_id)) {
            return false;
        }
        if (!this._insert(row)) {
            return false;
        }
        ticket.addNote('imper.ai Verification: resolved without verification\n\nThe policy ' + reason.policy
            + ' requires the requester to be verified first. ' + reason.text + '\nResolved by: ' + gs.getUserDisplayName());
        this.properties.log('warn', ticket.number() + ' was resolved without verification.');
        return true;
    },

    /**
     * Why the ticket may not be resolved yet.
     * @return {Object|null} {policy, action, code, text, verification}: code is none, failed or other_person; null if no policy requires a verification, or if one has passed
     */
    reason: function (ticket) {
        var policy = this.policy.match(ticket.table, ticket.sysId);
        if (policy === null) {
            return null;
        }
        var decided = new GlideRecord('x_imper_verify_verification');
        decided.addQuery('ticket', ticket.sysId);
        decided.addNotNullQuery('outcome');
        decided.orderByDesc('started');
        decided.setLimit(1);
        decided.query();
        if (!decided.next()) {
            return { policy: policy.name, action: policy.action, code: 'none', text: 'No verification of this ticket has been decided.', verification: '' };
        }
        var found = { policy: policy.name, action: policy.action, code: '', text: '', verification: String(decided.getUniqueValue()) };
        if (decided.getValue('outcome') !== 'passed') {
            found.code = 'failed';
            found.text = 'The verification ' + decided.getValue('number') + ' has failed.';
        } else if (String(decided.getValue('requester') || '') !== ticket.requester()) {
            found.code = 'other_person';
            found.text = 'The verification ' + decided.getValue('number') + ' was passed by another person than the one the ticket is for now.';
        }
        return found.text === '' ? null : found;
    },

    _row: function (ticket, reason) {
        return {
            // One for each time that a ticket is resolved: resolving and then closing it is one bypass, not two.
            event_id: 'byp_' + ticket.sysId + '_' + ticket.doneAt().replace(/\D/g, ''),
            verification: reason.verification,
            type: ImperBypass.TYPE,
            task: ticket.sysId,
            ticket_table: ticket.table,
            ticket_number: ticket.number(),
            user: String(gs.getUserID()),
            occurred_at: new GlideDateTime().getValue(),
            applied: true,
            policy: reason.policy,
            action: reason.action || '',
            reason: reason.code,
            detail: 'Policy ' + reason.policy + '. ' + reason.text
        };
    },

    _insert: function (row) {
        var record = new GlideRecord('x_imper_verify_event');
        record.initialize();
        for (var field in row) {
            record.setValue(field, row[field]);
        }
        return !!record.insert();
    },

    type: 'ImperBypass'
};
