//! Events that are not believed, and events that do not fit.

use super::desk::{Case, check};

const CASES: &[Case] = &[
    (
        "a wrong signature changes nothing, the right one is taken afterwards",
        "A1 passed !signature; A1 passed",
        "New · passed · verified · A
         notes: Passed
         records: A passed verified 1
         events: 1 passed
         answers: 401 signature_invalid | applied",
    ),
    (
        "signed by another instance's secret",
        "A1 passed !instance",
        "New
         notes:
         records:
         events:
         answers: 401 signature_invalid",
    ),
    (
        "a body that was changed on the way",
        "A1 passed !body",
        "New
         notes:
         records:
         events:
         answers: 401 signature_invalid",
    ),
    (
        "too old, too new, and just in time",
        "A1 passed !old; A1 passed !future; A1 passed !edge",
        "New · passed · verified · A
         notes: Passed
         records: A passed verified 1
         events: 1 passed
         answers: 401 timestamp_out_of_range | 401 timestamp_out_of_range | applied",
    ),
    (
        "without a token, and with a token of somebody else",
        "A1 passed !anonymous; A1 passed !nobody",
        "New
         notes:
         records:
         events:
         answers: 401 | 403",
    ),
    (
        "an id that the signature does not cover",
        "A1 passed !header",
        "New
         notes:
         records:
         events:
         answers: 400 invalid_event",
    ),
    (
        "values that do not fit together",
        "A1 sent !outcome; A1 passed !score",
        "New
         notes:
         records:
         events:
         answers: 400 invalid_event | 400 invalid_event",
    ),
    (
        "a verification stays with its ticket",
        "A1 sent; A2 passed !ticket",
        "New · A
         notes: link sent
         records: A sent 1
         events: 1 sent
         answers: applied | 409 other_ticket",
    ),
    (
        "a table that is not allowed",
        "A1 passed !table",
        "New
         notes:
         records:
         events:
         answers: 403 table_not_allowed",
    ),
    (
        "a ticket that is gone is recorded without it",
        "A1 passed !gone",
        "New
         notes:
         records: A passed verified 1
         events: 1 passed
         answers: applied",
    ),
    (
        "switched off",
        "property x_imper_verify.enabled=false; A1 passed",
        "New
         notes:
         records:
         events:
         answers: 503 not_ready",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_believed_leaves_exactly_this_behind() {
    check(CASES).await;
}
