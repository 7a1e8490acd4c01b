/**
 * Every write to a ticket happens here. It never reopens, and it changes the state only in resolve() and close(), which
 * ImperCompletion calls. A closed or cancelled ticket keeps its fields: there it only adds a work note.
 */
var ImperTicket = Class.create();

/** What the states of a table mean. Of other tables only active and Closed Complete are known to be the same everywhere. */
ImperTicket.STATES = { incident: { resolved: '6', closed: '7', ended: { 7: true, 8: true } } };
ImperTicket.OTHER_STATES = { resolved: '3', closed: '', ended: { 3: true, 4: true, 7: true } };

/** Where the person whom a ticket is for may stand, by table: the first field that exists and is filled counts. */
ImperTicket.REQUESTER_FIELDS = ['caller_id', 'requested_for', 'opened_for'];

ImperTicket.prototype = {

    /**
     * @param {String} table an allowed table
     * @param {String} sysId
     */
    initialize: function (table, sysId) {
        this.table = table;
        this.sysId = sysId;
        this.states = ImperTicket.STATES[table] || ImperTicket.OTHER_STATES;
        this._load();
    },

    exists: function () {
        return this.found;
    },

    /** sys_id of the person whom the ticket is for now; '' if it does not say. */
    requester: function () {
        for (var i = 0; i < ImperTicket.REQUESTER_FIELDS.length; i++) {
            var value = this._value(ImperTicket.REQUESTER_FIELDS[i]);
            if (value !== '') {
                return value;
            }
        }
        return '';
    },

    /** Closed or cancelled: nothing but work notes may be added. */
    isEnded: function () {
        if (this.record.isValidField('active') && this.record.getValue('active') === '0') {
            return true;
        }
        return this.states.ended[this._value('state')] === true;
    },

    /** Somebody has resolved it, and it is not closed yet. */
    isResolved: function () {
        return !this.isEnded() && this._value('state') === this.states.resolved;
    },

    /** Resolved or closed as done, but not cancelled: whatever was asked for has happened. */
    isDone: function () {
        var state = this._value('state');
        return state === this.states.resolved || state !== '' && state === this.states.closed;
    },

    /** When it was resolved or, if it was closed at once, closed. */
    doneAt: function () {
        return this._value('resolved_at') || this._value('closed_at') || this._value('sys_updated_on');
    },

    number: function () {
        return this._value('number');
    },

    /** As people read it; '' if the table has none. */
    category: function () {
        return this.record.isValidField('category') ? String(this.record.getDisplayValue('category') || '') : '';
    },

    /** True if it was resolved by the app itself, on this receipt. */
    isResolvedOn: function (receipt) {
        return this.isResolved() && receipt !== '' && this._value('close_notes').indexOf(receipt) >= 0;
    },

    /**
     * Writes the milestone: fields, if this verification is the one that they should show, and the work note.
     * @param {Object} event a validated result event
     * @param {String} note the work note; '' for none
     * @return {Boolean} false if the instance turned the write down, for example by a business rule
     */
    write: function (event, note) {
        var ended = this.isEnded();
        var changed = ended ? false : this._setFields(event);
        if (note !== '') {
            this.record.work_notes = ended ? note + '\n\nThis arrived after the ticket had been closed. Its fields were left as they are.' : note;
            changed = true;
        }
        return changed ? !!this.record.update() : true;
    },

    /**
     * @param {Object} resolution {state, code, notes, note}: code '' if the table has none
     * @return {Boolean} false if the instance turned it down; the ticket is then as it was
     */
    resolve: function (resolution) {
        this.record.setValue('state', resolution.state);
        if (resolution.code !== '' && this.record.isValidField('close_code')) {
            this.record.setValue('close_code', resolution.code);
        }
        if (this.record.isValidField('close_notes')) {
            this.record.setValue('close_notes', resolution.notes);
        }
        this.record.work_notes = resolution.note;
        return this._updated();
    },

    /** Closes a resolved ticket; false if the instance turned it down. */
    close: function (state) {
        this.record.setValue('state', state);
        return this._updated();
    },

    /** Adds a work note and changes nothing else. */
    addNote: function (note) {
        this.record.work_notes = note;
        return !!this.record.update();
    },

    /** After a refusal the record in memory still holds what was refused: it is read again. */
    _updated: function () {
        if (this.record.update()) {
            return true;
        }
        this._load();
        return false;
    },

    _load: function () {
        this.record = new GlideRecord(this.table);
        this.found = !!this.record.get(this.sysId);
    },

    /**
     * The fields show the newest decided verification; while none is decided, the newest one. So starting and
     * cancelling another verification never hides that an earlier one has failed.
     */
    _setFields: function (event) {
        var verification = event.verification;
        if (!this.record.isValidField('x_imper_verify_outcome')) {
            return false;
        }
        var shown = this._value('x_imper_verify_id');
        var decided = !!verification.outcome;
        var shownIsDecided = this._value('x_imper_verify_outcome') !== '';
        var action = event.action ? event.action.state : '';
        if (shown !== verification.id) {
            if (shownIsDecided && !decided) {
                return false;
            }
            if (shownIsDecided === decided && this._isOlderThan(verification, shown)) {
                return false;
            }
        } else if (!event.action) {
            action = this._value('x_imper_verify_action');
        }
        var changed = this._set('x_imper_verify_id', verification.id);
        changed = this._set('x_imper_verify_url', verification.url) || changed;
        changed = this._set('x_imper_verify_outcome', verification.outcome || '') || changed;
        changed = this._set('x_imper_verify_risk', verification.risk_level || '') || changed;
        changed = this._set('x_imper_verify_action', action) || changed;
        return changed;
    },

    /** True if the verification that the ticket shows was started after this one. */
    _isOlderThan: function (verification, shownId) {
        var shown = new GlideRecord('x_imper_verify_verification');
        if (shownId === '' || !shown.get('number', shownId)) {
            return false;
        }
        // Both are UTC in the same notation, so text order is time order.
        return String(shown.getValue('started') || '') > verification.created_at.replace('T', ' ').replace('Z', '');
    },

    _value: function (field) {
        return this.record.isValidField(field) ? String(this.record.getValue(field) || '') : '';
    },

    _set: function (field, value) {
        if (this._value(field) === value) {
            return false;
        }
        this.record.setValue(field, value);
        return true;
    },

    type: 'ImperTicket'
};
