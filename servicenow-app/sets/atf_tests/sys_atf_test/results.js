(function (outputs, steps, params, stepResult, assertEqual) {
    var ticketId = String(steps('@step:A ticket@').record_id);
    var verificationId = 'ATF' + String(gs.generateGUID()).toUpperCase();

    function event(sequence, status) {
        var decided = status === 'passed';
        return {
            id: 'evt_' + String(gs.generateGUID()),
            type: 'verification.' + status,
            sequence: sequence,
            occurred_at: '2026-01-01T00:00:00Z',
            verification: {
                id: verificationId, url: 'https://verify.example.com/console/v/' + verificationId, status: status,
                outcome: decided ? 'passed' : null, risk_level: decided ? 'verified' : null, risk_score: decided ? 5 : null,
                recommendation: decided ? 'proceed' : null,
                recommendation_text: decided ? 'User verified successfully - Proceed with action' : null,
                report_summary: '', action: 'password_reset', channel: 'email', destination: 'automated test',
                agent_sys_id: String(gs.getUserID()), agent_name: 'Automated test', requester_sys_id: String(gs.getUserID()),
                created_at: '2026-01-01T00:00:00Z', ended_at: decided ? '2026-01-01T00:01:00Z' : null
            },
            ticket: { table: 'incident', sys_id: ticketId, number: 'ATF' }
        };
    }

    function applied(what) {
        var answer = new ImperResult().apply(what, what.id);
        return answer.reply ? answer.reply.status : answer.problem.code;
    }

    var sent = event(1, 'sent');
    assertEqual({ name: 'the link is sent', shouldbe: 'applied', value: applied(sent) });
    assertEqual({ name: 'the same event again', shouldbe: 'duplicate', value: applied(sent) });
    assertEqual({ name: 'the decision', shouldbe: 'applied', value: applied(event(3, 'passed')) });
    assertEqual({ name: 'an older event after it', shouldbe: 'superseded', value: applied(event(2, 'opened')) });
    assertEqual({ name: 'a newer one after the end', shouldbe: 'superseded', value: applied(event(4, 'cancelled')) });
    var unsound = event(5, 'passed');
    unsound.verification.outcome = 'failed';
    assertEqual({ name: 'an event that contradicts itself', shouldbe: 'invalid_event', value: applied(unsound) });

    var ticket = new GlideRecord('incident');
    assertEqual({ name: 'the ticket is there', shouldbe: true, value: ticket.get(ticketId) });
    assertEqual({ name: 'its outcome', shouldbe: 'passed', value: String(ticket.getValue('x_imper_verify_outcome')) });
    assertEqual({ name: 'its risk level', shouldbe: 'verified', value: String(ticket.getValue('x_imper_verify_risk')) });
    assertEqual({ name: 'its verification ID', shouldbe: verificationId, value: String(ticket.getValue('x_imper_verify_id')) });

    var verification = new GlideRecord('x_imper_verify_verification');
    assertEqual({ name: 'the record is there', shouldbe: true, value: verification.get('number', verificationId) });
    assertEqual({ name: 'its status', shouldbe: 'passed', value: String(verification.getValue('status')) });
    assertEqual({ name: 'its ticket', shouldbe: ticketId, value: String(verification.getValue('ticket')) });
    return true;
})(outputs, steps, params, stepResult, assertEqual);
