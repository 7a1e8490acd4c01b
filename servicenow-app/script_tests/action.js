/* Actions, completion of tickets, bypasses and secrets. Uses event(), apply() and incident() of result.js. */

function actionEvent(state, sequence, more) {
    var made = event('passed', sequence);
    made.type = 'action.' + state;
    made.action = { action: 'password_reset', state: state, connector: 'active_directory', automated: true,
        receipt: state === 'performed' ? 'RCP7K3M9QX2A4TN' : null, summary: 'The password of abel.tuter was changed.',
        expires_at: state === 'granted' ? '2026-11-22T10:57:00Z' : null };
    for (var name in more) {
        made.action[name] = more[name];
    }
    return made;
}

function completing(resolve, close) {
    world.rows.x_imper_verify_policy[0].resolve_automatically = resolve ? '1' : '0';
    world.rows.x_imper_verify_policy[0].close_automatically = close ? '1' : '0';
}

function state() {
    var row = world.rows.incident[0];
    return [row.state, row.close_code || '', row.x_imper_verify_action || ''];
}

test('a granted action is told with its end', function () {
    apply(event('passed', 1));
    apply(actionEvent('granted', 2));
    equal(world.notes[1], 'imper.ai Verification: Password reset granted\n\nThe password of abel.tuter was changed.'
        + '\nThe requester may now complete it in the imper.ai portal. Nothing has been changed yet.'
        + '\nPossible until: 2026-11-22 10:57 UTC\n\nRequested action: Password reset\nInitiated by: Beth Anglin'
        + '\nVerification ID: VER7K3M9QX2A4TN\nhttps://verify.example.com/console/v/VER7K3M9QX2A4TN');
    equal(state(), ['2', '', 'granted']);
    equal(world.rows.x_imper_verify_verification[0].action_expires, '2026-11-22 10:57:00');
});

test('a performed action resolves and closes the ticket if the policy says so', function () {
    completing(true, true);
    apply(event('passed', 1));
    equal(apply(actionEvent('performed', 2)).reply, { status: 'applied', detail: 'Applied. The ticket was resolved and closed.', ticket: 'closed' });
    equal(apply(actionEvent('performed', 2)).reply.ticket, 'closed');
    equal(state(), ['7', 'Solution provided', 'performed']);
    includes(world.rows.incident[0].close_notes, 'Receipt: RCP7K3M9QX2A4TN');
    equal(world.notes.length, 3);
    includes(world.notes[1], 'Performed by: Active Directory, automatically\nReceipt: RCP7K3M9QX2A4TN');
    includes(world.notes[2], 'The policy Password reset resolves and closes such a ticket automatically.');
    equal(world.rows.x_imper_verify_verification[0].action_receipt, 'RCP7K3M9QX2A4TN');
    equal(world.rows.x_imper_verify_verification[0].last_sequence, '2');
});

test('the policy decides how far it goes', function () {
    completing(true, false);
    apply(actionEvent('performed', 1));
    equal(state()[0], '6');
    reset();
    completing(false, true);
    apply(actionEvent('performed', 1));
    equal(state()[0], '2');
});

test('what was done by hand is left to the agent', function () {
    completing(true, true);
    equal(apply(actionEvent('performed', 1, { automated: false, connector: 'manual' })).reply.ticket, 'open');
    equal(state(), ['2', '', 'performed']);
    includes(world.notes[0], 'Performed by: By hand\n');
});

test('a ticket that somebody has resolved, closed or cancelled stays as it is', function () {
    [['6', '1'], ['7', '0'], ['8', '0']].forEach(function (pair) {
        reset();
        completing(true, true);
        world.rows.incident[0].state = pair[0];
        world.rows.incident[0].active = pair[1];
        world.rows.incident[0].close_code = 'User error';
        apply(actionEvent('performed', 1));
        equal(state().slice(0, 2), [pair[0], 'User error']);
        equal(world.notes.length, 1);
    });
});

test('a ticket that is about something or somebody else now is left open, and says why', function () {
    [[{ category: 'hardware' }, 'no longer matches'], [{ caller_id: id('d') }, 'another person']].forEach(function (pair) {
        reset();
        completing(true, true);
        for (var name in pair[0]) {
            world.rows.incident[0][name] = pair[0][name];
        }
        apply(actionEvent('performed', 1));
        equal(state()[0], '2');
        includes(world.notes[1], pair[1]);
    });
});

