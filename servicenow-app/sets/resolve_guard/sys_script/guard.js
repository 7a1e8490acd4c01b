(function executeRule(current) {
    var reason = new x_imper_verify.ImperGate().refusal(String(current.getTableName()), String(current.getUniqueValue()));
    if (reason !== '') {
        gs.addErrorMessage(reason);
        current.setAbortAction(true);
    }
})(current);
