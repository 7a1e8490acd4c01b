(function (outputs, steps, params, stepResult, assertEqual) {
    var tables = ['x_imper_verify_verification', 'x_imper_verify_event'];
    for (var i = 0; i < tables.length; i++) {
        var record = new GlideRecordSecure(tables[i]);
        record.initialize();
        assertEqual({ name: tables[i] + ': create', shouldbe: false, value: !!record.canCreate() });
        assertEqual({ name: tables[i] + ': write', shouldbe: false, value: !!record.canWrite() });
    }
    return true;
})(outputs, steps, params, stepResult, assertEqual);
