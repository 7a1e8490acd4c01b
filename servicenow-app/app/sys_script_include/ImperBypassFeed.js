/**
 * The recorded bypasses for the backend, in the order of their recording. The backend asks for what comes after the
 * position that it has; so nothing is lost while it is away, and the instance keeps no list of what it has sent.
 */
var ImperBypassFeed = Class.create();

/** Rows of one answer. The backend reads 64 kB of it, and a row has less than 1.2 kB. */
ImperBypassFeed.MOST = 50;

/** Where a row stands: when it was recorded, and its sys_id, because a second may hold several. */
ImperBypassFeed.POSITION = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z_([0-9a-f]{32})$/;

ImperBypassFeed.prototype = {

    initialize: function () {
    },

    /**
     * @param {String} after a position; '' for the beginning
     * @param {String} limit a number of rows; '' for as many as there may be
     * @return {Object} {reply: {bypasses, next, more}}, where next is the position of the last row and is '' if there
     * is none; or {problem: {status, code, message}}
     */
    page: function (after, limit) {
        var position = ImperBypassFeed.POSITION.exec(after);
        if (after !== '' && position === null) {
            return this._problem('invalid_after', 'after is not a position that this resource has given.');
        }
        if (limit !== '' && !/^[1-9]\d?$/.test(limit) || parseInt(limit, 10) > ImperBypassFeed.MOST) {
            return this._problem('invalid_limit', 'limit must be a number from 1 to ' + ImperBypassFeed.MOST + '.');
        }
        var most = limit === '' ? ImperBypassFeed.MOST : parseInt(limit, 10);
        // One more than was asked for tells whether there are more.
        var rows = this._rows(position, most + 1);
        var more = rows.length > most;
        if (more) {
            rows.length = most;
        }
        return { reply: { bypasses: rows, next: rows.length > 0 ? this._position(rows[rows.length - 1]) : '', more: more } };
    },

    _problem: function (code, message) {
        return { problem: { status: 400, code: code, message: message } };
    },

    _position: function (row) {
        return row.recorded_at + '_' + row.id;
    },

    /** The rest of the second of the position, then what is later: two plain questions that every database sorts alike. */
    _rows: function (position, most) {
        var rows = [];
        if (position === null) {
            this._read(rows, most, '>', '1970-01-01 00:00:00', '');
            return rows;
        }
        var time = position[1] + ' ' + position[2];
        this._read(rows, most, '=', time, position[3]);
        if (rows.length < most) {
            this._read(rows, most, '>', time, '');
        }
        return rows;
    },

    _read: function (rows, most, operator, time, sysId) {
        var record = new GlideRecord('x_imper_verify_event');
        record.addQuery('type', ImperBypass.TYPE);
        record.addQuery('sys_created_on', operator, time);
        if (sysId !== '') {
            record.addQuery('sys_id', '>', sysId);
        }
        record.orderBy('sys_created_on');
        record.orderBy('sys_id');
        record.setLimit(most - rows.length);
        record.query();
        while (record.next()) {
            rows.push(this._row(record));
        }
    },

    _row: function (record) {
        return {
            id: String(record.getUniqueValue()),
            recorded_at: this._time(record.getValue('sys_created_on')),
            resolved_at: this._time(record.getValue('occurred_at')),
            ticket: {
                // An app before this resource did not record the table; every ticket is a task.
                table: this._text(record, 'ticket_table') || 'task',
                sys_id: this._text(record, 'task'),
                number: this._text(record, 'ticket_number')
            },
            resolved_by: this._user(this._text(record, 'user')),
            policy: this._text(record, 'policy'),
            action: this._text(record, 'action') || null,
            reason: this._text(record, 'reason') || null,
            verification: this._verification(this._text(record, 'verification'))
        };
    },

    _user: function (sysId) {
        var user = new GlideRecord('sys_user');
        if (sysId === '' || !user.get(sysId)) {
            // Deleted since: that somebody resolved it remains true.
            return { sys_id: sysId, user_name: '', name: '' };
        }
        return { sys_id: sysId, user_name: this._text(user, 'user_name'), name: this._text(user, 'name') };
    },

    _verification: function (sysId) {
        var verification = new GlideRecord('x_imper_verify_verification');
        if (sysId === '' || !verification.get(sysId)) {
            return null;
        }
        return { id: this._text(verification, 'number'), outcome: this._text(verification, 'outcome') || null };
    },

    _text: function (record, field) {
        return String(record.getValue(field) || '');
    },

    /** The platform keeps times in UTC. */
    _time: function (value) {
        return value ? String(value).substring(0, 19).replace(' ', 'T') + 'Z' : '';
    },

    type: 'ImperBypassFeed'
};
