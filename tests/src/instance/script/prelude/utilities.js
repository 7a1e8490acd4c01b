// Class creation, strings, digests and the other small helpers of the platform.
(function (root) {
  'use strict';
  var lib = root.__lib;

  lib.escapeHTML = function (text) {
    return String(text === null || text === undefined ? '' : text).replace(/&/g, '&amp;').replace(/</g, '&lt;')
      .replace(/>/g, '&gt;').replace(/"/g, '&quot;').replace(/'/g, '&#39;');
  };
  lib.escapeJS = function (text) {
    return String(text === null || text === undefined ? '' : text).replace(/\\/g, '\\\\').replace(/'/g, "\\'")
      .replace(/"/g, '\\"').replace(/\r/g, '\\r').replace(/\n/g, '\\n').replace(/\//g, '\\/')
      .replace(/</g, '\\x3c').replace(/>/g, '\\x3e').replace(/&/g, '\\x26')
      .replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029');
  };

  lib.Class = {
    create: function () {
      return function () { if (this.initialize) this.initialize.apply(this, arguments); };
    }
  };
  Object.defineProperty(Object, 'extend', {
    value: function (target, source) { for (var name in source) target[name] = source[name]; return target; }
  });
  Object.defineProperty(Object, 'extendsObject', {
    value: function (parent, members) {
      var prototype = Object.create(typeof parent === 'function' ? parent.prototype : parent);
      for (var name in members) prototype[name] = members[name];
      return prototype;
    }
  });

  lib.GlideStringUtil = lib.guard({
    base64Encode: function (text) { return lib.host(lib.home, 'crypto.base64', String(text)); },
    base64Decode: function (text) { return lib.host(lib.home, 'crypto.unbase64', String(text)); },
    escapeHTML: lib.escapeHTML,
    unescapeHTML: function (text) {
      return String(text).replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'")
        .replace(/&amp;/g, '&');
    },
    escapeNonPrintable: function (text) { return String(text).replace(/[^\x20-\x7e]/g, ''); },
    escapeQueryTermSeparator: function (text) { return String(text).replace(/\^/g, '^^'); },
    notNil: function (text) { return text !== null && text !== undefined && String(text) !== ''; },
    nil: function (text) { return text === null || text === undefined || String(text) === ''; },
    isEligibleSysID: function (text) { return /^[0-9a-f]{32}$/.test(String(text)); }
  }, 'GlideStringUtil');

  lib.GlideDigest = function () {
    function digest(algorithm, encoding) {
      return function (text) { return lib.host(lib.home, 'crypto.digest', [algorithm, encoding, String(text)]); };
    }
    return lib.guard({
      getSHA1Hex: digest('SHA1', 'hex'), getSHA1Base64: digest('SHA1', 'base64'),
      getSHA256Hex: digest('SHA256', 'hex'), getSHA256Base64: digest('SHA256', 'base64'),
      getSHA384Hex: digest('SHA384', 'hex'), getSHA384Base64: digest('SHA384', 'base64'),
      getSHA512Hex: digest('SHA512', 'hex'), getSHA512Base64: digest('SHA512', 'base64')
    }, 'GlideDigest');
  };

  lib.CertificateEncryption = function () {
    return lib.guard({
      generateMac: function (key, algorithm, data) {
        return lib.host(lib.home, 'crypto.mac', [String(key), String(algorithm), String(data)]);
      }
    }, 'CertificateEncryption');
  };

  lib.filterFor = function (scope) {
    return lib.guard({
      checkRecord: function (record, filter) {
        var state = lib.stateOf(record);
        if (!state) return lib.refuse('GlideFilter.checkRecord of something that is no GlideRecord');
        return lib.host(scope, 'record.matches',
          { table: state.table, values: state.values, query: filter === null || filter === undefined ? '' : String(filter) });
      }
    }, 'GlideFilter');
  };

  lib.UxFrameworkScriptables = lib.guard({
    getFlushTimestamp: function () { return 'emulated-1'; }
  }, 'UxFrameworkScriptables');

  // Base class of client-callable script includes; the client side of it is not served here.
  lib.AbstractAjaxProcessor = lib.Class.create();
  lib.AbstractAjaxProcessor.prototype = {
    initialize: function (request, responseXML, gc) { this.request = request; this.gc = gc; },
    getParameter: function (name) { return this.request ? this.request.getParameter(name) : null; },
    type: 'AbstractAjaxProcessor'
  };

  lib.JSUtil = lib.guard({
    nil: function (value) { return value === null || value === undefined || String(value) === ''; },
    notNil: function (value) { return !(value === null || value === undefined || String(value) === ''); }
  }, 'JSUtil');
})(globalThis);