test('a rule that turns the resolution down is told, and the event is done', function () {
    completing(true, true);
    world.refusedState = '6';
    includes(apply(actionEvent('performed', 1)).reply.detail, 'turned it down');
    equal(state()[0], '2');
    includes(world.notes[1], 'ticket not resolved');
    reset();
    completing(true, true);
    world.refusedState = '7';
    apply(actionEvent('performed', 1));
    equal(state()[0], '6');
    includes(world.notes[2], 'The ticket stays resolved');
});

test('a completion that was cut short goes on where it stopped', function () {
    completing(true, true);
    apply(actionEvent('performed', 1));
    world.rows.incident[0].state = '6';
    world.rows.x_imper_verify_event = [];
    world.rows.x_imper_verify_verification[0].last_sequence = '';
    var notes = world.notes.length;
    equal(apply(actionEvent('performed', 1)).reply.status, 'applied');
    equal(state()[0], '7');
    equal(world.notes.length, notes);
});

test('an action that arrives before its decision tells both, once', function () {
    apply(actionEvent('granted', 3));
    includes(world.notes[0], 'imper.ai Verification: Passed');
    includes(world.notes[0], 'imper.ai Verification: Password reset granted');
    equal(incident()[0], 'passed');
    equal(apply(event('passed', 2)).reply.status, 'superseded');
    equal(world.notes.length, 1);
});

test('each state of an action has its own words', function () {
    [['awaiting_release', 'a second person must release it'], ['manual', 'Perform it by hand'], ['failed', 'Nothing is known to have been changed'],
        ['unknown', 'look in the directory'], ['revoked', 'taken back'], ['expired', 'not used in time']].forEach(function (pair) {
        reset();
        apply(event('passed', 1));
        apply(actionEvent(pair[0], 2));
        includes(world.notes[1], pair[1]);
        equal(state(), ['2', '', pair[0]]);
    });
    reset();
    apply(event('passed', 1));
    apply(actionEvent('performing', 2));
    equal([world.notes.length, state()[2]], [1, 'performing']);
});

test('an unknown kind is an event row and nothing else', function () {
    [['action.teleported', { anything: 1 }], ['verification.paused', undefined], ['grant.lost', undefined]].forEach(function (pair) {
        reset();
        var made = event('sent', 1);
        made.type = pair[0];
        made.action = pair[1];
        made.verification.status = 'paused';
        equal(apply(made).reply.status, 'recorded');
        equal([world.notes.length, world.rows.x_imper_verify_verification.length, world.rows.x_imper_verify_event.length], [0, 0, 1]);
        equal(world.rows.x_imper_verify_event[0].type, pair[0]);
    });
});

test('malformed actions are refused', function () {
    [['action', 'delete_all'], ['connector', 'Rm -rf'], ['automated', 'yes'], ['receipt', '<b>'], ['summary', 7], ['expires_at', 'soon']]
        .forEach(function (pair) {
            var more = {};
            more[pair[0]] = pair[1];
            includes(apply(actionEvent('granted', 1, more)).problem.message, 'action.' + pair[0]);
        });
    var made = actionEvent('granted', 1);
    made.action = undefined;
    equal(apply(made).problem.message, 'Missing or malformed: action.');
    made = actionEvent('granted', 1, { state: 'performed' });
    includes(apply(made).problem.message, 'action.state');
});

test('states and codes are those of the instance', function () {
    equal(new ImperChoices('incident').closeCode(), 'Solution provided');
    world.properties['x_imper_verify.close_code'] = 'User error';
    equal(new ImperChoices('incident').closeCode(), 'User error');
    world.properties = {};
    world.rows.sys_choice = [];
    equal([new ImperChoices('incident').closeCode(), new ImperChoices('incident').state('6')], ['', null]);
    offer('incident', 'close_code', 'Duplicate', 'Duplicate');
    offer('incident', 'close_code', 'fixed', 'Fixed by us');
    equal(new ImperChoices('incident').closeCode(), 'fixed');
    offer('incident', 'close_code', 'Solved (Permanently)', 'Solved (Permanently)');
    equal(new ImperChoices('incident').closeCode(), 'Solved (Permanently)');
    offer('task', 'state', '3', 'Closed Complete');
    equal(new ImperChoices('sc_req_item').state('3'), { value: '3', label: 'Closed Complete' });
});

