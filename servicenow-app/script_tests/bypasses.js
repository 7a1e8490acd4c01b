/* What the backend reads of bypasses, page by page. */

/** A recorded bypass; the last digits of its sys_id and the second of its recording are given. */
function recorded(last, second, fields) {
    var row = { sys_id: id('b').substring(0, 30) + last, event_id: 'byp_' + last + second, type: ImperBypass.TYPE, task: id('1'),
        ticket_table: 'incident', ticket_number: 'INC0000001', user: id('c'), occurred_at: '2026-11-22 10:00:' + second,
        sys_created_on: '2026-11-22 10:00:' + second, applied: '1', policy: 'Password reset', action: 'password_reset', reason: 'none' };
    for (var name in fields) {
        row[name] = fields[name];
    }
    world.rows.x_imper_verify_event.push(row);
    return row;
}

function page(after, limit) {
    return new ImperBypassFeed().page(after || '', limit || '');
}

function ids(answer) {
    return answer.reply.bypasses.map(function (row) { return row.id.substring(30); });
}

test('a recorded bypass is told with who, what and why', function () {
    world.user = { sys_id: id('c'), user_name: 'abel.tuter', name: 'Abel Tuter', roles: [] };
    world.rows.incident[0].state = '6';
    world.rows.incident[0].resolved_at = '2026-11-22 10:23:19';
    equal(new ImperBypass().inspect('incident', id('1')), true);
    world.rows.x_imper_verify_event[0].sys_created_on = '2026-11-22 10:23:20';
    var sysId = world.rows.x_imper_verify_event[0].sys_id;
    equal(page().reply, {
        bypasses: [{
            id: sysId, recorded_at: '2026-11-22T10:23:20Z', resolved_at: '2026-11-22T10:23:20Z',
            ticket: { table: 'incident', sys_id: id('1'), number: 'INC0000001' },
            resolved_by: { sys_id: id('c'), user_name: 'abel.tuter', name: 'Abel Tuter' },
            policy: 'Password reset', action: 'password_reset', reason: 'none', verification: null
        }],
        next: '2026-11-22T10:23:20Z_' + sysId, more: false
    });
});

test('the last verification and what was wrong with it are told', function () {
    apply(event('failed', 1));
    world.rows.incident[0].state = '6';
    new ImperBypass().inspect('incident', id('1'));
    world.rows.x_imper_verify_event[1].sys_created_on = '2026-11-22 10:23:20';
    var row = page().reply.bypasses[0];
    equal([row.reason, row.verification], ['failed', { id: 'VER7K3M9QX2A4TN', outcome: 'failed' }]);
    world.rows.incident[0].resolved_at = '2026-11-22 11:00:00';
    world.rows.x_imper_verify_verification[0].outcome = 'passed';
    world.rows.x_imper_verify_verification[0].requester = id('d');
    new ImperBypass().inspect('incident', id('1'));
    equal(world.rows.x_imper_verify_event[2].reason, 'other_person');
});

test('every row comes once, in the order of its recording, also within a second', function () {
    recorded('03', '02');
    recorded('01', '02');
    recorded('02', '01');
    recorded('09', '01');
    recorded('05', '02');
    recorded('04', '09', { type: 'verification.passed' });
    equal(ids(page()), ['02', '09', '01', '03', '05']);
    var seen = [];
    var after = '';
    var rounds = 0;
    do {
        var answer = page(after, '2');
        seen = seen.concat(ids(answer));
        after = answer.reply.next;
        rounds += 1;
    } while (answer.reply.more);
    equal([seen, rounds], [['02', '09', '01', '03', '05'], 3]);
    equal(page(after).reply, { bypasses: [], next: '', more: false });
    recorded('06', '02');
    equal(ids(page(after)), ['06']);
    equal(ids(page('2026-11-22T10:00:02Z_' + id('0'))), ['01', '03', '05', '06']);
});

test('what an older app has recorded, and whom nobody knows any more, comes too', function () {
    recorded('01', '01', { ticket_table: '', policy: '', action: '', reason: '', user: id('d'), verification: id('e') });
    var row = page().reply.bypasses[0];
    equal([row.ticket.table, row.policy, row.action, row.reason, row.verification], ['task', '', null, null, null]);
    equal(row.resolved_by, { sys_id: id('d'), user_name: '', name: '' });
});

test('what is not a position or a limit is refused', function () {
    [['2026-11-22', ''], ['2026-11-22T10:00:02Z', ''], ['2026-11-22T10:00:02Z_' + id('G'), ''], ['2026-11-22 10:00:02_' + id('0'), ''],
        ['2026-11-22T10:00:02Z_' + id('0') + '^NQtype=x', '']].forEach(function (pair) {
        equal(page(pair[0], pair[1]).problem.code, 'invalid_after');
    });
    ['0', '51', '100', '-1', '1.5', 'all', '1,2', ' 1'].forEach(function (limit) {
        equal([page('', limit).problem.status, page('', limit).problem.code], [400, 'invalid_limit']);
    });
    equal(page('', '50').reply.more, false);
});

test('parameters of the address are read as the platform gives them', function () {
    var rest = new ImperRest();
    equal(rest.parameter({ queryParams: { after: ['x'] } }, 'after'), 'x');
    equal(rest.parameter({ queryParams: { after: 'x' } }, 'after'), 'x');
    equal(rest.parameter({ queryParams: { after: ['x', 'y'] } }, 'after'), 'x,y');
    equal(rest.parameter({ queryParams: {} }, 'after'), '');
    equal(rest.parameter({}, 'after'), '');
});

