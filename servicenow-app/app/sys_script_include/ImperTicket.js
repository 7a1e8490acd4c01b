/**
 * Every write to a ticket happens here. It never changes a state, never reopens, and leaves the fields of a closed
 * ticket as they are: there it only adds a work note.
 */
var ImperTicket = Class.create();

/** Incident states that mean closed: Closed and Canceled. Other tables say it with active alone. */
ImperTicket.CLOSED_STATES = { 7: true, 8: true };

ImperTicket.prototype = {

    /**
     * @param {String} table an allowed table
     * @param {String} sysId
     */
    initialize: function (table, sysId) {
        this.record = new GlideRecord(table);
        this.found = !!this.record.get(sysId);
    },

    exists: function () {
        return this.found;
    },

    /**
     * Writes the milestone: fields, if this verification is the one that they should show, and the work note.
     * @param {Object} event a validated result event
     * @param {String} note the work note; '' for none
     * @return {Boolean} false if the instance turned the write down, for example by a business rule
     */
    write: function (event, note) {
        var closed = this._isClosed();
        var changed = closed ? false : this._setFields(event.verification);
        if (note !== '') {
            this.record.work_notes = closed ? note + '\n\nThis arrived after the ticket had been closed. Its fields were left as they are.' : note;
            changed = true;
        }
        return changed ? !!this.record.update() : true;
    },

    /**
     * The fields show the newest decided verification; while none is decided, the newest one. So starting and
     * cancelling another verification never hides that an earlier one has failed.
     */
    _setFields: function (verification) {
        if (!this.record.isValidField('x_imper_verify_outcome')) {
            return false;
        }
        var shown = String(this.record.getValue('x_imper_verify_id') || '');
        var decided = !!verification.outcome;
        var shownIsDecided = String(this.record.getValue('x_imper_verify_outcome') || '') !== '';
        if (shown !== verification.id) {
            if (shownIsDecided && !decided) {
                return false;
            }
            if (shownIsDecided === decided && this._isOlderThan(verification, shown)) {
                return false;
            }
        }
        var changed = this._set('x_imper_verify_id', verification.id);
        changed = this._set('x_imper_verify_url', verification.url) || changed;
        changed = this._set('x_imper_verify_outcome', verification.outcome || '') || changed;
        changed = this._set('x_imper_verify_risk', verification.risk_level || '') || changed;
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

    _set: function (field, value) {
        if (String(this.record.getValue(field) || '') === value) {
            return false;
        }
        this.record.setValue(field, value);
        return true;
    },

    _isClosed: function () {
        if (this.record.isValidField('active') && this.record.getValue('active') === '0') {
            return true;
        }
        return this.record.getTableName() === 'incident' && ImperTicket.CLOSED_STATES[this.record.getValue('state')] === true;
    },

    type: 'ImperTicket'
};
