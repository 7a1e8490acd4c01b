// GlideSystem, one per scope: what a scoped application may not call is refused there.
(function (root) {
  'use strict';
  var lib = root.__lib;
  var UNIT = { minutes: 60000, hours: 3600000, days: 86400000 };

  lib.format = function (text, parameters) {
    return String(text).replace(/\{(\d+)\}/g, function (whole, index) {
      var value = parameters[+index];
      return value === undefined ? whole : String(value);
    });
  };

  lib.systemFor = function (scope) {
    function user() { return lib.host(scope, 'user'); }
    function write(level) {
      return function (text) {
        var parameters = Array.prototype.slice.call(arguments, 1);
        if (parameters.length === 1 && Array.isArray(parameters[0])) parameters = parameters[0];
        lib.host(scope, 'log', [level, lib.format(text, parameters)]);
      };
    }
    function message(level) {
      return function (text) { lib.host(scope, 'message', [level, String(text)]); };
    }
    function session() {
      return lib.guard({
        getSessionToken: function () { return user().token; },
        isLoggedIn: function () { return user().logged_in; },
        isInteractive: function () { return user().token !== null; },
        getUserName: function () { return user().user_name; },
        getUserID: function () { return user().sys_id; },
        getLanguage: function () { return 'en'; },
        getTimeZoneName: function () { return 'UTC'; },
        getCurrentApplicationId: function () { return lib.host(scope, 'app_id'); }
      }, 'GlideSession');
    }
    function who() {
      var data = user();
      return lib.guard({
        getID: function () { return data.sys_id; },
        getName: function () { return data.user_name; },
        getUserName: function () { return data.user_name; },
        getDisplayName: function () { return data.name; },
        getFullName: function () { return data.name; },
        getFirstName: function () { return data.first_name; },
        getLastName: function () { return data.last_name; },
        getEmail: function () { return data.email; },
        hasRole: function (role) { return lib.host(scope, 'has_role', String(role)); },
        getRoles: function () { return data.roles; },
        getUserRoles: function () { return data.roles; }
      }, 'GlideUser');
    }
    var gs = {
      getUserID: function () { return user().sys_id; },
      getUserName: function () { return user().user_name; },
      getUserDisplayName: function () { return user().name; },
      getUser: who,
      getSession: session,
      getSessionID: function () { return user().token; },
      getSessionToken: function () { return user().token; },
      hasRole: function (role) { return lib.host(scope, 'has_role', String(role)); },
      isLoggedIn: function () { return user().logged_in; },
      isInteractive: function () { return user().token !== null; },
      isMobile: function () { return false; },
      getProperty: function (name, otherwise) {
        var value = lib.host(scope, 'property', String(name));
        if (value !== null) return value;
        return otherwise === undefined ? null : otherwise;
      },
      setProperty: function (name, value) { lib.host(scope, 'set_property', [String(name), lib.text(value, name)]); },
      info: write('info'),
      warn: write('warning'),
      error: write('error'),
      debug: write('debug'),
      isDebugging: function () { return false; },
      addInfoMessage: message('info'),
      addErrorMessage: message('error'),
      nil: function (value) {
        if (value === null || value === undefined) return true;
        if (typeof value === 'object' && 'nil' in value) return value.nil();
        return String(value) === '';
      },
      generateGUID: function () { return lib.host(scope, 'random_id'); },
      base64Encode: function (text) { return lib.host(scope, 'crypto.base64', String(text)); },
      base64Decode: function (text) { return lib.host(scope, 'crypto.unbase64', String(text)); },
      urlEncode: function (text) {
        return encodeURIComponent(String(text)).replace(/%20/g, '+').replace(/[!'()~]/g, function (c) {
          return '%' + c.charCodeAt(0).toString(16).toUpperCase();
        });
      },
      urlDecode: function (text) { return decodeURIComponent(String(text).replace(/\+/g, ' ')); },
      getMessage: function (key, parameters) {
        var text = lib.host(scope, 'ui_message', String(key));
        if (parameters === undefined) return text;
        return lib.format(text, Array.isArray(parameters) ? parameters : Array.prototype.slice.call(arguments, 1));
      },
      getEscapedMessage: function (key, parameters) {
        return lib.escapeJS(gs.getMessage(key, parameters === undefined ? [] : parameters));
      },
      getCurrentScopeName: function () { return scope === 'global' ? 'rhino.global' : scope; },
      getCallerScopeName: function () { return null; },
      getCurrentApplicationId: function () { return lib.host(scope, 'app_id'); },
      getTimeZoneName: function () { return 'UTC'; },
      tableExists: function (table) { return lib.host(scope, 'table_exists', String(table)); },
      eventQueue: function (name, record, parm1, parm2) {
        if (arguments.length > 4) lib.refuse('gs.eventQueue with a queue name');
        var state = lib.stateOf(record);
        lib.host(scope, 'event', {
          name: String(name), table: state ? state.table : '', instance: state ? String(state.values.sys_id || '') : '',
          parm1: lib.text(parm1, 'parm1'), parm2: lib.text(parm2, 'parm2')
        });
      }
    };
    Object.keys(UNIT).forEach(function (unit) {
      gs[unit + 'Ago'] = function (count) { return lib.formatTime(lib.now() - count * UNIT[unit]); };
    });
    if (scope === 'global') {
      gs.nowDateTime = function () { return lib.formatTime(lib.now()); };
      gs.now = function () { return gs.nowDateTime().slice(0, 10); };
      gs.log = write('info');
      gs.print = write('info');
    }
    return lib.guard(gs, 'gs (scope ' + scope + ')');
  };
})(globalThis);
