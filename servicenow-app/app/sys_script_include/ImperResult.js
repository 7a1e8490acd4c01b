/**
 * Applies a result event. Delivery is at least once and in order for each verification; this side adds: an event is
 * applied once (by its id), never after a newer one (by its sequence), and nothing overrides a final status, except that
 * a pass can be taken back. A kind of event that this version does not know is written as an event row and changes
 * nothing else.
 *
 * The order of the writes is ticket, verification, completion of the ticket, event. If one fails, the backend delivers
 * again; what was already written is recognised by the verification record, so the worst that can happen is a work
 * note that stands twice, never one that is lost.
 */
var ImperResult = Class.create();
ImperResult.prototype = {

    initialize: function () {
        this.properties = new ImperProperties();
        this.policy = new ImperPolicy();
        this.check = new ImperEventCheck();
    },

    /**
     * @param {Object|null} event the parsed body
     * @param {String} webhookId the header webhook-id, which the signature covers
     * @return {Object} {reply: {status, detail}} or {problem: {status, code, message}}
     */
    apply: function (event, webhookId) {
        var mistake = this.check.mistake(event);
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
            return this._told(event, new ImperTicket(event.ticket.table, event.ticket.sys_id), { status: 'duplicate', detail: 'This event was received before.' });
        }
        var verification = new GlideRecord('x_imper_verify_verification');
        var exists = !!verification.get('number', event.verification.id);
        if (exists && verification.getValue('ticket') !== event.ticket.sys_id) {
            return this._problem(409, 'other_ticket', 'This verification belongs to another ticket.');
        }
        var sysId = exists ? verification.getUniqueValue() : '';
        if (!this.check.isKnown(event.type)) {
            var unknown = 'This version of the app does not know events of this kind.';
            this._record(event, sysId, false, unknown);
            return { reply: { status: 'recorded', detail: unknown } };
        }
        var late = exists ? this._lateness(verification, event) : '';
        if (late !== '') {
            this._record(event, sysId, false, late);
            return { reply: { status: 'superseded', detail: late } };
        }
        return this._write(event, verification, exists);
    },

    _write: function (event, verification, exists) {
        var detail = 'Applied.';
        var ticket = new ImperTicket(event.ticket.table, event.ticket.sys_id);
        if (ticket.exists()) {
            var note = new ImperWorkNote(event, this._before(verification, exists)).text();
            if (!ticket.write(event, note)) {
                this.properties.log('error', event.verification.id + ': this instance does not let ' + event.ticket.number + ' be written.');
                return this._problem(500, 'ticket_not_written', 'The ticket could not be written: a rule of this instance turned it down.');
            }
        } else {
            detail = 'The ticket does not exist; only the verification was recorded.';
            this.properties.log('warn', event.verification.id + ': the ticket ' + event.ticket.number + ' does not exist.');
        }
        var completion = new ImperCompletion(ticket);
        var completes = ticket.exists() && completion.isDue(event);
        // Until the ticket is completed, a repeat of this event must not look like a late one.
        var saved = this._save(event, verification, exists, completes ? '' : event.sequence, ticket);
        if (!saved) {
            return this._problem(500, 'not_saved', 'The verification could not be saved.');
        }
        if (completes) {
            detail = completion.run(event);
            verification.setValue('last_sequence', event.sequence);
            verification.update();
        }
        this._record(event, saved, true, detail);
        this.properties.log('info', event.verification.id + ': ' + event.type + ' applied to ' + event.ticket.number + '.');
        return this._told(event, ticket, { status: 'applied', detail: detail });
    },

    /** The reply; to a performed action with what became of the ticket, which the field in the open form then says. */
    _told: function (event, ticket, reply) {
        if (event.type === 'action.performed') {
            reply.ticket = !ticket.exists() || !ticket.isDone() ? 'open' : ticket.isResolved() ? 'resolved' : 'closed';
        }
        return { reply: reply };
    },

    /** Why the event must not change anything any more; '' if it may. */
    _lateness: function (verification, event) {
        var last = parseInt(verification.getValue('last_sequence') || '0', 10);
        var status = String(verification.getValue('status') || '');
        if (event.sequence <= last) {
            return 'Sequence ' + event.sequence + ' came after sequence ' + last + '.';
        }
        var takenBack = status === 'passed' && event.verification.status === 'failed';
        if (ImperEventCheck.STATUSES[status] === true && event.verification.status !== status && !takenBack) {
            return 'The verification had already ended as ' + status + '.';
        }
        return '';
    },

    /** What the ticket has already been told, so that nothing is told twice. */
    _before: function (verification, exists) {
        if (!exists) {
            return { status: '', action: '' };
        }
        return {
            status: String(verification.getValue('status') || ''),
            action: String(verification.getValue('action_state') || '')
        };
    },

    _isKnown: function (eventId) {
        var known = new GlideRecord('x_imper_verify_event');
        return !!known.get('event_id', eventId);
    },

    /** Inserts or updates the verification; its sys_id, or null. A sequence of '' keeps the last one. */
    _save: function (event, record, exists, sequence, ticket) {
        var verification = event.verification;
        if (!exists) {
            record.initialize();
            record.setValue('number', verification.id);
            record.setValue('ticket_table', event.ticket.table);
            record.setValue('ticket', event.ticket.sys_id);
            record.setValue('task', event.ticket.sys_id);
            record.setValue('category', ticket.exists() ? ticket.category() : '');
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
        if (sequence !== '') {
            record.setValue('last_sequence', sequence);
        }
        if (this.check.isAction(event.type)) {
            record.setValue('action_state', event.action.state);
            record.setValue('action_connector', event.action.connector);
            record.setValue('action_automated', event.action.automated);
            record.setValue('action_receipt', event.action.receipt || '');
            record.setValue('action_summary', event.action.summary);
            record.setValue('action_expires', event.action.expires_at ? this._time(event.action.expires_at) : '');
        }
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
        row.setValue('task', event.ticket.sys_id);
        row.setValue('ticket_number', event.ticket.number);
        row.setValue('occurred_at', this._time(event.occurred_at));
        row.setValue('applied', applied);
        row.setValue('detail', detail);
        row.insert();
    },

    /** RFC 3339 in UTC to the platform's own notation. */
    _time: function (text) {
        return text.replace('T', ' ').replace('Z', '');
    },

    _problem: function (status, code, message) {
        return { problem: { status: status, code: code, message: message } };
    },

    type: 'ImperResult'
};
