// GlideRecord, GlideRecordSecure and GlideAggregate. Fields are properties, as on the platform.
(function (root) {
  'use strict';
  var lib = root.__lib;
  var INNER = Symbol('record');

  function term(scope, field, operator, value, count) {
    if (count < 3) { value = operator; operator = '='; }
    if (value === undefined) lib.refuse('addQuery(' + field + ', undefined)');
    if (Array.isArray(value)) value = value.join(',');
    return { field: String(field), operator: String(operator), value: lib.text(value, field) };
  }

  function condition(scope, alternatives, terms) {
    return lib.guard({
      addOrCondition: function (field, operator, value) {
        alternatives.push(term(scope, field, operator, value, arguments.length));
        return this;
      },
      addCondition: function (field, operator, value) {
        var next = [term(scope, field, operator, value, arguments.length)];
        terms.push(next);
        return condition(scope, next, terms);
      }
    }, 'GlideQueryCondition');
  }

  function queries(state) {
    return {
      addQuery: function (field, operator, value) {
        if (arguments.length === 1) { state.encoded.push(String(field)); return null; }
        var alternatives = [term(state.scope, field, operator, value, arguments.length)];
        state.terms.push(alternatives);
        return condition(state.scope, alternatives, state.terms);
      },
      addEncodedQuery: function (query) {
        if (query === undefined || query === null) lib.refuse('addEncodedQuery(' + query + ')');
        state.encoded.push(String(query));
      },
      addNullQuery: function (field) { state.terms.push([{ field: String(field), operator: 'ISEMPTY', value: '' }]); },
      addNotNullQuery: function (field) { state.terms.push([{ field: String(field), operator: 'ISNOTEMPTY', value: '' }]); },
      addActiveQuery: function () { state.terms.push([{ field: 'active', operator: '=', value: 'true' }]); },
      orderBy: function (field) { state.order.push([String(field), false]); },
      orderByDesc: function (field) { state.order.push([String(field), true]); }
    };
  }

  lib.recordClass = function (scope, secure) {
    var label = secure ? 'GlideRecordSecure' : 'GlideRecord';
    function Constructor(table) {
      if (table === undefined || table === null) lib.refuse('new ' + label + '(' + table + ')');
      return lib.record(scope, String(table), secure);
    }
    return Constructor;
  };

  // A record or a cursor over records; `bound` is what a rule or a form starts from.
  lib.record = function (scope, table, secure, bound) {
    var info = lib.columnsOf(scope, table);
    var label = (secure ? 'GlideRecordSecure(' : 'GlideRecord(') + table + ')';
    var state = {
      scope: scope, table: table, secure: !!secure, values: {}, previous: null, changes: {}, rows: null, index: -1,
      terms: [], encoded: [], order: [], limit: null, offset: 0, fresh: true, valid: false, mode: '', operation: '',
      aborted: false, rules: true, put: null
    };
    if (bound) {
      state.values = Object.assign({}, bound.values);
      state.previous = bound.previous;
      state.mode = bound.mode;
      state.operation = bound.operation;
      state.fresh = !!bound.fresh;
      state.valid = true;
    }
    state.put = function (field, value) {
      var column = info.columns[field];
      var text = lib.normal(column.kind, lib.text(value, state.table + '.' + field));
      state.values[field] = text;
      state.changes[field] = text;
    };
    function load(row) {
      state.table = row.class;
      info = lib.columnsOf(scope, row.class);
      state.values = Object.assign({}, row.values);
      state.previous = row.values;
      state.changes = {};
      state.fresh = false;
      state.valid = true;
    }
    function known(field, method) {
      if (field.indexOf('.') >= 0) return true;
      if (!info.columns[field]) lib.refuse(label + '.' + method + ': no column ' + field);
      return true;
    }
    function element(path) {
      var parts = String(path).split('.');
      known(parts[0], 'getElement');
      var found = lib.element(state, parts[0]);
      for (var i = 1; i < parts.length; i++) found = found[parts[i]];
      return found;
    }
    function may(operation) {
      return function () {
        return lib.host(scope, 'record.may', {
          table: state.table, operation: operation, values: state.valid || operation === 'create' ? state.values : null
        });
      };
    }
    function writing(method) {
      if (state.mode === 'before') lib.refuse('current.' + method + '() in a before business rule on ' + state.table);
      if (state.mode === 'display' || state.mode === 'acl' || state.mode === 'condition' || state.mode === 'default') {
        lib.refuse('current.' + method + '() in a ' + state.mode + ' script');
      }
    }
    function argument() {
      return {
        table: state.table, sys_id: state.values.sys_id || '', secure: state.secure, rules: state.rules,
        values: state.changes
      };
    }
    var M = Object.assign(queries(state), {
      query: function () {
        if (arguments.length) return lib.refuse(label + '.query with arguments');
        state.rows = lib.host(scope, 'record.select', {
          table: table, terms: state.terms, encoded: state.encoded, order: state.order, limit: state.limit,
          offset: state.offset, secure: state.secure
        });
        state.index = -1;
      },
      next: function () {
        if (!state.rows) return false;
        state.index += 1;
        if (state.index >= state.rows.length) return false;
        load(state.rows[state.index]);
        return true;
      },
      hasNext: function () { return !!state.rows && state.index + 1 < state.rows.length; },
      get: function (field, value) {
        if (arguments.length === 1) {
          if (field === undefined || field === null || String(field) === '') return false;
          value = field; field = 'sys_id';
        }
        state.rows = lib.host(scope, 'record.select', {
          table: table, terms: [[{ field: String(field), operator: '=', value: lib.text(value, field) }]], limit: 1,
          secure: state.secure
        });
        state.index = -1;
        return M.next();
      },
      getRowCount: function () { return state.rows ? state.rows.length : 0; },
      setLimit: function (count) { state.limit = +count; },
      chooseWindow: function (first, last) { state.offset = +first; state.limit = last - first; },
      getValue: function (field) {
        known(String(field), 'getValue');
        if (String(field).indexOf('.') >= 0) return lib.refuse(label + '.getValue of the dotted ' + field);
        var value = state.values[field];
        return value === undefined || value === '' ? null : value;
      },
      setValue: function (field, value) { known(String(field), 'setValue'); state.put(String(field), value); },
      getDisplayValue: function (field) {
        return element(field === undefined ? info.display : field).getDisplayValue();
      },
      setDisplayValue: function (field, value) { element(field).setDisplayValue(value); },
      getElement: element,
      getUniqueValue: function () { return state.values.sys_id || null; },
      getTableName: function () { return state.table; },
      getRecordClassName: function () { return state.values.sys_class_name || state.table; },
      getClassDisplayValue: function () { return info.label; },
      getLabel: function () { return info.label; },
      getPlural: function () { return info.plural; },
      isValid: function () { return true; },
      isValidRecord: function () { return state.valid; },
      isNewRecord: function () { return state.fresh; },
      isValidField: function (field) { return !!info.columns[field]; },
      initialize: function () {
        state.values = {}; state.changes = {}; state.previous = null; state.fresh = true; state.valid = false;
        state.table = table; info = lib.columnsOf(scope, table);
      },
      newRecord: function () {
        M.initialize();
        state.values = lib.host(scope, 'record.defaults', { table: table });
        state.values.sys_id = lib.host(scope, 'random_id');
        Object.assign(state.changes, state.values);
        state.valid = true;
      },
      setNewGuidValue: function (id) { state.put('sys_id', id); },
      insert: function () {
        writing('insert');
        var stored = lib.host(scope, 'record.insert', argument());
        if (!stored) return null;
        load({ class: state.table, values: stored });
        return stored.sys_id;
      },
      update: function () {
        writing('update');
        if (state.fresh || !state.values.sys_id) return M.insert();
        var stored = lib.host(scope, 'record.update', argument());
        if (!stored) return null;
        load({ class: state.table, values: stored });
        return stored.sys_id;
      },
      updateMultiple: function () {
        M.query();
        var set = state.changes;
        while (M.next()) { state.changes = Object.assign({}, set); M.update(); }
      },
      deleteRecord: function () { writing('deleteRecord'); return lib.host(scope, 'record.delete', argument()); },
      deleteMultiple: function () { M.query(); while (M.next()) M.deleteRecord(); },
      setAbortAction: function (abort) {
        if (state.mode !== 'before') lib.refuse('setAbortAction outside a before business rule');
        state.aborted = !!abort;
      },
      isActionAborted: function () { return state.aborted; },
      setWorkflow: function (run) { state.rules = !!run; },
      autoSysFields: function (keep) { if (!keep) lib.refuse(label + '.autoSysFields(false)'); },
      operation: function () { return state.operation || null; },
      changes: function () {
        return Object.keys(state.values).some(function (field) {
          return state.values[field] !== ((state.previous || {})[field] || '');
        });
      },
      canRead: may('read'), canWrite: may('write'), canCreate: may('create'), canDelete: may('delete'),
      getLastErrorMessage: function () { return lib.host(scope, 'errors') || null; },
      getLink: function (noStack) {
        return state.table + '.do?sys_id=' + (state.values.sys_id || '-1') + (noStack ? '' : '&sysparm_stack=' + state.table + '_list.do');
      },
      getEncodedQuery: function () {
        var parts = state.terms.map(function (alternatives) {
          return alternatives.map(function (t) { return t.field + t.operator + t.value; }).join('^OR');
        });
        return parts.concat(state.encoded).join('^');
      },
      toString: function () { return label; }
    });
    M._query = M.query;
    M._next = M.next;
    return new Proxy(state, {
      get: function (object, name) {
        if (name === INNER) return state;
        if (typeof name === 'symbol' || name === 'then' || name === 'constructor') return undefined;
        if (!info) {
          if (name === 'isValid') return function () { return false; };
          return lib.refuse(label + ': no such table');
        }
        if (Object.prototype.hasOwnProperty.call(M, name)) return M[name];
        if (info.columns[name]) return lib.element(state, name);
        if (name === 'toJSON') return lib.refuse('JSON.stringify of ' + label);
        return lib.refuse(label + '.' + name);
      },
      set: function (object, name, value) {
        if (!info || !info.columns[name]) return lib.refuse(label + '.' + String(name) + ' = …: no such column');
        state.put(name, value);
        return true;
      },
      has: function (object, name) { return !!(info && info.columns[name]); }
    });
  };

  lib.stateOf = function (record) { return record && record[INNER]; };

  lib.aggregateClass = function (scope) {
    return function GlideAggregate(table) {
      var state = { scope: scope, terms: [], encoded: [], order: [], group: null, counting: false, rows: [], index: -1 };
      var M = Object.assign(queries(state), {
        addAggregate: function (kind, field) {
          if (String(kind).toUpperCase() !== 'COUNT' || field) lib.refuse('GlideAggregate.addAggregate(' + kind + ', ' + field + ')');
          state.counting = true;
        },
        groupBy: function (field) { if (state.group) lib.refuse('GlideAggregate with two groups'); state.group = String(field); },
        query: function () {
          state.rows = lib.host(scope, 'record.count', {
            table: String(table), terms: state.terms, encoded: state.encoded, order: state.order, group_by: state.group
          });
          state.index = -1;
        },
        next: function () { state.index += 1; return state.index < state.rows.length; },
        hasNext: function () { return state.index + 1 < state.rows.length; },
        getAggregate: function (kind) {
          if (String(kind).toUpperCase() !== 'COUNT' || !state.counting) lib.refuse('GlideAggregate.getAggregate(' + kind + ')');
          return String(state.rows[state.index][1]);
        },
        getValue: function (field) {
          if (field !== state.group) lib.refuse('GlideAggregate.getValue of the ungrouped ' + field);
          return state.rows[state.index][0];
        },
        getDisplayValue: function (field) {
          return lib.host(scope, 'record.display', { table: String(table), field: field, value: M.getValue(field) });
        },
        getTableName: function () { return String(table); }
      });
      return lib.guard(M, 'GlideAggregate');
    };
  };
})(globalThis);
