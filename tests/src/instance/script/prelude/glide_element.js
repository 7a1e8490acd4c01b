// GlideElement: one column of one record. Never a string, though it compares like one.
(function (root) {
  'use strict';
  var lib = root.__lib;

  lib.columnsOf = (function () {
    var known = {};
    return function (scope, table) {
      if (!(table in known)) known[table] = lib.host(scope, 'record.columns', String(table));
      return known[table];
    };
  })();

  // What a script assigns, as text.
  lib.text = function (value, what) {
    if (value === null || value === undefined) return '';
    if (typeof value === 'string') return value;
    if (typeof value === 'object' || typeof value === 'function') {
      var text = String(value);
      if (text === '[object Object]' || typeof value === 'function') return lib.refuse('an object as value of ' + what);
      return text;
    }
    return String(value);
  };
  lib.normal = function (kind, text) {
    if (kind === 'boolean') return text === 'true' || text === '1' ? '1' : '0';
    return text;
  };

  // `record`: { scope, table, values, secure, previous, readOnly, put(field, text) }
  lib.element = function (record, field) {
    var column = lib.columnsOf(record.scope, record.table).columns[field];
    var label = record.table + '.' + field;
    function raw() { return record.values[field] === undefined ? '' : record.values[field]; }
    function shown() {
      var value = raw();
      return column.kind === 'boolean' ? (value === '1' ? 'true' : 'false') : value;
    }
    function at() {
      return { table: record.table, field: field, sys_id: record.values.sys_id || '', value: raw() };
    }
    function before() {
      var value = record.previous ? record.previous[field] : '';
      return value === undefined || value === null ? '' : value;
    }
    function may(operation) {
      return function () {
        return lib.host(record.scope, 'record.may',
          { table: record.table, operation: operation, field: field, values: record.values });
      };
    }
    var methods = {
      toString: shown,
      valueOf: shown,
      getValue: function () { return raw(); },
      getDisplayValue: function () { return lib.host(record.scope, 'record.display', at()); },
      getHTMLValue: function () { return lib.escapeHTML(shown()); },
      getTextAreaDisplayValue: function () { return lib.escapeHTML(methods.getDisplayValue()); },
      setValue: function (value) { record.put(field, value); },
      setDisplayValue: function (value) {
        var wanted = lib.text(value, label);
        if (column.kind === 'reference' || column.kind === 'journal') return lib.refuse(label + '.setDisplayValue');
        var match = lib.host(record.scope, 'record.choices', at()).filter(function (c) { return c[1] === wanted; })[0];
        record.put(field, match ? match[0] : wanted);
      },
      nil: function () { return raw() === ''; },
      hasValue: function () { return raw() !== ''; },
      changes: function () { return raw() !== before(); },
      changesTo: function (value) { return raw() !== before() && raw() === lib.normal(column.kind, lib.text(value, label)); },
      changesFrom: function (value) { return raw() !== before() && before() === lib.normal(column.kind, lib.text(value, label)); },
      getName: function () { return field; },
      getLabel: function () { return column.label; },
      getTableName: function () { return record.table; },
      getReferenceTable: function () { return column.reference; },
      getRefRecord: function () {
        if (!column.reference) return lib.refuse(label + '.getRefRecord: not a reference');
        var found = new (lib.recordClass(record.scope, record.secure))(column.reference);
        found.get(raw());
        return found;
      },
      getChoices: function () {
        return lib.host(record.scope, 'record.choices', at()).map(function (choice) { return choice[0]; });
      },
      getChoiceValue: function () { return raw(); },
      getJournalEntry: function (which) {
        if (column.kind !== 'journal') return lib.refuse(label + '.getJournalEntry: not a journal');
        var all = lib.host(record.scope, 'record.journal', at());
        return which === -1 ? all : (all.split('\n\n')[0] || '');
      },
      getGlideObject: function () {
        if (column.kind !== 'datetime') return lib.refuse(label + '.getGlideObject: not a date');
        return new lib.GlideDateTime(raw());
      },
      dateNumericValue: function () { return lib.parseTime(raw()) || 0; },
      setDateNumericValue: function (millis) { record.put(field, lib.formatTime(millis)); },
      canRead: may('read'),
      canWrite: may('write'),
      canCreate: may('create')
    };
    var target = {};
    var walked;
    return new Proxy(target, {
      get: function (object, name) {
        if (typeof name === 'symbol') {
          return name === Symbol.toPrimitive ? shown : undefined;
        }
        if (Object.prototype.hasOwnProperty.call(methods, name)) return methods[name];
        if (name === 'constructor' || name === 'then') return undefined;
        if (name === 'toJSON') return lib.refuse('JSON.stringify of the GlideElement ' + label + ' (use getValue)');
        if (column.kind !== 'reference' || !column.reference) return lib.refuse('GlideElement ' + label + '.' + name);
        if (!walked) {
          var found = raw() && lib.host(record.scope, 'record.get', { table: column.reference, sys_id: raw() });
          walked = {
            scope: record.scope, table: found ? found.class : column.reference, values: found ? found.values : {},
            secure: record.secure, previous: null,
            put: function (inner) { lib.refuse('assignment through a reference: ' + label + '.' + inner); }
          };
        }
        if (!lib.columnsOf(record.scope, walked.table).columns[name]) {
          return lib.refuse('no column ' + name + ' in ' + walked.table + ' (' + label + '.' + name + ')');
        }
        return lib.element(walked, name);
      },
      set: function (object, name) { return lib.refuse('assignment to ' + label + '.' + String(name)); },
      has: function (object, name) { return Object.prototype.hasOwnProperty.call(methods, name); }
    });
  };
})(globalThis);
