/**
 * What the scripted REST resources share: how a body is read and how an error is answered. The message is for people;
 * the detail is a stable code that a program may match on.
 */
var ImperRest = Class.create();
ImperRest.prototype = {

    initialize: function () {
    },

    /** The raw body; '' if there is none. The signature covers exactly this text. */
    rawBody: function (request) {
        return request.body && request.body.dataString ? String(request.body.dataString) : '';
    },

    /** The body as an object; null if it is not a JSON object. */
    parse: function (text) {
        try {
            var value = JSON.parse(text);
            return value !== null && typeof value === 'object' ? value : null;
        } catch (error) {
            return null;
        }
    },

    header: function (request, name) {
        return String(request.getHeader(name) || '');
    },

    /**
     * A parameter of the address, which the platform hands over as a list of what was given; '' if it is absent. Given
     * more than once, it is joined, and fits nothing that is expected.
     */
    parameter: function (request, name) {
        var given = request.queryParams ? request.queryParams[name] : undefined;
        if (given === undefined || given === null) {
            return '';
        }
        if (typeof given === 'string') {
            return given;
        }
        var parts = [];
        for (var i = 0; i < given.length; i++) {
            parts.push(String(given[i]));
        }
        return parts.join(',');
    },

    /** Answers {reply} with 200 and {problem} with its status. */
    answer: function (response, result) {
        if (result.problem) {
            var error = new sn_ws_err.ServiceError();
            error.setStatus(result.problem.status);
            error.setMessage(result.problem.message);
            error.setDetail(result.problem.code);
            response.setError(error);
            return;
        }
        response.setStatus(200);
        response.setBody(result.reply);
    },

    type: 'ImperRest'
};
