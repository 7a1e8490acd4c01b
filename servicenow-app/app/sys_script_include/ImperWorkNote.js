/**
 * The wording of the work notes: one note for each milestone that an agent should find in the ticket.
 */
var ImperWorkNote = Class.create();

ImperWorkNote.ACTIONS = { password_reset: 'Password reset', account_unlock: 'Account unlock', mfa_reset: 'MFA reset' };
ImperWorkNote.RISKS = { verified: 'Verified', medium: 'Medium', high: 'High' };

ImperWorkNote.prototype = {

    /**
     * @param {Object} event a validated result event
     * @param {Boolean} again true if a link had been sent for this verification before
     */
    initialize: function (event, again) {
        this.verification = event.verification;
        this.again = again;
    },

    /** The note, or '' if this status is no milestone (sending, opened, in progress). */
    text: function () {
        var verification = this.verification;
        var lines;
        if (verification.status === 'sent') {
            lines = this._sent();
        } else if (verification.status === 'passed' || verification.status === 'failed') {
            lines = this._decided();
        } else if (verification.status === 'expired') {
            lines = ['imper.ai Verification: expired', '',
                'The time ran out before the requester had completed the verification. Nothing is proven; a new link can be sent from this ticket.'];
        } else if (verification.status === 'cancelled') {
            lines = ['imper.ai Verification: cancelled', '',
                'The verification was stopped before a decision. Nothing is proven; a new link can be sent from this ticket.'];
        } else if (verification.status === 'undeliverable') {
            lines = ['imper.ai Verification: link not delivered', '',
                'The link could not be delivered ' + this._way() + '. Check the address or number with the requester and send a new link.'];
        } else {
            return '';
        }
        return this._plain(lines.concat(this._footer()).join('\n'));
    },

    _sent: function () {
        return ['imper.ai Verification: ' + (this.again ? 'new link sent' : 'link sent'), '',
            (this.again ? 'A new verification link was sent ' : 'A verification link was sent ') + this._way() + '.'];
    },

    _decided: function () {
        var verification = this.verification;
        var passed = verification.status === 'passed';
        var lines = ['imper.ai Verification: ' + (passed ? 'Passed' : 'Failed'), ''];
        if (verification.recommendation_text) {
            lines.push(verification.recommendation_text);
        }
        if (verification.risk_level) {
            lines.push('Risk level: ' + ImperWorkNote.RISKS[verification.risk_level] + this._score());
        }
        if (verification.report_summary) {
            lines.push('', 'Analysis report', verification.report_summary);
        }
        return lines;
    },

    _score: function () {
        var score = this.verification.risk_score;
        return typeof score === 'number' ? ' (score ' + score + ' of 100)' : '';
    },

    _way: function () {
        var way = this.verification.channel === 'sms' ? 'by text message' : 'by email';
        return this.verification.destination ? way + ' to ' + this.verification.destination : way;
    },

    _footer: function () {
        var verification = this.verification;
        var lines = [''];
        if (verification.action) {
            lines.push('Requested action: ' + ImperWorkNote.ACTIONS[verification.action]);
        }
        if (verification.agent_name) {
            lines.push('Initiated by: ' + verification.agent_name);
        }
        lines.push('Verification ID: ' + verification.id, verification.url);
        return lines;
    },

    /** Takes away the only markup that a journal field obeys. */
    _plain: function (text) {
        return text.replace(/\[\/?code\]/gi, '');
    },

    type: 'ImperWorkNote'
};
