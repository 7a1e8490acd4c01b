// The bridge to the host, and the guard that makes every unknown member loud.
(function (root) {
  'use strict';
  var send = root.__host;
  var lib = { home: root.__scope, root: root };
  delete root.__host;
  delete root.__scope;

  lib.host = function (scope, operation, argument) {
    var text = send(scope, operation, JSON.stringify(argument === undefined ? null : argument));
    var answer = JSON.parse(text);
    if (answer.e !== undefined) {
      var error = new Error(answer.e);
      error.getMessage = function () { return answer.e; };
      throw error;
    }
    return answer.v;
  };

  lib.refuse = function (what) { return lib.host(lib.home, 'refuse', what); };

  // Members that the language itself asks for; everything else unknown is a call we do not emulate.
  var quiet = { then: 1, toJSON: 1, constructor: 1, hasOwnProperty: 1 };
  lib.guard = function (target, label) {
    return new Proxy(target, {
      get: function (object, name) {
        if (name in object) return object[name];
        if (typeof name === 'symbol' || quiet[name]) return undefined;
        return lib.refuse(label + '.' + name);
      },
      set: function (object, name, value) {
        if (!(name in object)) lib.refuse('assignment to ' + label + '.' + String(name));
        object[name] = value;
        return true;
      }
    });
  };

  // A class that does not exist here: using it is refused, asking for its type is not a way around it.
  lib.missing = function (label) {
    return new Proxy(function () {}, {
      get: function (object, name) {
        if (typeof name === 'symbol') return undefined;
        return lib.refuse(label + '.' + name);
      },
      apply: function () { return lib.refuse(label); },
      construct: function () { return lib.refuse('new ' + label); }
    });
  };

  lib.now = function () { return lib.host(lib.home, 'now', null); };

  // `new Date()` follows the clock of the instance.
  var RealDate = root.Date;
  function ClockDate() {
    var parts = Array.prototype.slice.call(arguments);
    if (!new.target) return new RealDate(lib.now()).toString();
    return Reflect.construct(RealDate, parts.length ? parts : [lib.now()], new.target);
  }
  ClockDate.prototype = RealDate.prototype;
  ClockDate.now = lib.now;
  ClockDate.UTC = RealDate.UTC;
  ClockDate.parse = RealDate.parse;
  ClockDate.prototype.constructor = ClockDate;
  root.Date = ClockDate;
  lib.RealDate = RealDate;

  function two(number) { return (number < 10 ? '0' : '') + number; }
  lib.formatTime = function (millis) {
    var d = new RealDate(millis);
    return d.getUTCFullYear() + '-' + two(d.getUTCMonth() + 1) + '-' + two(d.getUTCDate()) + ' ' +
      two(d.getUTCHours()) + ':' + two(d.getUTCMinutes()) + ':' + two(d.getUTCSeconds());
  };
  lib.parseTime = function (text) {
    var m = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2}):(\d{2}))?/.exec(String(text));
    if (!m) return NaN;
    return RealDate.UTC(+m[1], +m[2] - 1, +m[3], +(m[4] || 0), +(m[5] || 0), +(m[6] || 0));
  };

  root.__lib = lib;
})(globalThis);
