/**
 * Is a result event sound? Everything that is written to a ticket or shown to people is checked here once, so that the
 * scripts behind it need not distrust it again.
 */
var ImperEventCheck = Class.create();

/** The statuses of a verification, and whether they are final. */
ImperEventCheck.STATUSES = {
    sending: false, sent: false, opened: false, in_progress: false,
    passed: true, failed: true, expired: true, cancelled: true, undeliverable: true
};

ImperEventCheck.ACTIONS = ['password_reset', 'account_unlock', 'mfa_reset'];

/** What may become of an action that a pass has granted. */
ImperEventCheck.ACTION_STATES = ['granted', 'awaiting_release', 'manual', 'performing', 'performed', 'failed', 'unknown', 'revoked', 'expired'];

/** One kind of event more, which is no state: somebody at a contact on file says that an action was not theirs. */
ImperEventCheck.DISPUTED = 'action.disputed';

/** And one more: a pass was taken back because somebody disowns it, and no event of an action tells so. */
ImperEventCheck.DISOWNED = 'verification.disputed';

ImperEventCheck.TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

ImperEventCheck.prototype = {

    initialize: function () {
        this.policy = new ImperPolicy();
    },

    /** True if this version of the app knows what an event of this kind means. */
    isKnown: function (type) {
        var parts = String(type).split('.');
        if (parts.length !== 2) {
            return false;
        }
        return parts[0] === 'verification' && ImperEventCheck.STATUSES.hasOwnProperty(parts[1])
            || parts[0] === 'action' && this._isState(parts[1])
            || type === ImperEventCheck.DISPUTED || type === ImperEventCheck.DISOWNED;
    },

    _isState: function (state) {
        return ImperEventCheck.ACTION_STATES.indexOf(state) >= 0;
    },

    isAction: function (type) {
        return String(type).indexOf('action.') === 0;
    },

    /** The first thing that is wrong with the event, in words; '' if it is sound. */
    mistake: function (event) {
        if (event === null || typeof event !== 'object' || !event.verification || !event.ticket) {
            return 'The body must be a JSON object with a verification and a ticket.';
        }
        var wrong = [];
        this._frame(wrong, event);
        if (this.isKnown(event.type)) {
            this._verification(wrong, event.verification);
            this._kind(wrong, event);
        }
        return wrong.length === 0 ? '' : 'Missing or malformed: ' + wrong.join(', ') + '.';
    },

    /** What every event has, also one of a kind that is not known. */
    _frame: function (wrong, event) {
        this._check(wrong, /^evt_[0-9a-f]{32}$/.test(event.id), 'id');
        this._check(wrong, /^[a-z][a-z_]*(\.[a-z][a-z_]*)+$/.test(event.type) && event.type.length <= 60, 'type');
        this._check(wrong, typeof event.sequence === 'number' && event.sequence >= 1 && event.sequence % 1 === 0, 'sequence');
        this._check(wrong, this._isTime(event.occurred_at), 'occurred_at');
        this._check(wrong, /^[A-Z0-9]{4,40}$/.test(event.verification.id), 'verification.id');
        this._check(wrong, this.policy.isTable(event.ticket.table), 'ticket.table');
        this._check(wrong, this.policy.isSysId(event.ticket.sys_id), 'ticket.sys_id');
        this._check(wrong, this._isText(event.ticket.number, 40, false), 'ticket.number');
    },

    _verification: function (wrong, verification) {
        this._check(wrong, ImperEventCheck.STATUSES.hasOwnProperty(verification.status), 'verification.status');
        this._check(wrong, this._isUrl(verification.url), 'verification.url');
        this._check(wrong, this._oneOf(verification.outcome, ['passed', 'failed']), 'verification.outcome');
        this._check(wrong, this._outcomeFits(verification), 'verification.outcome');
        this._check(wrong, this._oneOf(verification.risk_level, ['verified', 'medium', 'high']), 'verification.risk_level');
        this._check(wrong, this._isScore(verification.risk_score), 'verification.risk_score');
        this._check(wrong, this._oneOf(verification.recommendation, ['proceed', 'proceed_with_care', 'reject']), 'verification.recommendation');
        this._check(wrong, this._isText(verification.recommendation_text, 200, true), 'verification.recommendation_text');
        this._check(wrong, this._isText(verification.report_summary, 4000, false), 'verification.report_summary');
        this._check(wrong, this._oneOf(verification.action, ImperEventCheck.ACTIONS), 'verification.action');
        this._check(wrong, verification.channel === 'email' || verification.channel === 'sms', 'verification.channel');
        this._check(wrong, this._isText(verification.destination, 255, false), 'verification.destination');
        this._check(wrong, this._isText(verification.agent_name, 255, false), 'verification.agent_name');
        this._check(wrong, this._isTime(verification.created_at), 'verification.created_at');
        this._check(wrong, this._isAbsent(verification.ended_at) || this._isTime(verification.ended_at), 'verification.ended_at');
    },

    _kind: function (wrong, event) {
        if (!this.isAction(event.type)) {
            this._check(wrong, event.type === 'verification.' + event.verification.status
                || event.type === ImperEventCheck.DISOWNED && event.verification.status === 'failed', 'type');
            return;
        }
        var action = event.action;
        if (this._isAbsent(action) || typeof action !== 'object') {
            wrong.push('action');
            return;
        }
        this._check(wrong, event.type === 'action.' + action.state
            || event.type === ImperEventCheck.DISPUTED && this._isState(action.state), 'action.state');
        this._check(wrong, ImperEventCheck.ACTIONS.indexOf(action.action) >= 0, 'action.action');
        this._check(wrong, typeof action.connector === 'string' && /^[a-z][a-z0-9_]{0,39}$/.test(action.connector), 'action.connector');
        this._check(wrong, action.automated === true || action.automated === false, 'action.automated');
        this._check(wrong, this._isAbsent(action.receipt) || /^[A-Z0-9]{4,40}$/.test(action.receipt), 'action.receipt');
        this._check(wrong, this._isText(action.summary, 1000, false), 'action.summary');
        this._check(wrong, this._isAbsent(action.expires_at) || this._isTime(action.expires_at), 'action.expires_at');
    },

    _check: function (wrong, holds, name) {
        if (!holds && wrong.indexOf(name) < 0) {
            wrong.push(name);
        }
    },

    /** Passed and failed come with that outcome, every other status with none. */
    _outcomeFits: function (verification) {
        var decided = verification.status === 'passed' || verification.status === 'failed';
        return decided ? verification.outcome === verification.status : this._isAbsent(verification.outcome);
    },

    _isAbsent: function (value) {
        return value === null || value === undefined;
    },

    _isTime: function (value) {
        return typeof value === 'string' && ImperEventCheck.TIME.test(value);
    },

    _oneOf: function (value, words) {
        return this._isAbsent(value) || words.indexOf(value) >= 0;
    },

    _isScore: function (value) {
        return this._isAbsent(value) || typeof value === 'number' && value >= 0 && value <= 100 && value % 1 === 0;
    },

    _isText: function (value, length, mayBeAbsent) {
        return this._isAbsent(value) ? mayBeAbsent : typeof value === 'string' && value.length <= length;
    },

    /** A web address without anything that would end it in a work note. */
    _isUrl: function (value) {
        return typeof value === 'string' && value.length <= 1024 && /^https?:\/\/[^\s"<>]+$/.test(value);
    },

    type: 'ImperEventCheck'
};
