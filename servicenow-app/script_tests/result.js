/* Signatures, result events and what they write to tickets. */

function event(status, sequence, more) {
    var decided = status === 'passed' || status === 'failed';
    var made = {
        id: 'evt_' + id('0').substring(0, 28) + (1000 + sequence),
        type: 'verification.' + status,
        sequence: sequence,
        occurred_at: '2026-11-22T10:4' + sequence + ':00Z',
        verification: {
            id: 'VER7K3M9QX2A4TN', url: 'https://verify.example.com/console/v/VER7K3M9QX2A4TN', status: status,
            outcome: decided ? status : null,
            risk_level: decided ? (status === 'passed' ? 'verified' : 'high') : null,
            risk_score: decided ? 8 : null,
            recommendation: decided ? (status === 'passed' ? 'proceed' : 'reject') : null,
            recommendation_text: decided ? (status === 'passed' ? 'User verified successfully - Proceed with action'
                : 'High risk detected - Reject this request') : null,
            report_summary: decided ? 'Call number: proven\nOn-file code: proven' : '',
            action: 'password_reset', channel: 'email', destination: 'm\u2022\u2022\u2022@gmail.com',
            agent_sys_id: id('a'), agent_name: 'Beth Anglin', requester_sys_id: id('c'),
            created_at: '2026-11-22T10:40:00Z', ended_at: decided ? '2026-11-22T10:45:00Z' : null
        },
        ticket: { table: 'incident', sys_id: id('1'), number: 'INC0000001' }
    };
    for (var name in more) {
        made.verification[name] = more[name];
    }
    return made;
}

function apply(made) {
    return new ImperResult().apply(made, made.id);
}

function incident() {
    var row = world.rows.incident[0];
    return [row.x_imper_verify_outcome || '', row.x_imper_verify_risk || '', row.x_imper_verify_id || ''];
}

function signed(body, at, key) {
    var mac = new CertificateEncryption().generateMac(key || base64('webhook-key-of-24-bytes!'), 'HmacSHA256', 'evt_1.' + at + '.' + body);
    return 'v1,' + mac;
}

function refusal(timestamp, header, body) {
    var found = new ImperSignature(new ImperProperties().webhookKeys(), world.now).refusal('evt_1', timestamp, header, body);
    return found === null ? null : found.code;
}

test('a signature holds for its id, time and body, and for nothing else', function () {
    var at = String(world.now);
    equal(refusal(at, signed('{"a":"\u00fc"}', at), '{"a":"\u00fc"}'), null);
    equal(refusal(at, 'v1,AAAA ' + signed('{}', at), '{}'), null);
    equal(refusal(at, signed('{}', at), '{} '), 'signature_invalid');
    equal(refusal(at, signed('{}', at).replace('v1,', 'v2,'), '{}'), 'signature_invalid');
    equal(refusal(at, signed('{}', at, base64('another-key-of-24-bytes!')), '{}'), 'signature_invalid');
    equal(refusal(String(world.now + 1), signed('{}', at), '{}'), 'signature_invalid');
    equal(refusal(at, 'v1,', '{}'), 'signature_invalid');
    equal(refusal(at, '', '{}'), 'signature_missing');
    equal(refusal('soon', signed('{}', at), '{}'), 'timestamp_invalid');
});

test('old and future events are refused', function () {
    [[-300, null], [300, null], [-301, 'timestamp_out_of_range'], [301, 'timestamp_out_of_range']].forEach(function (pair) {
        var at = String(world.now + pair[0]);
        equal(refusal(at, signed('{}', at), '{}'), pair[1]);
    });
});

test('while a secret is replaced, both are valid', function () {
    world.properties['x_imper_verify.webhook_secret'] += ' whsec_' + base64('another-key-of-24-bytes!');
    var at = String(world.now);
    equal(refusal(at, signed('{}', at), '{}'), null);
    equal(refusal(at, signed('{}', at, base64('another-key-of-24-bytes!')), '{}'), null);
});

