/**
 * Resolves and closes a ticket when its requester has completed the action in the portal and nobody had to do anything
 * by hand. Everything that speaks against it is checked on the ticket as it is now, and said in a work note.
 */
var ImperCompletion = Class.create();
ImperCompletion.prototype = {

    /** @param {ImperTicket} ticket */
    initialize: function (ticket) {
        this.ticket = ticket;
        this.choices = new ImperChoices(ticket.table);
    },

    /** True if this event may complete the ticket at all. */
    isDue: function (event) {
        return event.type === 'action.performed' && event.action.automated === true && event.verification.outcome === 'passed';
    },

    /** @return {String} what became of the ticket, for the event row */
    run: function (event) {
        var receipt = event.action.receipt || event.verification.id;
        if (this.ticket.isEnded()) {
            return 'Applied. The ticket had been closed before.';
        }
        var policy = new ImperPolicy().match(this.ticket.table, this.ticket.sysId);
        if (policy === null || policy.action !== event.action.action) {
            return this._left('It no longer matches a policy that asks for this action.');
        }
        if (!policy.resolve) {
            return 'Applied. The policy leaves the ticket to its agent.';
        }
        if (!this.ticket.isResolvedOn(receipt)) {
            if (this.ticket.isResolved()) {
                return 'Applied. The ticket had been resolved before.';
            }
            if (this.ticket.requester() !== event.verification.requester_sys_id) {
                return this._left('It is now for another person than the one who was verified.');
            }
            var state = this.choices.state(this.ticket.states.resolved);
            if (state === null) {
                return this._left('This instance offers no state for it.');
            }
            if (!this.ticket.resolve(this._resolution(event, policy, state, receipt))) {
                return this._left('A rule of this instance turned it down.');
            }
        }
        return policy.close ? this._close() : 'Applied. The ticket was resolved.';
    },

    _close: function () {
        if (this.ticket.isEnded()) {
            return 'Applied. The ticket was resolved and closed.';
        }
        var state = this.choices.state(this.ticket.states.closed);
        if (state === null || !this.ticket.close(state.value)) {
            this.ticket.addNote('imper.ai Verification: ticket not closed\n\nThe ticket stays resolved: '
                + (state === null ? 'this instance offers no state for closing it.' : 'a rule of this instance turned closing it down.'));
            return 'Applied. The ticket was resolved; closing it was not possible.';
        }
        return 'Applied. The ticket was resolved and closed.';
    },

    _resolution: function (event, policy, state, receipt) {
        var done = ImperWorkNote.ACTIONS[event.action.action];
        var why = 'The requester was verified and completed it in the imper.ai portal.';
        return {
            state: state.value,
            code: this.choices.closeCode(),
            notes: done + ': ' + (event.action.summary || why) + '\n' + why + '\nVerification ID: ' + event.verification.id
                + (receipt === event.verification.id ? '' : '\nReceipt: ' + receipt),
            note: 'imper.ai Verification: ticket ' + (policy.close ? 'resolved and closed' : 'resolved') + '\n\n' + why
                + ' The policy ' + policy.name + (policy.close ? ' resolves and closes' : ' resolves') + ' such a ticket automatically.'
        };
    },

    /** The ticket stays as it is, and an agent reads why. */
    _left: function (reason) {
        this.ticket.addNote('imper.ai Verification: ticket not resolved\n\nThe action is done, but the ticket was left open. ' + reason);
        return 'Applied. The ticket was left open: ' + reason;
    },

    type: 'ImperCompletion'
};
