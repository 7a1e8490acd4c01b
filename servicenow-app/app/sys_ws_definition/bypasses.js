(function process(request, response) {
    var rest = new ImperRest();
    rest.answer(response, new ImperBypassFeed().page(rest.parameter(request, 'after'), rest.parameter(request, 'limit')));
})(request, response);
