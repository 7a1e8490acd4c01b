//! The proof: attacks that must be caught and ordinary people who must get through, each a scripted story against the
//! real backend (its HTTP routes, database, outbox and decisions, in this process, under a clock that stands still).
//!
//! `cargo xtask corpus` prints both side by side. A story whose end is not the expected one fails the command; a miss
//! that cannot be closed stands in [`MISSES`] and in docs/threat-model.md.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a story that cannot go on has failed, and says so"
)]

mod attacks;
mod factors;
mod honest;
mod people;
mod provider;
mod report;
mod story;
mod ways;
mod world;

/// Attacks that come through, with the reason why they cannot be stopped here. Each stands in the threat model.
const MISSES: &[(&str, &str)] = &[
    (
        "live_relay_on_a_parallel_call",
        "the employee reads number and code to a caller who poses as the service desk",
    ),
    (
        "sim_swapped_phone_before_anything_was_known",
        "the phone on file answers with the code, and nothing tells whose hand holds it",
    ),
    (
        "stolen_company_mailbox_without_a_phone_on_file",
        "the company mailbox is the only contact on file, and the attacker reads it",
    ),
];

/// Honest people who need a person's help, with the reason.
const NEED_HELP: &[(&str, &str)] = &[
    (
        "nothing_on_file",
        "nothing on file could be asked, so only a person can decide",
    ),
    (
        "lost_phone_and_mailbox",
        "the only contacts on file are lost, so only a person can decide",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_is_caught_and_every_honest_person_gets_through() {
    let attacks = story::tell(attacks::all()).await;
    let honest = story::tell(honest::all()).await;
    let text = report::table(&attacks, &honest);
    println!("{text}");
    let faults = report::faults(&attacks, &honest, MISSES, NEED_HELP);
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(attacks.len() >= 40, "{} attacks", attacks.len());
    assert!(honest.len() >= 30, "{} honest people", honest.len());
}
