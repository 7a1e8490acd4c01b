//! Sequences of verification events: in order, repeated, reordered, with gaps, late.

use super::desk::{Case, check};

const CASES: &[Case] = &[
    (
        "a link is sent",
        "A1 sending; A2 sent",
        "New · A
         notes: link sent
         records: A sent 2
         events: 1 sending | 2 sent
         answers: applied | applied",
    ),
    (
        "from the first event to Passed",
        "A1 sending; A2 sent; A3 opened; A4 in_progress; A5 passed",
        "New · passed · verified · A
         notes: link sent | Passed
         records: A passed verified 5
         events: 1 sending | 2 sent | 3 opened | 4 in_progress | 5 passed
         answers: applied | applied | applied | applied | applied",
    ),
    (
        "passed with medium risk",
        "A1 sent; A2 medium",
        "New · passed · medium · A
         notes: link sent | Passed
         records: A passed medium 2
         events: 1 sent | 2 passed
         answers: applied | applied",
    ),
    (
        "every event twice",
        "A1 sent; A1 sent; A2 failed; A2 failed; A1 sent",
        "New · failed · high · A
         notes: link sent | Failed
         records: A failed high 2
         events: 1 sent | 2 failed
         answers: applied | duplicate | applied | duplicate | duplicate",
    ),
    (
        "only the decision arrives",
        "A5 passed",
        "New · passed · verified · A
         notes: Passed
         records: A passed verified 5
         events: 5 passed
         answers: applied",
    ),
    (
        "the decision overtakes everything",
        "A4 passed; A1 sent; A3 in_progress; A2 opened; A1 sent",
        "New · passed · verified · A
         notes: Passed
         records: A passed verified 4
         events: 4 passed | 1 sent (not applied) | 3 in_progress (not applied) | 2 opened (not applied)
         answers: applied | superseded | superseded | superseded | duplicate",
    ),
    (
        "a decision stays, whatever comes with a higher number",
        "A1 failed; A2 passed; A3 in_progress; A4 cancelled",
        "New · failed · high · A
         notes: Failed
         records: A failed high 1
         events: 1 failed | 2 passed (not applied) | 3 in_progress (not applied) | 4 cancelled (not applied)
         answers: applied | superseded | superseded | superseded",
    ),
    (
        "the same decision with another event tells it once",
        "A1 passed; A2 medium",
        "New · passed · medium · A
         notes: Passed
         records: A passed medium 2
         events: 1 passed | 2 passed
         answers: applied | applied",
    ),
    (
        "a new link for the same verification",
        "A1 sent; A2 opened; A3 sent",
        "New · A
         notes: link sent | new link sent
         records: A sent 3
         events: 1 sent | 2 opened | 3 sent
         answers: applied | applied | applied",
    ),
    (
        "expired",
        "A1 sent; A2 expired; A3 passed",
        "New · A
         notes: link sent | expired
         records: A expired 2
         events: 1 sent | 2 expired | 3 passed (not applied)
         answers: applied | applied | superseded",
    ),
    (
        "cancelled",
        "A1 sent; A2 opened; A3 cancelled",
        "New · A
         notes: link sent | cancelled
         records: A cancelled 3
         events: 1 sent | 2 opened | 3 cancelled
         answers: applied | applied | applied",
    ),
    (
        "not delivered, and a second try",
        "A1 undeliverable; B1 sent",
        "New · B
         notes: link not delivered | link sent
         records: A undeliverable 1 | B sent 1
         events: 1 undeliverable | 1 sent
         answers: applied | applied",
    ),
    (
        "a failure is not hidden by another start",
        "A1 failed; B1 sent; B2 cancelled",
        "New · failed · high · A
         notes: Failed | link sent | cancelled
         records: A failed high 1 | B cancelled 2
         events: 1 failed | 1 sent | 2 cancelled
         answers: applied | applied | applied",
    ),
    (
        "a later decision replaces an earlier one",
        "A1 failed; B1 sent; B2 passed",
        "New · passed · verified · B
         notes: Failed | link sent | Passed
         records: A failed high 1 | B passed verified 2
         events: 1 failed | 1 sent | 2 passed
         answers: applied | applied | applied",
    ),
    (
        "an earlier verification that ends late does not replace a later one",
        "A1 passed; Z1 failed",
        "New · passed · verified · A
         notes: Passed | Failed
         records: Z failed high 1 | A passed verified 1
         events: 1 passed | 1 failed
         answers: applied | applied",
    ),
    (
        "two verifications, their events mixed",
        "A1 sent; B1 sent; A2 opened; B2 failed; A3 passed; B1 sent",
        "New · failed · high · B
         notes: link sent | link sent | Failed | Passed
         records: A passed verified 3 | B failed high 2
         events: 1 sent | 1 sent | 2 opened | 2 failed | 3 passed
         answers: applied | applied | applied | applied | applied | duplicate",
    ),
    (
        "a closed ticket gets a note and no change",
        "A1 sent; ticket state=7, close_code=Duplicate, close_notes=x; A2 passed",
        "Closed · Duplicate · A
         notes: link sent | resolved without verification | Passed (late)
         records: A passed verified 2
         events: 1 sent | bypass | 2 passed
         answers: applied | applied",
    ),
    (
        "a cancelled ticket gets a note and no change",
        "ticket state=8; A1 sent; A2 failed",
        "Canceled
         notes: link sent (late) | Failed (late)
         records: A failed high 2
         events: 1 sent | 2 failed
         answers: applied | applied",
    ),
    (
        "a resolved ticket keeps its state and shows the outcome",
        "ticket state=6, close_code=User error, close_notes=x; A1 passed",
        "Resolved · passed · verified · User error · A
         notes: resolved without verification | Passed
         records: A passed verified 1
         events: bypass | 1 passed
         answers: applied",
    ),
    (
        "a reopened ticket goes on",
        "ticket state=6, close_code=User error, close_notes=x; ticket state=2; A1 passed",
        "In Progress · passed · verified · User error · A
         notes: resolved without verification | Passed
         records: A passed verified 1
         events: bypass | 1 passed
         answers: applied",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn verification_events_leave_exactly_this_behind() {
    check(CASES).await;
}
