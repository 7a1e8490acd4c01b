(function () {
    var policy = new ImperPolicy();
    // Both values come from the address, so both are reduced to what a table name and a sys_id can be, or to nothing.
    var url = policy.panelUrl(policy.tableOrBlank($sp.getParameter('table')), policy.sysIdOrBlank($sp.getParameter('sys_id')));
    data.url = url === '' ? '' : '/' + url;
})();