test('a passed verification fills fields, note, record and events', function () {
    equal(apply(event('sent', 1)).reply.status, 'applied');
    equal(incident(), ['', '', 'VER7K3M9QX2A4TN']);
    apply(event('opened', 2));
    apply(event('in_progress', 3));
    equal(apply(event('passed', 4)).reply.status, 'applied');
    equal(incident(), ['passed', 'verified', 'VER7K3M9QX2A4TN']);
    equal(world.rows.incident[0].x_imper_verify_url, 'https://verify.example.com/console/v/VER7K3M9QX2A4TN');
    equal(world.rows.incident[0].state, '2');
    equal(world.notes.length, 2);
    equal(world.notes[0], 'imper.ai Verification: link sent\n\nA verification link was sent by email to m\u2022\u2022\u2022@gmail.com.'
        + '\n\nRequested action: Password reset\nInitiated by: Beth Anglin\nVerification ID: VER7K3M9QX2A4TN'
        + '\nhttps://verify.example.com/console/v/VER7K3M9QX2A4TN');
    equal(world.notes[1], 'imper.ai Verification: Passed\n\nUser verified successfully - Proceed with action'
        + '\nRisk level: Verified (score 8 of 100)\n\nAnalysis report\nCall number: proven\nOn-file code: proven'
        + '\n\nRequested action: Password reset\nInitiated by: Beth Anglin\nVerification ID: VER7K3M9QX2A4TN'
        + '\nhttps://verify.example.com/console/v/VER7K3M9QX2A4TN');
    equal(world.rows.x_imper_verify_verification, [{
        number: 'VER7K3M9QX2A4TN', ticket_table: 'incident', ticket: id('1'), task: id('1'),
        category: 'Display of password_reset', requester: id('c'),
        initiated_by: id('a'), started: '2026-11-22 10:40:00', ticket_number: 'INC0000001', action: 'password_reset',
        status: 'passed', outcome: 'passed', risk_level: 'verified', risk_score: '8', recommendation: 'proceed',
        channel: 'email', destination: 'm\u2022\u2022\u2022@gmail.com', url: 'https://verify.example.com/console/v/VER7K3M9QX2A4TN',
        report_summary: 'Call number: proven\nOn-file code: proven', ended: '2026-11-22 10:45:00', last_sequence: '4',
        sys_id: world.rows.x_imper_verify_verification[0].sys_id
    }]);
    equal(world.rows.x_imper_verify_event.map(function (row) { return row.type + ' ' + row.applied; }),
        ['verification.sent 1', 'verification.opened 1', 'verification.in_progress 1', 'verification.passed 1']);
});

test('repeats change nothing', function () {
    apply(event('sent', 1));
    equal(apply(event('sent', 1)).reply.status, 'duplicate');
    equal([world.notes.length, world.rows.x_imper_verify_event.length], [1, 1]);
});

test('gaps are no problem, and late events are recorded only', function () {
    apply(event('passed', 4));
    equal(apply(event('sent', 1)).reply, { status: 'superseded', detail: 'Sequence 1 came after sequence 4.' });
    equal(incident()[0], 'passed');
    equal(world.notes.length, 1);
    equal(world.rows.x_imper_verify_event[1].applied, '0');
    equal(apply(event('sent', 1)).reply.status, 'duplicate');
});

test('a final status stays', function () {
    apply(event('failed', 2));
    equal(apply(event('passed', 3)).reply.status, 'superseded');
    equal(incident().slice(0, 2), ['failed', 'high']);
});

test('a failure is never hidden by a later start, and is replaced by a later decision', function () {
    apply(event('failed', 2));
    var again = { id: 'VERSECOND', created_at: '2026-11-22T11:00:00Z' };
    var sent = event('sent', 1, again);
    sent.id = 'evt_' + id('5');
    apply(sent);
    equal(incident(), ['failed', 'high', 'VER7K3M9QX2A4TN']);
    var passed = event('passed', 2, again);
    passed.id = 'evt_' + id('6');
    apply(passed);
    equal(incident(), ['passed', 'verified', 'VERSECOND']);
});

test('an older verification does not replace a newer one', function () {
    apply(event('passed', 2));
    var older = event('failed', 2, { id: 'VEROLDER', created_at: '2026-11-22T09:00:00Z' });
    older.id = 'evt_' + id('5');
    equal(apply(older).reply.status, 'applied');
    equal(incident(), ['passed', 'verified', 'VER7K3M9QX2A4TN']);
});

test('a closed ticket gets a note and nothing else', function () {
    [{ active: '0' }, { active: '1', state: '7' }, { active: '1', state: '8' }].forEach(function (fields) {
        reset();
        for (var name in fields) {
            world.rows.incident[0][name] = fields[name];
        }
        apply(event('passed', 2));
        equal(incident(), ['', '', '']);
        includes(world.notes[0], 'imper.ai Verification: Passed');
        includes(world.notes[0], 'after the ticket had been closed');
        equal(world.rows.x_imper_verify_verification[0].outcome, 'passed');
    });
});

test('quiet statuses do not touch a ticket that shows them already', function () {
    apply(event('sending', 1));
    equal(world.updates, 1);
    apply(event('opened', 2));
    equal(world.notes, []);
});

test('each way to end has its own words', function () {
    [['expired', 'The time ran out'], ['cancelled', 'was stopped'], ['undeliverable', 'could not be delivered by email to m']]
        .forEach(function (pair) {
            reset();
            apply(event(pair[0], 2));
            includes(world.notes[0], pair[1]);
            equal(incident(), ['', '', 'VER7K3M9QX2A4TN']);
        });
    reset();
    apply(event('sent', 1, { channel: 'sms', destination: '\u2022\u2022\u2022\u2022 4512' }));
    var again = event('sent', 2);
    apply(again);
    includes(world.notes[0], 'by text message to');
    includes(world.notes[1], 'new link sent');
});

