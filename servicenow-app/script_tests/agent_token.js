/* Policies and agent tokens. */

function issue(body) {
    return new ImperAgentToken().issue(body === undefined ? { table: 'incident', sys_id: id('1') } : body);
}

function claims() {
    return JSON.parse(unbase64url(issue().reply.token.split('.')[1]));
}

function refused(status, code, body) {
    var problem = issue(body).problem;
    equal([problem.status, problem.code], [status, code]);
    if (problem.message.length < 20) {
        throw new Error('a message is for people: ' + problem.message);
    }
}

test('a token is a JWT whose signature holds', function () {
    var reply = issue().reply;
    var parts = reply.token.split('.');
    equal(JSON.parse(unbase64url(parts[0])), { alg: 'HS256', typ: 'imper-agent+jwt', kid: 'key-1' });
    var key = world.properties['x_imper_verify.token_secret'];
    var mac = String(new CertificateEncryption().generateMac(key, 'HmacSHA256', parts[0] + '.' + parts[1]));
    equal(parts[2], mac.replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, ''));
    equal([reply.backend_url, reply.expires_in], ['https://verify.example.com', 240]);
});

test('the claims carry ticket, requester and agent', function () {
    equal(claims(), {
        iss: 'https://acme.service-now.com',
        aud: 'https://verify.example.com',
        sub: id('a'), iat: 1795343000, nbf: 1795343000, exp: 1795343240, jti: id('9'),
        agent: { sys_id: id('a'), user_name: 'beth.anglin', name: 'Beth Anglin' },
        ticket: { table: 'incident', sys_id: id('1'), number: 'INC0000001', short_description: 'Cannot sign in',
            description: 'Please help', category: 'Display of password_reset' },
        requester: { sys_id: id('c'), user_name: 'abel.tuter', name: 'Abel Tuter', email: 'abel@example.com',
            contacts: [{ channel: 'email', address: 'abel@example.com', source: 'email' },
                { channel: 'sms', address: '+1 555 0100', source: 'mobile_phone' }],
            time_zone: 'Europe/Berlin', language: 'pt-BR', manager: null },
        action: 'password_reset', assurance: 'standard'
    });
});

test('the manager on file goes along while the record is active', function () {
    world.rows.sys_user.push({ sys_id: id('e'), user_name: 'ada.lopez', name: 'Ada Lopez', email: 'ada@example.com', active: '1' });
    var requester = world.rows.sys_user.filter(function (user) { return user.sys_id === id('c'); })[0];
    requester.manager = id('e');
    equal(claims().requester.manager, { sys_id: id('e'), name: 'Ada Lopez', email: 'ada@example.com' });
    world.rows.sys_user[world.rows.sys_user.length - 1].active = '0';
    equal(claims().requester.manager, null);
    requester.manager = id('f');
    equal(claims().requester.manager, null);
});

test('text of any language survives, and no half character is left', function () {
    var long = '';
    while (long.length < 999) {
        long += '\u6f22';
    }
    world.rows.incident[0].description = long + '\ud83d\ude42 tail';
    world.rows.incident[0].short_description = 'Zugang f\u00fcr J\u00f6rg \ud83d\ude42';
    equal(claims().ticket.description, long);
    equal(claims().ticket.short_description, 'Zugang f\u00fcr J\u00f6rg \ud83d\ude42');
});

test('a token is never longer than the backend accepts', function () {
    var hard = '';
    while (hard.length < 1000) {
        hard += '\u0001';
    }
    world.rows.incident[0].description = hard;
    var token = issue().reply.token;
    if (token.length > 8192) {
        throw new Error(token.length + ' bytes');
    }
    while (hard.length < 8000) {
        hard += hard;
    }
    world.rows.incident[0].short_description = hard;
    refused(422, 'ticket_too_large');
});

