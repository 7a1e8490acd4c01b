(function (outputs, steps, params, stepResult, assertEqual) {
    var policy = new GlideRecord('x_imper_verify_policy');
    policy.initialize();
    policy.setValue('name', 'imper.ai automated test');
    policy.setValue('table_name', 'incident');
    policy.setValue('condition', 'short_description=imper.ai automated test');
    policy.setValue('action', 'password_reset');
    policy.setValue('assurance', 'standard');
    policy.setValue('order', 1);
    policy.setValue('active', true);
    assertEqual({ name: 'the policy is stored', shouldbe: true, value: !!policy.insert() });
    return true;
})(outputs, steps, params, stepResult, assertEqual);
