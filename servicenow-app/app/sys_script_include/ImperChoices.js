/**
 * The states and resolution codes that this instance offers. They differ from release to release and from customer to
 * customer, so nothing is written that is not among them.
 */
var ImperChoices = Class.create();

/** Codes that say best what happened, by value or label; the first one that the instance has is taken. */
ImperChoices.PREFERRED_CODES = ['Solution provided', 'Solved (Permanently)', 'Solved Remotely (Permanently)', 'Resolved by request'];

/** Codes that would say something untrue. */
ImperChoices.UNFIT_CODES = /duplicate|no resolution|not solved|not reproducible|known error|workaround|work around|cancel|caller|user error|problem|change/i;

ImperChoices.prototype = {

    initialize: function (table) {
        this.table = table;
        this.properties = new ImperProperties();
    },

    /**
     * @param {String} value the value of a state; '' for none
     * @return {Object|null} {value, label}, or null if the instance does not offer it
     */
    state: function (value) {
        return value === '' ? null : this._find(this._of('state'), value);
    },

    /**
     * The code that the property close_code names, else the best one of the instance, by value or label; '' if there is
     * none that would be true.
     */
    closeCode: function () {
        var offered = this._of('close_code');
        var wanted = [this.properties.closeCode()].concat(ImperChoices.PREFERRED_CODES);
        for (var i = 0; i < wanted.length; i++) {
            var found = wanted[i] === '' ? null : this._find(offered, wanted[i]);
            if (found !== null) {
                return found.value;
            }
        }
        for (var k = 0; k < offered.length; k++) {
            if (!ImperChoices.UNFIT_CODES.test(offered[k].label)) {
                return offered[k].value;
            }
        }
        return '';
    },

    /** The table's own list, or that of the table which every ticket extends. */
    _of: function (element) {
        var own = this._list(this.table, element);
        return own.length > 0 ? own : this._list('task', element);
    },

    _list: function (table, element) {
        var list = [];
        var choice = new GlideRecord('sys_choice');
        choice.addQuery('name', table);
        choice.addQuery('element', element);
        choice.addQuery('language', 'en');
        choice.addQuery('inactive', false);
        choice.orderBy('sequence');
        choice.query();
        while (choice.next()) {
            list.push({ value: String(choice.getValue('value') || ''), label: String(choice.getValue('label') || '') });
        }
        return list;
    },

    _find: function (offered, wanted) {
        for (var i = 0; i < offered.length; i++) {
            if (offered[i].value === wanted || offered[i].label === wanted) {
                return offered[i];
            }
        }
        return null;
    },

    type: 'ImperChoices'
};
