// Outbound calls (sn_ws) and the credentials behind aliases (sn_cc).
(function (root) {
  'use strict';
  var lib = root.__lib;

  function response(scope, answer) {
    function header(name) {
      var wanted = String(name).toLowerCase();
      for (var i = 0; i < answer.headers.length; i++) {
        if (answer.headers[i][0] === wanted) return answer.headers[i][1];
      }
      return null;
    }
    return lib.guard({
      getStatusCode: function () { return answer.status; },
      getBody: function () { return answer.body; },
      getHeader: header,
      getHeaders: function () {
        var all = {};
        answer.headers.forEach(function (pair) { all[pair[0]] = pair[1]; });
        return all;
      },
      haveError: function () { return answer.error !== null; },
      getErrorCode: function () { return answer.error === null ? 0 : 1; },
      getErrorMessage: function () { return answer.error; },
      getQueryString: function () { return answer.query; },
      waitForResponse: function (seconds) {
        if (!(seconds > 0)) lib.refuse('RESTResponseV2.waitForResponse(' + seconds + ')');
      }
    }, 'RESTResponseV2');
  }

  lib.restMessageFor = function (scope) {
    return function RESTMessageV2(name, method) {
      var call = { endpoint: '', method: '', headers: [], query: [], body: null, timeout: null, basic: null };
      var values = {};
      if (arguments.length === 1) lib.refuse('new RESTMessageV2(name) without an HTTP method');
      if (arguments.length > 1) {
        var stored = lib.host(scope, 'outbound.message', [String(name), String(method)]);
        Object.keys(stored).forEach(function (key) { call[key] = stored[key]; });
      }
      function filled(text) {
        return text === null ? null : String(text).replace(/\$\{([^}]+)\}/g, function (whole, key) {
          return Object.prototype.hasOwnProperty.call(values, key) ? values[key] : '';
        });
      }
      function send() {
        if (call.endpoint === '') lib.refuse('RESTMessageV2.execute without an endpoint');
        if (call.method === '') lib.refuse('RESTMessageV2.execute without an HTTP method');
        // Without one the platform waits for 175 s, and every review asks for it.
        if (call.timeout === null) lib.refuse('RESTMessageV2.execute without setHttpTimeout');
        var sent = Object.assign({}, call, {
          endpoint: filled(call.endpoint), body: filled(call.body),
          headers: call.headers.map(function (pair) { return [pair[0], filled(pair[1])]; })
        });
        return response(scope, lib.host(scope, 'outbound.send', sent));
      }
      return lib.guard({
        setEndpoint: function (endpoint) { call.endpoint = String(endpoint); },
        getEndpoint: function () { return filled(call.endpoint); },
        setHttpMethod: function (method) { call.method = String(method); },
        setRequestHeader: function (name, value) {
          call.headers = call.headers.filter(function (pair) { return pair[0].toLowerCase() !== String(name).toLowerCase(); });
          call.headers.push([String(name), lib.text(value, name)]);
        },
        setRequestBody: function (body) { call.body = lib.text(body, 'body'); },
        getRequestBody: function () { return filled(call.body); },
        setQueryParameter: function (name, value) { call.query.push([String(name), lib.text(value, name)]); },
        setStringParameter: function (name, value) { values[name] = lib.escapeXML(lib.text(value, name)); },
        setStringParameterNoEscape: function (name, value) { values[name] = lib.text(value, name); },
        setHttpTimeout: function (millis) { call.timeout = +millis; },
        setBasicAuth: function (user, password) { call.basic = [String(user), String(password)]; },
        execute: send,
        executeAsync: send
      }, 'RESTMessageV2');
    };
  };

  lib.escapeXML = function (text) {
    return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
      .replace(/'/g, '&apos;');
  };

  function attributes(values, label) {
    return lib.guard({
      getAttribute: function (name) {
        return Object.prototype.hasOwnProperty.call(values, name) ? values[name] : null;
      }
    }, label);
  }

  lib.credentialsFor = function (scope) {
    function one(alias) {
      var found = lib.host(scope, 'outbound.credential', String(alias));
      return found === null ? null : attributes(found, 'Credential');
    }
    return lib.guard({
      StandardCredentialsProvider: function () {
        return lib.guard({ getCredentialByAliasID: one }, 'StandardCredentialsProvider');
      },
      ConnectionInfoProvider: function () {
        return lib.guard({
          getConnectionInfo: function (alias) {
            var found = lib.host(scope, 'outbound.connection', String(alias));
            if (found === null) return null;
            var info = attributes(found.connection, 'ConnectionInfo');
            return lib.guard({
              getAttribute: info.getAttribute,
              getCredentialAttribute: function (name) {
                var values = found.credential || {};
                return Object.prototype.hasOwnProperty.call(values, name) ? values[name] : null;
              }
            }, 'ConnectionInfo');
          }
        }, 'ConnectionInfoProvider');
      }
    }, 'sn_cc');
  };

  lib.webServicesFor = function (scope) {
    return lib.guard({ RESTMessageV2: lib.restMessageFor(scope) }, 'sn_ws');
  };
})(globalThis);
