(function process(request, response) {
    var rest = new ImperRest();
    rest.answer(response, new ImperAgentToken().issue(rest.parse(rest.rawBody(request))));
})(request, response);
