/**
 * Applies a result event. Delivery is at least once and in order for each verification; this side adds: an event is
 * applied once (by its id), never after a newer one (by its sequence), and never once a final status was reached.
 *
 * The order of the writes is ticket, verification, event: if one fails, the backend delivers again and the worst that
 * can happen is a work note that stands twice, never one that is lost.
 */
var ImperResult = Class.create();

ImperResult.STATUSES = {
    sending: false, sent: false, opened: false, in_progress: false,
    passed: true, failed: true, expired: true, cancelled: true, undeliverable: true
};

ImperResult.TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

ImperResult.prototype = {

    initialize: function () {
        this.properties = new ImperProperties();
        this.policy = new ImperPolicy();
    },

    /**
     * @param {Object|null} event the parsed body
     * @param {String} webhookId the header webhook-id, which the signature covers
     * @return {Object} {reply: {status, detail}} or {problem: {status, code, message}}
     */
    apply: function (event, webhookId) {
        var mistake = this._mistake(event);
        if (mistake !== '') {
            return this._problem(400, 'invalid_event', mistake);
        }
        if (event.id !== webhookId) {
            return this._problem(400, 'invalid_event', 'webhook-id and the id of the event differ.');
        }
        if (!this.properties.isAllowedTable(event.ticket.table)) {
            return this._problem(403, 'table_not_allowed', 'Tickets of the table ' + event.ticket.table + ' are not updated in this instance.');
        }
        if (this._isKnown(event.id)) {
            return { reply: { status: 'duplicate', detail: 'This event was received before.' } };
        }
        var verification = new GlideRecord('x_imper_verify_verification');
        var exists = !!verification.get('number', event.verification.id);
        if (exists && verification.getValue('ticket') !== event.ticket.sys_id) {
            return this._problem(409, 'other_ticket', 'This verification belongs to another ticket.');
        }
        var late = exists ? this._lateness(verification, event) : '';
        if (late !== '') {
            this._record(event, verification.getUniqueValue(), false, late);
            return { reply: { status: 'superseded', detail: late } };
        }
        return this._write(event, verification, exists);
    },

    _write: function (event, verification, exists) {
        var detail = 'Applied.';
        var ticket = new ImperTicket(event.ticket.table, event.ticket.sys_id);
        if (ticket.exists()) {
            var note = new ImperWorkNote(event, exists && this._linkWasSent(verification)).text();
            if (!ticket.write(event, note)) {
                this.properties.log('error', event.verification.id + ': this instance does not let ' + event.ticket.number + ' be written.');
                return this._problem(500, 'ticket_not_written', 'The ticket could not be written: a rule of this instance turned it down.');
            }
        } else {
            detail = 'The ticket does not exist; only the verification was recorded.';
            this.properties.log('warn', event.verification.id + ': the ticket ' + event.ticket.number + ' does not exist.');
        }
        var sysId = this._save(event, verification, exists);
        if (!sysId) {
            return this._problem(500, 'not_saved', 'The verification could not be saved.');
        }
        this._record(event, sysId, true, detail);
        this.properties.log('info', event.verification.id + ': ' + event.type + ' applied to ' + event.ticket.number + '.');
        return { reply: { status: 'applied', detail: detail } };
    },

    /** Why the event must not change anything any more; '' if it may. */
    _lateness: function (verification, event) {
        var last = parseInt(verification.getValue('last_sequence') || '0', 10);
        var status = String(verification.getValue('status') || '');
        if (event.sequence <= last) {
            return 'Sequence ' + event.sequence + ' came after sequence ' + last + '.';
        }
        if (ImperResult.STATUSES[status] === true && event.verification.status !== status) {
            return 'The verification had already ended as ' + status + '.';
        }
        return '';
    },

    _linkWasSent: function (verification) {
        var status = String(verification.getValue('status') || '');
        return status === 'sent' || status === 'opened' || status === 'in_progress';
    },

    _isKnown: function (eventId) {
        var known = new GlideRecord('x_imper_verify_event');
        return !!known.get('event_id', eventId);
    },

    /** Inserts or updates the verification; its sys_id, or null. */
    _save: function (event, record, exists) {
        var verification = event.verification;
        if (!exists) {
            record.initialize();
            record.setValue('number', verification.id);
            record.setValue('ticket_table', event.ticket.table);
            record.setValue('ticket', event.ticket.sys_id);
            record.setValue('incident', event.ticket.table === 'incident' ? event.ticket.sys_id : '');
            record.setValue('requester', this.policy.sysIdOrBlank(verification.requester_sys_id));
            record.setValue('initiated_by', this.policy.sysIdOrBlank(verification.agent_sys_id));
            record.setValue('started', this._time(verification.created_at));
        }
        record.setValue('ticket_number', event.ticket.number);
        record.setValue('action', verification.action || '');
        record.setValue('status', verification.status);
        record.setValue('outcome', verification.outcome || '');
        record.setValue('risk_level', verification.risk_level || '');
        record.setValue('risk_score', typeof verification.risk_score === 'number' ? verification.risk_score : '');
        record.setValue('recommendation', verification.recommendation || '');
        record.setValue('channel', verification.channel);
        record.setValue('destination', verification.destination);
        record.setValue('url', verification.url);
        record.setValue('report_summary', verification.report_summary);
        record.setValue('ended', verification.ended_at ? this._time(verification.ended_at) : '');
        record.setValue('last_sequence', event.sequence);
        return exists ? record.update() : record.insert();
    },

    /** Appends the event. The column event_id is unique, so of two equal deliveries at once only one is kept. */
    _record: function (event, verificationSysId, applied, detail) {
        var row = new GlideRecord('x_imper_verify_event');
        row.initialize();
        row.setValue('event_id', event.id);
        row.setValue('verification', verificationSysId);
        row.setValue('sequence', event.sequence);
        row.setValue('type', event.type);
        row.setValue('occurred_at', this._time(event.occurred_at));
        row.setValue('applied', applied);
        row.setValue('detail', detail);
        row.insert();
    },

    /** RFC 3339 in UTC to the platform's own notation. */
    _time: function (text) {
        return text.replace('T', ' ').replace('Z', '');
    },

    /** The first thing that is wrong with the event, in words; '' if it is sound. */
    _mistake: function (event) {
        if (event === null || typeof event !== 'object' || !event.verification || !event.ticket) {
            return 'The body must be a JSON object with a verification and a ticket.';
        }
        var verification = event.verification;
        var wrong = [];
        this._check(wrong, /^evt_[0-9a-f]{32}$/.test(event.id), 'id');
        this._check(wrong, ImperResult.STATUSES.hasOwnProperty(verification.status), 'verification.status');
        this._check(wrong, event.type === 'verification.' + verification.status, 'type');
        this._check(wrong, typeof event.sequence === 'number' && event.sequence >= 1 && event.sequence % 1 === 0, 'sequence');
        this._check(wrong, ImperResult.TIME.test(event.occurred_at), 'occurred_at');
        this._check(wrong, /^[A-Z0-9]{4,40}$/.test(verification.id), 'verification.id');
        this._check(wrong, this._isUrl(verification.url), 'verification.url');
        this._check(wrong, this._oneOf(verification.outcome, ['passed', 'failed']), 'verification.outcome');
        this._check(wrong, this._outcomeFits(verification), 'verification.outcome');
        this._check(wrong, this._oneOf(verification.risk_level, ['verified', 'medium', 'high']), 'verification.risk_level');
        this._check(wrong, this._isScore(verification.risk_score), 'verification.risk_score');
        this._check(wrong, this._oneOf(verification.recommendation, ['proceed', 'proceed_with_care', 'reject']), 'verification.recommendation');
        this._check(wrong, this._isText(verification.recommendation_text, 200, true), 'verification.recommendation_text');
        this._check(wrong, this._isText(verification.report_summary, 4000, false), 'verification.report_summary');
        this._check(wrong, this._oneOf(verification.action, ['password_reset', 'account_unlock', 'mfa_reset']), 'verification.action');
        this._check(wrong, verification.channel === 'email' || verification.channel === 'sms', 'verification.channel');
        this._check(wrong, this._isText(verification.destination, 255, false), 'verification.destination');
        this._check(wrong, this._isText(verification.agent_name, 255, false), 'verification.agent_name');
        this._check(wrong, ImperResult.TIME.test(verification.created_at), 'verification.created_at');
        this._check(wrong, this._isAbsent(verification.ended_at) || ImperResult.TIME.test(verification.ended_at), 'verification.ended_at');
        this._check(wrong, this.policy.isTable(event.ticket.table), 'ticket.table');
        this._check(wrong, this.policy.isSysId(event.ticket.sys_id), 'ticket.sys_id');
        this._check(wrong, this._isText(event.ticket.number, 40, false), 'ticket.number');
        return wrong.length === 0 ? '' : 'Missing or malformed: ' + wrong.join(', ') + '.';
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

    _problem: function (status, code, message) {
        return { problem: { status: status, code: code, message: message } };
    },

    type: 'ImperResult'
};
