/**
 * Verifications week by week, for the overview page: counted in the database, so that the page stays quick however many
 * there are.
 */
var ImperOverview = Class.create();

ImperOverview.WEEKS = 12;
ImperOverview.DAY = 24 * 60 * 60 * 1000;

ImperOverview.prototype = {

    initialize: function () {
        this.now = new GlideDateTime().getNumericValue();
    },

    /** @return {Array} of {start, passed, failed, pending, other, bypassed}, the newest week first */
    weeks: function () {
        // 1 January 1970 was a Thursday; weeks begin on Monday, 00:00 UTC.
        var today = Math.floor(this.now / ImperOverview.DAY);
        var monday = (today - (today + 3) % 7) * ImperOverview.DAY;
        var weeks = [];
        for (var i = 0; i < ImperOverview.WEEKS; i++) {
            weeks.push(this._week(monday - i * 7 * ImperOverview.DAY));
        }
        return weeks;
    },

    /** The rows of the table, as markup. Holds nothing but numbers and dates. */
    rows: function () {
        var weeks = this.weeks();
        var most = 1;
        for (var i = 0; i < weeks.length; i++) {
            most = Math.max(most, this._all(weeks[i]));
        }
        var html = '';
        for (var k = 0; k < weeks.length; k++) {
            html += this._row(weeks[k], most);
        }
        return html;
    },

    _week: function (start) {
        var from = this._time(start);
        var to = this._time(start + 7 * ImperOverview.DAY);
        var week = { start: from.substring(0, 10), passed: 0, failed: 0, pending: 0, other: 0 };
        var counted = new GlideAggregate('x_imper_verify_verification');
        counted.addQuery('started', '>=', from);
        counted.addQuery('started', '<', to);
        counted.addAggregate('COUNT');
        counted.groupBy('status');
        counted.query();
        while (counted.next()) {
            week[this._column(String(counted.getValue('status')))] += parseInt(counted.getAggregate('COUNT'), 10);
        }
        week.bypassed = this._bypassed(from, to);
        return week;
    },

    _bypassed: function (from, to) {
        var counted = new GlideAggregate('x_imper_verify_event');
        counted.addQuery('type', ImperBypass.TYPE);
        counted.addQuery('occurred_at', '>=', from);
        counted.addQuery('occurred_at', '<', to);
        counted.addAggregate('COUNT');
        counted.query();
        return counted.next() ? parseInt(counted.getAggregate('COUNT'), 10) : 0;
    },

    _column: function (status) {
        if (status === 'passed' || status === 'failed') {
            return status;
        }
        return ImperEventCheck.STATUSES[status] === false ? 'pending' : 'other';
    },

    _all: function (week) {
        return week.passed + week.failed + week.pending + week.other;
    },

    _row: function (week, most) {
        var bar = '';
        var parts = ['passed', 'failed', 'pending', 'other'];
        for (var i = 0; i < parts.length; i++) {
            if (week[parts[i]] > 0) {
                bar += '<i class="imper-' + parts[i] + '" style="width:' + Math.round(100 * week[parts[i]] / most) + '%"></i>';
            }
        }
        return '<tr><th scope="row">' + week.start + '</th><td>' + week.passed + '</td><td>' + week.failed + '</td><td>'
            + week.pending + '</td><td>' + week.other + '</td><td>' + week.bypassed
            + '</td><td class="imper-bar" aria-hidden="true"><span>' + bar + '</span></td></tr>';
    },

    _time: function (millis) {
        return new Date(millis).toISOString().replace('T', ' ').substring(0, 19);
    },

    type: 'ImperOverview'
};
