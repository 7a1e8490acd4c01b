(function process(request, response) {
    var properties = new ImperProperties();
    var problems = properties.problems();
    new ImperRest().answer(response, {
        reply: {
            app: 'x_imper_verify',
            version: ImperProperties.VERSION,
            enabled: properties.isEnabled(),
            configured: problems.length === 0,
            problems: problems,
            time: Math.floor(new GlideDateTime().getNumericValue() / 1000)
        }
    });
})(request, response);
