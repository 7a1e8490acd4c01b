(function (outputs, steps, params, stepResult, assertEqual) {
    function name(policy) {
        return policy === null ? '' : policy.name;
    }
    var policies = new ImperPolicy();
    var matching = policies.match('incident', String(steps('@step:A ticket that the policy is about@').record_id));
    assertEqual({ name: 'the policy of the matching ticket', shouldbe: 'imper.ai automated test', value: name(matching) });
    assertEqual({ name: 'its action', shouldbe: 'password_reset', value: matching.action });
    var other = policies.match('incident', String(steps('@step:A ticket that it is not about@').record_id));
    assertEqual({ name: 'the other ticket has another policy or none', shouldbe: true, value: name(other) !== 'imper.ai automated test' });
    assertEqual({ name: 'a table that is not allowed', shouldbe: true, value: policies.match('sys_user', gs.getUserID()) === null });
    stepResult.setOutputMessage('The matching ticket needs a verification for ' + matching.action + '.');
    return true;
})(outputs, steps, params, stepResult, assertEqual);
