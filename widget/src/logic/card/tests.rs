use super::*;

const SENT: UnixMillis = UnixMillis(1_763_808_120_000);

fn view(status: Status) -> VerificationView {
    VerificationView {
        id: "VER7K3M9QX2A4TN".into(),
        status,
        outcome: None,
        risk_level: None,
        risk_score: None,
        recommendation: None,
        reasons: Vec::new(),
        action: None,
        channel: Channel::Email,
        destination: "m•••@gmail.com".into(),
        destination_on_file: true,
        call_number: None,
        initiated_by: "Beth Anglin".into(),
        created_at: UnixMillis(0),
        sent_at: Some(SENT),
        delivered_at: None,
        opened_at: Some(SENT),
        started_at: Some(SENT),
        ended_at: Some(SENT),
        expires_at: Some(SENT.plus_seconds(600)),
        resend_in: Some(118),
        delivery_problem: None,
        details_url: "https://verify.example/console/verifications/VER7K3M9QX2A4TN".into(),
        granted: None,
    }
}

fn decided(status: Status, level: RiskLevel, recommendation: Recommendation) -> VerificationView {
    VerificationView {
        outcome: Some(if status == Status::Passed {
            Outcome::Passed
        } else {
            Outcome::Failed
        }),
        risk_level: Some(level),
        risk_score: Some(50),
        recommendation: Some(recommendation),
        reasons: ["One.", "Two.", "Three.", "Four."].map(Into::into).into(),
        ..view(status)
    }
}

fn line(card: &Card) -> String {
    let time = card
        .when
        .map_or(String::new(), |when| format!("{}10:42", when.joint));
    format!("{} {}", card.headline, card.tail).trim_end().to_owned() + &time
}

#[test]
fn a_ticket_without_a_verification_offers_the_link_of_the_product_document() {
    let card = Card::required();
    assert_eq!(line(&card), "Verification required");
    assert_eq!(card.send, Some("imper.ai - Send Verification link"));
    assert!(!card.can_cancel && !card.can_resend);
}

#[test]
fn every_state_reads_as_the_look_has_it() {
    let lines: Vec<String> = Status::ALL
        .iter()
        .map(|status| line(&Card::of(&view(*status))))
        .collect();
    assert_eq!(
        lines,
        [
            "Sending to m•••@gmail.com …",
            "Link sent by email to m•••@gmail.com · 10:42",
            "Opened · 10:42",
            "In progress · 10:42",
            "Passed · 10:42",
            "Failed · 10:42",
            "Expired at 10:42",
            "Cancelled at 10:42",
            "Not delivered by email to m•••@gmail.com · 10:42",
        ]
    );
}

#[test]
fn what_is_under_way_can_be_cancelled_and_what_came_to_nothing_can_be_sent_again() {
    for status in Status::ALL {
        let card = Card::of(&view(*status));
        assert_eq!(card.can_cancel, !status.is_final(), "{status}");
        let again = matches!(
            status,
            Status::Failed | Status::Expired | Status::Cancelled | Status::Undeliverable
        );
        assert_eq!(card.send, again.then_some(SEND_AGAIN), "{status}");
        assert_eq!(
            card.can_resend,
            matches!(status, Status::Sent | Status::Opened),
            "{status}"
        );
    }
}

#[test]
fn a_link_that_can_never_be_resent_has_no_button_for_it() {
    assert!(
        !Card::of(&VerificationView {
            resend_in: None,
            ..view(Status::Sent)
        })
        .can_resend
    );
}

#[test]
fn the_call_number_is_shown_and_spelled_as_soon_as_it_is_asked_for() {
    for status in [Status::Opened, Status::InProgress] {
        let card = Card::of(&VerificationView {
            call_number: Some("47".into()),
            ..view(status)
        });
        assert_eq!(card.call_number.as_deref(), Some("47"));
        assert_eq!(
            card.spoken,
            format!("{}. Tell the caller this number: 4 7.", status.label())
        );
        assert!(card.notes.is_empty());
    }
}

#[test]
fn a_clean_pass_says_proceed_and_needs_no_reasons() {
    let card = Card::of(&decided(
        Status::Passed,
        RiskLevel::Verified,
        Recommendation::Proceed,
    ));
    assert_eq!(line(&card), "Passed · Verified · 10:42");
    assert_eq!((card.tone, card.icon), (Tone::Passed, Icon::Tick));
    assert_eq!(
        card.recommendation,
        Some("User verified successfully - Proceed with action")
    );
    assert!(card.reasons.is_empty());
    assert_eq!(
        card.spoken,
        "Passed, Verified. User verified successfully - Proceed with action"
    );
    assert_eq!(card.details.unwrap().0, "VER7K3M9QX2A4TN");
}

