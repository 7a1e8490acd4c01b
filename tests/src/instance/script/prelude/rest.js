// Scripted REST: request, response and the service errors.
(function (root) {
  'use strict';
  var lib = root.__lib;

  function header(headers, name) {
    var wanted = String(name).toLowerCase();
    return Object.prototype.hasOwnProperty.call(headers, wanted) ? headers[wanted] : null;
  }

  root.__restRequest = function (data) {
    var body = {
      get data() {
        if (data.body === '') return undefined;
        return JSON.parse(data.body);
      },
      get dataString() { return data.body; },
      get dataStream() { return lib.refuse('RESTAPIRequestBody.dataStream'); },
      hasNext: function () { return lib.refuse('RESTAPIRequestBody.hasNext'); },
      nextEntry: function () { return lib.refuse('RESTAPIRequestBody.nextEntry'); }
    };
    return lib.guard({
      body: lib.guard(body, 'RESTAPIRequestBody'),
      headers: data.headers,
      pathParams: data.path,
      queryParams: data.query,
      queryString: data.query_string,
      uri: data.uri,
      url: data.url,
      getHeader: function (name) { return header(data.headers, name); },
      getRequestedQueryCategory: function () { return null; },
      getSupportedResponseContentTypes: function () { return ['application/json']; }
    }, 'RESTAPIRequest');
  };

  root.__restResponse = function () {
    var out = { status: null, body: undefined, headers: {}, content_type: null, error: null };
    var response = lib.guard({
      setStatus: function (status) { out.status = +status; },
      setBody: function (body) { out.body = body; },
      setContentType: function (type) { out.content_type = String(type); },
      setHeader: function (name, value) { out.headers[String(name)] = String(value); },
      setHeaders: function (headers) { for (var name in headers) out.headers[name] = String(headers[name]); },
      setLocation: function (value) { out.headers.Location = String(value); },
      setError: function (error) { out.error = error; },
      getStatus: function () { return out.status; },
      getStreamWriter: function () { return lib.refuse('RESTAPIResponse.getStreamWriter'); }
    }, 'RESTAPIResponse');
    root.__restOutcome = function (returned) {
      if (out.error) {
        var e = out.error;
        return { status: e.status || 500, error: { message: e.message || '', detail: e.detail || '' }, headers: out.headers };
      }
      return {
        status: out.status === null ? 200 : out.status,
        result: out.body !== undefined ? out.body : returned,
        has_result: out.body !== undefined || returned !== undefined,
        headers: out.headers, content_type: out.content_type
      };
    };
    return response;
  };

  function failure(status, standard) {
    return function (message, detail) {
      this.status = status;
      this.message = message === undefined ? standard : String(message);
      this.detail = detail === undefined ? '' : String(detail);
      this.setStatus = function (value) { this.status = +value; };
      this.setMessage = function (value) { this.message = String(value); };
      this.setDetail = function (value) { this.detail = String(value); };
    };
  }
  lib.sn_ws_err = lib.guard({
    BadRequestError: failure(400, 'Bad Request'),
    NotFoundError: failure(404, 'Not Found'),
    ConflictError: failure(409, 'Conflict'),
    NotAcceptableError: failure(406, 'Not Acceptable'),
    UnsupportedMediaTypeError: failure(415, 'Unsupported Media Type'),
    ServiceError: failure(500, 'Service Error')
  }, 'sn_ws_err');
})(globalThis);