test('every condition for a token is checked', function () {
    refused(400, 'invalid_request', null);
    refused(400, 'invalid_request', { table: 'incident' });
    refused(400, 'invalid_request', { table: 'incident; drop', sys_id: id('1') });
    refused(400, 'invalid_request', { table: 'incident', sys_id: 'javascript:1' });
    refused(403, 'table_not_allowed', { table: 'sc_req_item', sys_id: id('1') });
    refused(404, 'ticket_not_found', { table: 'incident', sys_id: id('7') });
    world.unreadable[id('1')] = true;
    refused(404, 'ticket_not_found');
    world.unreadable = {};
    world.rows.incident[0].caller_id = '';
    refused(422, 'no_requester');
    world.rows.incident[0].category = 'hardware';
    refused(422, 'no_policy');
    world.user.roles = ['itil'];
    refused(403, 'not_an_agent');
    world.properties['x_imper_verify.token_secret'] = base64('too short');
    refused(503, 'not_configured');
    world.properties['x_imper_verify.enabled'] = 'false';
    refused(503, 'disabled');
});

test('no policy action means no action', function () {
    world.rows.incident[0].category = 'it';
    equal(claims().action, null);
});

test('other task tables take their requester from where they keep it', function () {
    world.properties['x_imper_verify.allowed_tables'] = 'incident, sc_req_item';
    world.rows.sc_req_item.push({ sys_id: id('2'), number: 'RITM1', requested_for: id('c'), active: '1' });
    policy('Items', '', 'none', 50);
    world.rows.x_imper_verify_policy[3].table_name = 'sc_req_item';
    var reply = issue({ table: 'sc_req_item', sys_id: id('2') }).reply;
    equal(JSON.parse(unbase64url(reply.token.split('.')[1])).requester.user_name, 'abel.tuter');
});

test('the first active policy by order decides, alternatives included', function () {
    var policies = new ImperPolicy();
    equal(policies.match('incident', id('1')).name, 'Password reset');
    policy('Sooner', 'category=password_reset', 'mfa_reset', 10);
    equal(policies.match('incident', id('1')).action, 'mfa_reset');
    world.rows.x_imper_verify_policy[3].active = '0';
    equal(policies.match('incident', id('1')).action, 'password_reset');
    equal([policies.match('incident', id('1')).resolve, policies.match('incident', id('1')).close], [false, true]);
    ticket('3', { category: 'network', subcategory: 'vpn' });
    equal(policies.match('incident', id('3')).name, 'Anything of IT');
    ticket('4', { category: 'hardware' });
    equal(policies.match('incident', id('4')), null);
    equal(policies.match('incident', '-1'), null);
});

test('the field is shown to agents of a ready app only', function () {
    var url = 'x_imper_verify_panel.do?sysparm_table=incident&sysparm_sys_id=' + id('1');
    equal(new ImperPolicy().panelUrl('incident', id('1')), url);
    equal(new ImperPolicy().panelUrl('incident', id('8')), '');
    world.unreadable[id('1')] = true;
    equal(new ImperPolicy().panelUrl('incident', id('1')), '');
    delete world.unreadable[id('1')];
    world.user.roles = ['itil'];
    equal(new ImperPolicy().panelUrl('incident', id('1')), '');
    world.user.roles = ['x_imper_verify.agent'];
    world.properties['x_imper_verify.backend_url'] = 'http://verify.example.com';
    equal(new ImperPolicy().panelUrl('incident', id('1')), '');
    world.properties['x_imper_verify.backend_url'] = 'http://127.0.0.1:8080';
    equal(new ImperPolicy().panelUrl('incident', id('1')), url);
});

test('values from an address are reduced to what they may be', function () {
    var policies = new ImperPolicy();
    equal(policies.tableOrBlank('incident'), 'incident');
    equal(policies.tableOrBlank('</script><script>'), '');
    equal(policies.tableOrBlank(null), '');
    equal(policies.sysIdOrBlank(id('1')), id('1'));
    equal(policies.sysIdOrBlank(id('1') + '"'), '');
    equal(policies.sysIdOrBlank(undefined), '');
});

test('the problems of an empty set-up are named one by one', function () {
    world.properties = {};
    equal(new ImperProperties().problems().length, 5);
    equal(new ImperProperties().allowedTables(), ['incident']);
    equal(new ImperProperties().contactFields(), ['email', 'mobile_phone', 'phone']);
});

test('the log follows the verbosity', function () {
    var properties = new ImperProperties();
    properties.log('debug', 'a');
    properties.log('info', 'b');
    world.properties['x_imper_verify.log_verbosity'] = 'error';
    properties.log('warn', 'c');
    properties.log('error', 'd');
    equal(world.log, ['info imper.ai Verification: b', 'error imper.ai Verification: d']);
});
