(function (outputs, steps, params, stepResult, assertEqual) {
    var refusal = new ImperGate().refusal('incident', String(steps('@step:A ticket@').record_id));
    assertEqual({ name: 'the gate names the policy', shouldbe: true, value: refusal.indexOf('imper.ai automated test') >= 0 });
    assertEqual({ name: 'a table that the app is not concerned with', shouldbe: '', value: new ImperGate().refusal('sys_user', gs.getUserID()) });
    stepResult.setOutputMessage(refusal);
    return true;
})(outputs, steps, params, stepResult, assertEqual);