test('a note cannot smuggle markup into the journal', function () {
    apply(event('failed', 2, { report_summary: 'Browser: [CODE]<img src=x>[/code]' }));
    includes(world.notes[0], 'Browser: <img src=x>');
});

test('a ticket that is gone is recorded without it', function () {
    var made = event('passed', 2);
    made.ticket.sys_id = id('7');
    includes(apply(made).reply.detail, 'does not exist');
    equal(world.rows.x_imper_verify_verification.length, 1);
    equal(world.notes, []);
});

test('a ticket that a rule protects is tried again later, from the start', function () {
    world.refused = 'incident';
    equal(apply(event('passed', 2)).problem.code, 'ticket_not_written');
    equal([world.rows.x_imper_verify_verification.length, world.rows.x_imper_verify_event.length], [0, 0]);
    world.refused = '';
    equal(apply(event('passed', 2)).reply.status, 'applied');
});

test('a verification stays with its ticket, and tickets of other tables are left alone', function () {
    apply(event('sent', 1));
    ticket('2', {});
    var moved = event('passed', 2);
    moved.ticket.sys_id = id('2');
    equal(apply(moved).problem.code, 'other_ticket');
    var foreign = event('passed', 3);
    foreign.ticket.table = 'sys_user';
    equal(apply(foreign).problem.code, 'table_not_allowed');
});

test('a table without the columns gets the note', function () {
    world.properties['x_imper_verify.allowed_tables'] = 'sc_req_item';
    world.rows.sc_req_item.push({ sys_id: id('1'), number: 'RITM1', active: '1' });
    var made = event('passed', 2);
    made.ticket.table = 'sc_req_item';
    equal(apply(made).reply.status, 'applied');
    equal(world.notes.length, 1);
    equal(world.rows.x_imper_verify_verification[0].task, id('1'));
});

test('malformed events are refused with the names of what is wrong', function () {
    equal(apply({}).problem.code, 'invalid_event');
    equal(new ImperResult().apply(null, '').problem.status, 400);
    equal(new ImperResult().apply(event('sent', 1), 'evt_other').problem.code, 'invalid_event');
    [['status', 'won'], ['outcome', 'passed'], ['risk_level', 'low'], ['risk_score', 101], ['recommendation', 'maybe'],
        ['channel', 'fax'], ['url', 'javascript:alert(1)'], ['action', 'delete_all'], ['created_at', 'yesterday'],
        ['report_summary', 7], ['id', 'ver 1'], ['ended_at', '2026']].forEach(function (pair) {
        var more = {};
        more[pair[0]] = pair[1];
        includes(apply(event('sent', 1, more)).problem.message, 'verification.' + pair[0]);
    });
    var made = event('sent', 1);
    made.sequence = 0;
    made.ticket.sys_id = 'x';
    equal(apply(made).problem.message, 'Missing or malformed: sequence, ticket.sys_id.');
    equal(world.rows.x_imper_verify_event.length, 0);
});

test('a request is answered in one shape', function () {
    var answered = {};
    var response = {
        setStatus: function (status) { answered.status = status; },
        setBody: function (body) { answered.body = body; },
        setError: function (error) { answered.error = [error.status, error.message, error.detail]; }
    };
    var rest = new ImperRest();
    equal(rest.parse('nothing'), null);
    equal(rest.parse('7'), null);
    equal(rest.rawBody({ body: null }), '');
    rest.answer(response, { problem: { status: 422, code: 'no_policy', message: 'No.' } });
    rest.answer(response, { reply: { a: 1 } });
    equal(answered, { error: [422, 'No.', 'no_policy'], status: 200, body: { a: 1 } });
});

test('a ping is answered with the time and leaves no trace', function () {
    var ping = { id: 'evt_1', type: 'connection.ping', occurred_at: '2026-11-22T10:42:00Z' };
    equal([new ImperPing().isOne(ping), new ImperPing().isOne(event('sent', 1)), new ImperPing().isOne(null)], [true, false, false]);
    var reply = new ImperPing().answer(ping, 'evt_1').reply;
    equal([reply.status, reply.time], ['pong', world.now]);
    equal(new ImperPing().answer(ping, 'evt_2').problem.code, 'invalid_event');
    equal([world.rows.x_imper_verify_event.length, world.rows.x_imper_verify_verification.length], [0, 0]);
});

test('a pass that is taken back fails the ticket and tells the agent not to act on it; nothing passes again', function () {
    apply(event('passed', 1));
    var disputed = event('failed', 2);
    disputed.type = 'verification.disputed';
    equal(apply(disputed).reply.status, 'applied');
    equal(incident()[0], 'failed');
    var note = world.notes[world.notes.length - 1];
    if (!/pass taken back[^]*Do not act on it/.test(String(note.text || note))) {
        throw new Error(JSON.stringify(note));
    }
    equal(apply(event('passed', 3)).reply.status, 'superseded');
    equal(incident()[0], 'failed');
    var early = event('passed', 4);
    early.type = 'verification.disputed';
    equal(apply(early).problem.code, 'invalid_event');
});