#[test]
fn a_pass_with_medium_risk_is_amber_and_gives_its_three_weightiest_reasons() {
    let card = Card::of(&decided(
        Status::Passed,
        RiskLevel::Medium,
        Recommendation::ProceedWithCare,
    ));
    assert_eq!(line(&card), "Passed · Medium · 10:42");
    assert_eq!(card.tone, Tone::Attention);
    assert_eq!(card.reasons, ["One.", "Two.", "Three."]);
}

#[test]
fn a_failure_says_reject_and_why() {
    let card = Card::of(&decided(Status::Failed, RiskLevel::High, Recommendation::Reject));
    assert_eq!(line(&card), "Failed · High risk · 10:42");
    assert_eq!((card.tone, card.icon), (Tone::Failed, Icon::Cross));
    assert_eq!(
        card.recommendation,
        Some("High risk detected - Reject this request")
    );
    assert_eq!(card.reasons.len(), 3);
}

#[test]
fn a_failed_outcome_is_never_drawn_as_a_pass_whatever_the_status_says() {
    let view = VerificationView {
        outcome: Some(Outcome::Failed),
        ..decided(Status::Passed, RiskLevel::Verified, Recommendation::Reject)
    };
    assert_eq!(Card::of(&view).tone, Tone::Failed);
}

#[test]
fn an_address_that_is_not_on_file_is_said() {
    let card = Card::of(&VerificationView {
        destination_on_file: false,
        ..view(Status::Sent)
    });
    assert!(card.notes[0].starts_with("This address is not on file"));
    let sms = VerificationView {
        destination_on_file: false,
        channel: Channel::Sms,
        ..view(Status::Sent)
    };
    assert!(Card::of(&sms).notes[0].starts_with("This number is not on file"));
}

#[test]
fn a_delivery_problem_is_told_in_the_words_of_the_service() {
    let why = Some("The mail server of gmail.com refused the address".to_owned());
    let card = Card::of(&VerificationView {
        delivery_problem: why,
        ..view(Status::Undeliverable)
    });
    assert_eq!(card.notes, ["The mail server of gmail.com refused the address."]);
}

#[test]
fn only_web_addresses_become_links() {
    let view = VerificationView {
        details_url: "javascript:alert(1)".into(),
        ..view(Status::Sent)
    };
    assert_eq!(Card::of(&view).details, None);
}

#[test]
fn an_earlier_verification_is_one_line() {
    let earlier = Earlier::of(&decided(Status::Failed, RiskLevel::High, Recommendation::Reject));
    assert_eq!((earlier.line.as_str(), earlier.at), ("Failed · High risk", SENT));
    assert_eq!(Earlier::of(&view(Status::Expired)).line, "Expired");
}

#[test]
fn the_action_has_a_line_and_the_buttons_of_its_state() {
    let with = |state, is_open: bool| {
        let mut view = decided(Status::Passed, RiskLevel::Verified, Recommendation::Proceed);
        view.granted = Some(GrantView {
            state,
            at: SENT,
            expires_at: is_open.then_some(SENT),
            summary: "Password reset by the requester".into(),
            ticket: Some(TicketEnd::Closed),
        });
        Card::of(&view)
    };
    let done = with(ActionState::Performed, false);
    let line = done.granted.clone().unwrap();
    assert_eq!(
        (line.icon, line.words.as_str()),
        (Icon::Tick, "Password reset by the requester")
    );
    assert_eq!(line.when.unwrap().joint, " at ");
    assert_eq!(line.ticket, " · ticket closed");
    assert!(done.acts.is_empty() && done.send.is_none());
    assert!(
        done.spoken.contains("Password reset by the requester"),
        "{}",
        done.spoken
    );
    let ids = |state| {
        with(state, true)
            .acts
            .iter()
            .map(|(attributes, _)| attributes[0].1)
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(ActionState::Manual), ["confirm", "take-back"]);
    assert_eq!(ids(ActionState::AwaitingRelease), ["release", "take-back"]);
    assert_eq!(ids(ActionState::Granted), ["take-back"]);
    assert!(ids(ActionState::Performing).is_empty());
    assert_eq!(with(ActionState::Unknown, false).send, Some(SEND_AGAIN));
    assert_eq!(with(ActionState::Failed, true).send, None);
}
