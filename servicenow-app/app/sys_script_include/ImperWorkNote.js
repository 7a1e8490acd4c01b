/**
 * The wording of the work notes: one note for each milestone that an agent should find in the ticket.
 */
var ImperWorkNote = Class.create();

ImperWorkNote.ACTIONS = { password_reset: 'Password reset', account_unlock: 'Account unlock', mfa_reset: 'MFA reset' };
ImperWorkNote.RISKS = { verified: 'Verified', medium: 'Medium', high: 'High' };

/** What became of an action: the end of the heading, and what an agent should know or do. */
ImperWorkNote.ACTION_STATES = {
    granted: ['granted', 'The requester may now complete it in the imper.ai portal. Nothing has been changed yet.'],
    awaiting_release: ['waits for a second person', 'The account is privileged: a second person must release it first. Nothing has been changed yet.'],
    manual: ['to be done by hand', 'The requester is verified. Perform it by hand, then confirm it.'],
    performed: ['performed', ''],
    failed: ['failed', 'Nothing is known to have been changed. Perform it by hand, or send a new link.'],
    unknown: ['result not known', 'It is not known whether anything was changed: look in the directory before you act.'],
    revoked: ['taken back', 'It was taken back before it was used. Nothing was changed.'],
    expired: ['not used in time', 'The requester did not complete it in time. Nothing was changed; a new link can be sent from this ticket.']
};

ImperWorkNote.CONNECTORS = { ldap: 'LDAP directory', active_directory: 'Active Directory', entra: 'Microsoft Entra ID',
    okta: 'Okta', webhook: 'Webhook', manual: 'By hand' };

ImperWorkNote.prototype = {

    /**
     * @param {Object} event a validated result event
     * @param {Object} before {status, action} that the verification had before; both '' if it is new
     */
    initialize: function (event, before) {
        this.event = event;
        this.verification = event.verification;
        this.before = before;
    },

    /** The note, or '' if this event is no milestone (sending, opened, in progress) or was told before. */
    text: function () {
        var lines = [];
        // An action event may arrive without the decision before it: then the note tells both.
        if (this.event.type === ImperEventCheck.DISOWNED) {
            lines = ['imper.ai Verification: pass taken back', '',
                'It counts as failed: somebody says that the request was not theirs. Do not act on it.',
                'Call the requester on a number that you know, and treat the account as at risk until you have spoken.', '']
                .concat(this._decided().slice(2));
        } else if (!this.event.action || this.event.type.indexOf('action.') !== 0) {
            lines = this._status();
        } else {
            lines = this.verification.outcome ? this._status() : [];
            var action = this._action();
            lines = lines.concat(lines.length > 0 && action.length > 0 ? [''] : [], action);
        }
        return lines.length === 0 ? '' : this._plain(lines.concat(this._footer()).join('\n'));
    },

    _status: function () {
        var status = this.verification.status;
        if (status === 'sent') {
            return this._sent();
        }
        if (status === this.before.status) {
            return [];
        }
        if (status === 'passed' || status === 'failed') {
            return this._decided();
        }
        if (status === 'expired') {
            return ['imper.ai Verification: expired', '',
                'The time ran out before the requester had completed the verification. Nothing is proven; a new link can be sent from this ticket.'];
        }
        if (status === 'cancelled') {
            return ['imper.ai Verification: cancelled', '',
                'The verification was stopped before a decision. Nothing is proven; a new link can be sent from this ticket.'];
        }
        if (status === 'undeliverable') {
            return ['imper.ai Verification: link not delivered', '',
                'The link could not be delivered ' + this._way() + '. Check the address or number with the requester and send a new link.'];
        }
        return [];
    },

    _sent: function () {
        var again = this.before.status === 'sent' || this.before.status === 'opened' || this.before.status === 'in_progress';
        return ['imper.ai Verification: ' + (again ? 'new link sent' : 'link sent'), '',
            (again ? 'A new verification link was sent ' : 'A verification link was sent ') + this._way() + '.'];
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

    _action: function () {
        var action = this.event.action;
        if (this.event.type === ImperEventCheck.DISPUTED) {
            return ['imper.ai Verification: ' + ImperWorkNote.ACTIONS[action.action] + ' disputed', '', action.summary,
                'Secure the account before you do anything else, and call the requester on a number that you know.'];
        }
        var words = ImperWorkNote.ACTION_STATES[action.state];
        if (!words || this.before.action === action.state) {
            return [];
        }
        var lines = ['imper.ai Verification: ' + ImperWorkNote.ACTIONS[action.action] + ' ' + words[0], ''];
        if (action.summary !== '') {
            lines.push(action.summary);
        }
        if (action.state === 'failed' && action.expires_at) {
            lines.push('Nothing was changed, and the ticket stays open.');
        } else if (words[1] !== '') {
            lines.push(words[1]);
        }
        if (action.expires_at) {
            lines.push('Possible until: ' + action.expires_at.replace('T', ' ').replace(/:\d\dZ$/, ' UTC'));
        }
        if (action.state === 'performed') {
            lines.push('Performed by: ' + (ImperWorkNote.CONNECTORS[action.connector] || action.connector)
                + (action.automated && action.connector !== 'manual' ? ', automatically' : ''));
        }
        if (action.receipt) {
            lines.push('Receipt: ' + action.receipt);
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