test('an item of the catalogue is closed as complete', function () {
    world.properties['x_imper_verify.allowed_tables'] = 'sc_req_item';
    world.rows.sc_req_item.push({ sys_id: id('1'), number: 'RITM1', active: '1', state: '1', requested_for: id('c') });
    completing(true, true);
    world.rows.x_imper_verify_policy[0].table_name = 'sc_req_item';
    world.rows.x_imper_verify_policy[0].condition = '';
    var made = actionEvent('performed', 1);
    made.ticket.table = 'sc_req_item';
    equal(apply(made).reply.detail, 'Applied. The ticket was resolved and closed.');
    equal(world.rows.sc_req_item[0].state, '3');
});

function bypass() {
    return new ImperBypass().inspect('incident', id('1'));
}

test('resolving without verification is recorded once, and told', function () {
    equal(bypass(), false);
    world.rows.incident[0].state = '6';
    world.rows.incident[0].resolved_at = '2026-11-22 10:23:00';
    equal(bypass(), true);
    equal(bypass(), false);
    world.rows.incident[0].state = '7';
    equal(bypass(), false);
    equal(world.rows.x_imper_verify_event, [{ event_id: 'byp_' + id('1') + '_20261122102300', verification: '',
        type: 'ticket.resolved_without_verification', task: id('1'), ticket_table: 'incident', ticket_number: 'INC0000001', user: id('a'),
        occurred_at: '2026-11-22 10:23:20', applied: '1', policy: 'Password reset', action: 'password_reset', reason: 'none',
        detail: 'Policy Password reset. No verification of this ticket has been decided.',
        sys_id: world.rows.x_imper_verify_event[0].sys_id }]);
    equal(world.notes, ['imper.ai Verification: resolved without verification\n\nThe policy Password reset requires the requester to be verified first. '
        + 'No verification of this ticket has been decided.\nResolved by: Beth Anglin']);
    world.rows.incident[0].state = '6';
    world.rows.incident[0].resolved_at = '2026-11-23 08:00:00';
    equal(bypass(), true);
});

test('a pass of the right person counts, a failure or another person does not', function () {
    world.rows.incident[0].state = '6';
    apply(event('passed', 2));
    equal(bypass(), false);
    equal(new ImperGate().refusal('incident', id('1')), '');
    world.rows.incident[0].caller_id = id('d');
    includes(new ImperGate().refusal('incident', id('1')), 'passed by another person');
    equal(bypass(), true);
    reset();
    world.rows.incident[0].state = '6';
    apply(event('failed', 2));
    equal(bypass(), true);
    includes(world.rows.x_imper_verify_event[1].detail, 'has failed');
});

test('cancelled tickets, other categories and other tables concern nobody', function () {
    world.rows.incident[0].state = '8';
    equal(bypass(), false);
    world.rows.incident[0].state = '6';
    world.rows.incident[0].category = 'hardware';
    equal(bypass(), false);
    equal(new ImperGate().refusal('incident', id('1')), '');
    equal(new ImperGate().refusal('sys_user', id('c')), '');
    equal(new ImperGate().refusal('incident', 'x'), '');
    equal(new ImperBypass().concerns('problem'), false);
    world.properties['x_imper_verify.enabled'] = 'false';
    equal(new ImperBypass().concerns('incident'), false);
});

test('a credential alias comes before the property', function () {
    var secrets = new ImperSecrets();
    equal([secrets.source('token_secret'), secrets.source('webhook_secret')], ['property', 'property']);
    world.rows.sys_alias.push({ sys_id: id('b'), id: 'x_imper_verify.Token_secret' });
    equal(secrets.source('token_secret'), 'property');
    world.credentials[id('b')] = { password: base64('another-token-secret-of-32-bytes') };
    equal(secrets.source('token_secret'), 'credential alias');
    equal(new ImperProperties().tokenKey(), base64('another-token-secret-of-32-bytes'));
    world.credentials = {};
    delete world.properties['x_imper_verify.token_secret'];
    equal([secrets.source('token_secret'), new ImperProperties().tokenKey()], ['', '']);
});

test('what an admin has added to the assurance list asks for more', function () {
    var row = world.rows.x_imper_verify_policy[0];
    [['standard', 'standard'], ['', 'standard'], ['high', 'high'], ['extreme', 'high']].forEach(function (pair) {
        row.assurance = pair[0];
        equal(new ImperPolicy().match('incident', id('1')).assurance, pair[1]);
    });
});

finish();
