//! Sequences of action events, and when a ticket is resolved and closed by itself.

use super::desk::{Case, check};

/// A rule of the customer that turns a state down.
const CASES: &[Case] = &[
    (
        "performed: the ticket is resolved and closed",
        "A1 passed; A2 action.granted; A3 action.performing; A4 action.performed",
        "Closed · passed · verified · performed · Solution provided · A
         notes: Passed | Password reset granted | Password reset performed | ticket resolved and closed
         records: A passed verified performed 4
         events: 1 passed | 2 action.granted | 3 action.performing | 4 action.performed
         answers: applied | applied | applied | applied",
    ),
    (
        "performed twice: once is enough",
        "A1 passed; A2 action.performed; A2 action.performed; A1 passed",
        "Closed · passed · verified · performed · Solution provided · A
         notes: Passed | Password reset performed | ticket resolved and closed
         records: A passed verified performed 2
         events: 1 passed | 2 action.performed
         answers: applied | applied | duplicate | duplicate",
    ),
    (
        "performed before anything else has arrived",
        "A4 action.performed; A1 sent; A3 action.granted; A2 passed",
        "Closed · passed · verified · performed · Solution provided · A
         notes: Passed + Password reset performed | ticket resolved and closed
         records: A passed verified performed 4
         events: 4 action.performed | 1 sent (not applied) | 3 action.granted (not applied) | 2 passed (not applied)
         answers: applied | superseded | superseded | superseded",
    ),
    (
        "by hand: the agent closes the ticket",
        "A1 passed; A2 action.manual; A3 action.performed-by-hand",
        "New · passed · verified · performed · A
         notes: Passed | Password reset to be done by hand | Password reset performed
         records: A passed verified performed 3
         events: 1 passed | 2 action.manual | 3 action.performed
         answers: applied | applied | applied",
    ),
    (
        "a privileged account waits for a second person",
        "A1 passed; A2 action.awaiting_release; A3 action.granted; A4 action.performed",
        "Closed · passed · verified · performed · Solution provided · A
         notes: Passed | Password reset waits for a second person | Password reset granted | Password reset performed | ticket resolved and closed
         records: A passed verified performed 4
         events: 1 passed | 2 action.awaiting_release | 3 action.granted | 4 action.performed
         answers: applied | applied | applied | applied",
    ),
    (
        "not used in time",
        "A1 passed; A2 action.granted; A3 action.expired",
        "New · passed · verified · expired · A
         notes: Passed | Password reset granted | Password reset not used in time
         records: A passed verified expired 3
         events: 1 passed | 2 action.granted | 3 action.expired
         answers: applied | applied | applied",
    ),
    (
        "the directory refuses it",
        "A1 passed; A2 action.granted; A3 action.performing; A4 action.failed",
        "New · passed · verified · failed · A
         notes: Passed | Password reset granted | Password reset failed
         records: A passed verified failed 4
         events: 1 passed | 2 action.granted | 3 action.performing | 4 action.failed
         answers: applied | applied | applied | applied",
    ),
    (
        "nobody knows what happened, then it is known",
        "A1 passed; A2 action.unknown; A3 action.performed",
        "Closed · passed · verified · performed · Solution provided · A
         notes: Passed | Password reset result not known | Password reset performed | ticket resolved and closed
         records: A passed verified performed 3
         events: 1 passed | 2 action.unknown | 3 action.performed
         answers: applied | applied | applied",
    ),
    (
        "taken back",
        "A1 passed; A2 action.granted; A3 action.revoked",
        "New · passed · verified · revoked · A
         notes: Passed | Password reset granted | Password reset taken back
         records: A passed verified revoked 3
         events: 1 passed | 2 action.granted | 3 action.revoked
         answers: applied | applied | applied",
    ),
    (
        "somebody has resolved the ticket meanwhile",
        "A1 passed; ticket state=6, close_code=User error, close_notes=mine; A2 action.performed",
        "Resolved · passed · verified · performed · User error · A
         notes: Passed | Password reset performed
         records: A passed verified performed 2
         events: 1 passed | 2 action.performed
         answers: applied | applied",
    ),
    (
        "somebody has closed the ticket meanwhile",
        "A1 passed; ticket state=7, close_code=User error, close_notes=mine; A2 action.performed",
        "Closed · passed · verified · User error · A
         notes: Passed | Password reset performed (late)
         records: A passed verified performed 2
         events: 1 passed | 2 action.performed
         answers: applied | applied",
    ),
    (
        "somebody has cancelled the ticket meanwhile",
        "A1 passed; ticket state=8; A2 action.performed",
        "Canceled · passed · verified · A
         notes: Passed | Password reset performed (late)
         records: A passed verified performed 2
         events: 1 passed | 2 action.performed
         answers: applied | applied",
    ),
    (
        "a ticket that was closed by itself is not opened again",
        "A1 action.performed; B1 sent; B2 failed",
        "Closed · passed · verified · performed · Solution provided · A
         notes: Passed + Password reset performed | ticket resolved and closed | link sent (late) | Failed (late)
         records: A passed verified performed 1 | B failed high 2
         events: 1 action.performed | 1 sent | 2 failed
         answers: applied | applied | applied",
    ),
    (
        "the ticket is about something else now",
        "A1 passed; ticket category=hardware; A2 action.performed",
        "New · passed · verified · performed · A
         notes: Passed | Password reset performed | ticket not resolved
         records: A passed verified performed 2
         events: 1 passed | 2 action.performed
         answers: applied | applied",
    ),
    (
        "the ticket is for somebody else now",
        "A1 passed; script var t = new GlideRecord('incident'), u = new GlideRecord('sys_user'), x = t.get('number', 'INC0010001') && u.get('user_name', 'nobody'), y = t.setValue('caller_id', u.getUniqueValue()), z = t.update(); A2 action.performed",
        "New · passed · verified · performed · A
         notes: Passed | Password reset performed | ticket not resolved
         records: A passed verified performed 2
         events: 1 passed | 2 action.performed
         answers: applied | applied",
    ),
    (
        "a rule of the customer turns resolving down",
        "script var r = new GlideRecord('sys_script'), a = [r.initialize(), r.setValue('name', 'No'), r.setValue('collection', 'incident'), r.setValue('when', 'before'), r.setValue('active', true), r.setValue('advanced', true), r.setValue('action_update', true), r.setValue('filter_condition', 'stateCHANGESTO6'), r.setValue('script', 'current.setAbortAction(true)'), r.insert()]; A1 action.performed",
        "New · passed · verified · performed · A
         notes: Passed + Password reset performed | ticket not resolved
         records: A passed verified performed 1
         events: 1 action.performed
         answers: applied",
    ),
    (
        "a rule of the customer turns closing down",
        "script var r = new GlideRecord('sys_script'), a = [r.initialize(), r.setValue('name', 'No'), r.setValue('collection', 'incident'), r.setValue('when', 'before'), r.setValue('active', true), r.setValue('advanced', true), r.setValue('action_update', true), r.setValue('filter_condition', 'stateCHANGESTO7'), r.setValue('script', 'current.setAbortAction(true)'), r.insert()]; A1 action.performed",
        "Resolved · passed · verified · performed · Solution provided · A
         notes: Passed + Password reset performed | ticket resolved and closed | ticket not closed
         records: A passed verified performed 1
         events: 1 action.performed
         answers: applied",
    ),
    (
        "a contact on file says that it was not they",
        "A1 passed; A2 action.performed; A3 action.disputed; A3 action.disputed",
        "Closed · passed · verified · performed · Solution provided · A
         notes: Passed | Password reset performed | ticket resolved and closed | Failed + Password reset disputed (late)
         records: A failed high performed 3
         events: 1 passed | 2 action.performed | 3 action.disputed
         answers: applied | applied | applied | duplicate",
    ),
    (
        "a dispute alone closes nothing",
        "A1 passed; A2 action.disputed",
        "New · failed · high · performed · A
         notes: Passed | Failed + Password reset disputed
         records: A failed high performed 2
         events: 1 passed | 2 action.disputed
         answers: applied | applied",
    ),
    (
        "what was permitted is taken back together with the pass",
        "A1 passed; A2 action.granted; A3 disputed; A4 passed; A5 action.performed",
        "New · failed · high · granted · A
         notes: Passed | Password reset granted | pass taken back
         records: A failed high granted 3
         events: 1 passed | 2 action.granted | 3 disputed | 4 passed (not applied) | 5 action.performed (not applied)
         answers: applied | applied | applied | superseded | superseded",
    ),
    (
        "a kind that this version does not know",
        "A1 passed; A2 action.teleported; A3 renamed; A4 action.performed",
        "Closed · passed · verified · performed · Solution provided · A
         notes: Passed | Password reset performed | ticket resolved and closed
         records: A passed verified performed 4
         events: 1 passed | 2 action.teleported (not applied) | 3 renamed (not applied) | 4 action.performed
         answers: applied | recorded | recorded | applied",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn action_events_leave_exactly_this_behind() {
    check(CASES).await;
}
