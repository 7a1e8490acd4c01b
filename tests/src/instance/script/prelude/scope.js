// Puts the API of the running scope in place, and script includes behind lazy names.
(function (root) {
  'use strict';
  var lib = root.__lib;
  delete root.__lib;

  var classes = {};
  function api(scope) {
    if (!classes[scope]) {
      classes[scope] = {
        gs: lib.systemFor(scope),
        GlideRecord: lib.recordClass(scope, false),
        GlideRecordSecure: lib.recordClass(scope, true),
        GlideAggregate: lib.aggregateClass(scope),
        GlideFilter: lib.filterFor(scope),
        sn_ws: lib.webServicesFor(scope),
        sn_cc: lib.credentialsFor(scope)
      };
    }
    return classes[scope];
  }

  var shared = {
    GlideDateTime: lib.GlideDateTime, GlideStringUtil: lib.GlideStringUtil, GlideDigest: lib.GlideDigest,
    CertificateEncryption: lib.CertificateEncryption, UxFrameworkScriptables: lib.UxFrameworkScriptables,
    Class: lib.Class, sn_ws_err: lib.sn_ws_err
  };
  var absent = ('GlideDate GlideTime GlideDuration GlideSchedule GlideEncrypter GlideSysAttachment ' +
    'GlideScopedEvaluator GlideTableHierarchy GlideEmailOutbound GlideSysListControl GlideTransaction GlideUser ' +
    'GlideQuery GlideImportSetRun GlideSecurityUtils GlideXMLUtil GlideDBFunctionBuilder GlideMultipleUpdate ' +
    'GlideUpdateManager2 GlideAjax GlideSession GlideElement GlideHTTPRequest GlideElementDescriptor Workflow XMLDocument ' +
    'XMLDocument2 TemplatePrinter RESTMessageV2 SOAPMessageV2 Packages sn_auth sn_fd sn_hw sn_clotho ' +
    'sn_discovery sn_dt sn_email sn_hr_core sn_impex sn_ih sn_nlp sn_pad sn_uc sn_ws_int GlideQueryCondition ' +
    'StopWatch TableUtils J2js ArrayUtil RP').split(' ');

  function compile(found) {
    if (found.scope === lib.home) {
      delete root[found.name];
      try {
        (0, eval)(found.script);
      } catch (error) {
        error.message = 'sys_script_include ' + found.name + ': ' + error.message;
        throw error;
      }
      if (!root[found.name]) throw new Error('script include ' + found.name + ' does not define ' + found.name);
      return root[found.name];
    }
    return new Function('world', 'with (world) { return (function () {' + found.script + '\n; return ' + found.name +
      ';})(); }')(world(found.scope));
  }

  var loaded = {};
  function include(from, name) {
    var key = from + '>' + name;
    if (!loaded[key]) {
      var found = lib.host(from, 'include', name);
      if (!found) return undefined;
      loaded[key] = compile(found);
    }
    return loaded[key];
  }

  // What a script of another scope sees: its own classes first, then the shared ones.
  function world(scope) {
    var own = api(scope);
    var names = lib.host(scope, 'names').own;
    return new Proxy({}, {
      has: function (object, name) { return typeof name === 'string' && (name in own || names.indexOf(name) >= 0); },
      get: function (object, name) {
        if (typeof name === 'symbol') return undefined;
        return name in own ? own[name] : include(scope, name);
      }
    });
  }

  function lazily(target, name, make) {
    Object.defineProperty(target, name, {
      configurable: true, enumerable: false, get: make,
      set: function (value) {
        Object.defineProperty(target, name, { configurable: true, writable: true, enumerable: true, value: value });
      }
    });
  }

  Object.keys(shared).forEach(function (name) { root[name] = shared[name]; });
  var own = api(lib.home);
  Object.keys(own).forEach(function (name) { root[name] = own[name]; });
  absent.forEach(function (name) { root[name] = lib.missing(name); });

  var names = lib.host(lib.home, 'names');
  names.own.forEach(function (name) {
    lazily(root, name, function () { return include(lib.home, name); });
  });
  var scopes = {};
  names.all.forEach(function (pair) { (scopes[pair[0]] = scopes[pair[0]] || []).push(pair[1]); });
  scopes.global = scopes.global || [];
  Object.keys(scopes).forEach(function (scope) {
    var base = scope === 'global' ? { AbstractAjaxProcessor: lib.AbstractAjaxProcessor, JSUtil: lib.JSUtil } : {};
    root[scope] = new Proxy(base, {
      get: function (object, name) {
        if (typeof name === 'symbol') return undefined;
        if (name in object) return object[name];
        var found = include(lib.home, scope + '.' + name);
        return found === undefined ? lib.refuse(scope + '.' + name) : found;
      }
    });
  });
  if (lib.home === 'global') {
    root.AbstractAjaxProcessor = lib.AbstractAjaxProcessor;
    root.JSUtil = lib.JSUtil;
  }

  // A platform name that nothing here defines: refused at its first use, even inside try or typeof.
  Object.setPrototypeOf(root, new Proxy(Object.prototype, {
    get: function (object, name) {
      if (typeof name === 'string' && /^(Glide|sn_)/.test(name)) return lib.refuse(name);
      // A proxy here would make every undeclared variable undefined, and a mistyped name would pass for an empty one.
      // Names of applications are excepted: `typeof x_acme` asks whether one is installed, and this cannot see typeof.
      if (typeof name === 'string' && !(name in object) && !/^x_[a-z0-9_]+$/.test(name)) throw new ReferenceError(name + ' is not defined');
      return Reflect.get(object, name);
    },
    has: function (object, name) {
      if (typeof name === 'string' && /^(Glide|sn_)/.test(name)) return lib.refuse(name);
      return Reflect.has(object, name);
    }
  }));

  root.__bindRule = function (start) {
    var words = start.mode.split(' ');
    function bind(values, previous) {
      return lib.record(lib.home, start.table, false, {
        values: values, previous: previous, mode: words[0], operation: words[1] || '', fresh: words[1] === 'insert'
      });
    }
    root.current = start.current ? bind(start.current, start.previous) : null;
    root.previous = start.previous ? bind(start.previous, start.previous) : null;
    root.__outcome = function () {
      var state = lib.stateOf(root.current);
      return { changes: state ? state.changes : {}, aborted: !!(state && state.aborted) };
    };
    return null;
  };

  // Widgets of portals: the script fills `data`.
  root.__bindWidget = function (parameters, options) {
    root.data = {};
    root.options = options;
    root.input = null;
    root.$sp = lib.guard({
      getParameter: function (name) {
        return Object.prototype.hasOwnProperty.call(parameters, name) ? parameters[name] : null;
      }
    }, '$sp');
    return null;
  };

  // Automated tests: what a step hands over, what earlier steps have, and the one assertion that there is.
  root.__bindTest = function (results) {
    root.outputs = {};
    root.params = {};
    root.steps = function (id) {
      return Object.prototype.hasOwnProperty.call(results, id) ? results[id] : lib.refuse('steps(' + id + ')');
    };
    var said = '';
    root.stepResult = lib.guard({ setOutputMessage: function (text) { said = String(text); } }, 'stepResult');
    root.assertEqual = function (assertion) {
      if (assertion.shouldbe !== assertion.value) {
        throw new Error(assertion.name + ': ' + JSON.stringify(assertion.value) + ' should be ' + JSON.stringify(assertion.shouldbe));
      }
    };
    root.__said = function () { return said; };
    return null;
  };

  // Jelly: the request parameters, what the opener of a dialog set, and escaping for expressions.
  root.__bindPage = function (parameters, preferences) {
    root.RP = lib.guard({
      getParameterValue: function (name) {
        return Object.prototype.hasOwnProperty.call(parameters, name) ? parameters[name] : '';
      },
      getWindowProperties: function () {
        return lib.guard({
          get: function (name) {
            return preferences && Object.prototype.hasOwnProperty.call(preferences, name) ? preferences[name] : null;
          }
        }, 'RP.getWindowProperties()');
      },
      isDialog: function () { return preferences !== null; },
      isInteractive: function () { return true; }
    }, 'RP');
    var jelly = Object.assign(Object.create(null), parameters);
    root.jelly = jelly;
    root.__jelly = new Proxy(jelly, {
      has: function (object, name) {
        // An unknown name in an expression is empty, not an error; a known global stays itself.
        return typeof name === 'string' && (name in object || !(name in root));
      },
      get: function (object, name) { return typeof name === 'symbol' ? undefined : object[name]; }
    });
    root.__escape = { HTML: lib.escapeHTML, JS: lib.escapeJS, NS: lib.text };
    // g:evaluate: the last value becomes a variable, as text unless object="true".
    root.__evaluate = function (source, name, isObject, seesJelly) {
      var kept = root.jelly;
      if (!seesJelly) root.jelly = undefined;
      try {
        var value = (0, eval)(source);
        if (name) jelly[name] = isObject ? value : root.__text(value);
      } finally {
        root.jelly = kept;
      }
    };
    root.__set = function (name, value) { jelly[name] = value; };
    root.__or = function (value, otherwise) {
      return (value === undefined || value === null || value === '') && otherwise !== null ? otherwise : value;
    };
    root.__truth = function (value) { return !!value && String(value) !== 'false'; };
    root.__loops = [];
    root.__text = function (value) { return value === null || value === undefined ? '' : String(value); };
    return null;
  };
})(globalThis);
