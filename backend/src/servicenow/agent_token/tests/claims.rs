//! Times and values of claims.

use super::*;

#[test]
fn a_token_ends_exactly_when_it_says() {
    let good = with(|_| {});
    let end = START.plus_seconds(240);
    assert!(check_at(&good, UnixMillis(end.0 - 1)).is_ok());
    assert_eq!(check_at(&good, end).unwrap_err(), TokenError::Expired);
    assert_eq!(
        check_at(&good, end.plus_seconds(86_400)).unwrap_err(),
        TokenError::Expired
    );
}

#[test]
fn a_clock_may_run_ahead_by_five_seconds_and_no_more() {
    let now = START.unix_seconds();
    for claim in ["nbf", "iat"] {
        assert!(
            check(&with(|claims| claims[claim] = json!(now + 5))).is_ok(),
            "{claim}"
        );
        let early = check(&with(|claims| claims[claim] = json!(now + 6))).unwrap_err();
        assert_eq!(early, TokenError::NotYetValid, "{claim}");
    }
}

#[test]
fn a_token_lives_five_minutes_at_most() {
    let now = START.unix_seconds();
    assert!(check(&with(|claims| claims["exp"] = json!(now + 300))).is_ok());
    for exp in [now + 301, i64::MAX] {
        assert_eq!(
            check(&with(|claims| claims["exp"] = json!(exp))).unwrap_err(),
            TokenError::LivesTooLong,
            "{exp}"
        );
    }
    let ancient = with(|claims| claims["iat"] = json!(i64::MIN));
    assert_eq!(check(&ancient).unwrap_err(), TokenError::LivesTooLong);
    let backwards = with(|claims| {
        claims["iat"] = json!(now + 5);
        claims["exp"] = json!(now + 5);
    });
    assert_eq!(check(&backwards).unwrap_err(), TokenError::BadClaim("exp"));
}

#[test]
fn a_missing_or_mistyped_claim_is_malformed() {
    for claim in [
        "aud",
        "sub",
        "iat",
        "nbf",
        "exp",
        "jti",
        "agent",
        "ticket",
        "requester",
    ] {
        let absent = with(|claims| drop(claims.as_object_mut().unwrap().remove(claim)));
        assert!(is_malformed(&check(&absent).unwrap_err()), "{claim}");
    }
    for (claim, value) in [
        ("exp", json!("1")),
        ("iat", json!(1.5)),
        ("aud", json!(["a"])),
        ("action", json!("format_disk")),
    ] {
        assert!(
            is_malformed(&check(&with(|claims| claims[claim] = value)).unwrap_err()),
            "{claim}"
        );
    }
}

#[test]
fn claims_with_impossible_values_are_refused() {
    let too_many = vec![json!({ "channel": "email", "address": "a@b.example", "source": "email" }); 21];
    let table: [(&str, &'static str, Value); 22] = [
        ("/jti", "jti", json!("short")),
        ("/jti", "jti", json!("x".repeat(129))),
        ("/jti", "jti", json!("with space in it")),
        ("/jti", "jti", json!("umläute-sind-lang")),
        ("/sub", "sub", json!(testing::sys_id('c'))),
        ("/agent/sys_id", "agent.sys_id", json!("A".repeat(32))),
        ("/agent/sys_id", "agent.sys_id", json!("a".repeat(31))),
        ("/agent/name", "agent.name", json!("Beth\r\nBcc: x@y.example")),
        ("/agent/name", "agent.name", json!("x".repeat(201))),
        ("/agent/user_name", "agent.user_name", json!("\u{0}")),
        ("/ticket/table", "ticket.table", json!("incident; drop")),
        ("/ticket/table", "ticket.table", json!("")),
        ("/ticket/table", "ticket.table", json!("x".repeat(81))),
        ("/ticket/sys_id", "ticket.sys_id", json!("../../etc/passwd")),
        ("/ticket/number", "ticket.number", json!("")),
        ("/ticket/number", "ticket.number", json!("9".repeat(41))),
        (
            "/ticket/description",
            "ticket.description",
            json!("x".repeat(1001)),
        ),
        ("/requester/sys_id", "requester.sys_id", json!("")),
        ("/requester/email", "requester.email", json!("x".repeat(321))),
        ("/requester/contacts", "requester.contacts", json!(too_many)),
        (
            "/requester/contacts/0/address",
            "requester.contacts",
            json!("a\n"),
        ),
        (
            "/requester/time_zone",
            "requester.time_zone",
            json!("x".repeat(65)),
        ),
    ];
    for (pointer, claim, value) in table {
        let changed = with(|claims| *claims.pointer_mut(pointer).unwrap() = value.clone());
        let error = check(&changed).unwrap_err();
        assert_eq!(error, TokenError::BadClaim(claim), "{pointer} = {value}");
    }
    assert!(
        check(&with(
            |claims| claims["ticket"]["description"] = json!("two\r\nlines\tand a tab")
        ))
        .is_ok()
    );
}
