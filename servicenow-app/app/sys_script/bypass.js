(function executeRule(current) {
    new ImperBypass().inspect(String(current.getTableName()), String(current.getUniqueValue()));
})(current);
