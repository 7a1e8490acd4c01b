//! Passkeys against a key pair that answers as a browser would.

use super::super::soft_passkey::SoftPasskey;
use super::*;

const ORIGIN: &str = "https://verify.example.com";

fn site() -> Site {
    Site::new(ORIGIN, "Acme").unwrap()
}

const MIA: Person<'_> = Person {
    handle: [7; 16],
    user_name: "mia.chen",
    name: "Mia Chen",
};

fn add(passkey: &SoftPasskey) -> Kept {
    let asked = site().ask_to_add(MIA, &[]).unwrap();
    site()
        .add(&asked.challenge, &passkey.create(&asked.options))
        .unwrap()
}

fn refused(result: &Result<Kept, PasskeyError>) -> bool {
    matches!(result, Err(PasskeyError::Refused(_)))
}

#[test]
fn a_passkey_is_added_and_signs_afterwards() {
    let passkey = SoftPasskey::new(ORIGIN);
    let kept = add(&passkey);
    assert!(kept.is_synced);
    let known = [kept.credential.clone()];
    let asked = site().ask(&known).unwrap();
    let signed = site()
        .check(&asked.challenge, &passkey.sign(&asked.options), &known)
        .unwrap();
    assert_eq!(signed.digest, kept.digest);
    assert!(
        asked.options.contains(r#""userVerification":"required""#),
        "{}",
        asked.options
    );
}

#[test]
fn what_was_signed_on_another_page_or_for_another_challenge_is_refused() {
    let passkey = SoftPasskey::new(ORIGIN);
    let known = [add(&passkey).credential];
    let (asked, other) = (site().ask(&known).unwrap(), site().ask(&known).unwrap());
    assert!(refused(&site().check(
        &other.challenge,
        &passkey.sign(&asked.options),
        &known
    )));
    for elsewhere in [
        "https://verify.example.com.evil.example",
        "http://verify.example.com",
        "https://verify.example.com:8443",
    ] {
        let asked = site().ask(&known).unwrap();
        let passkey_there = SoftPasskey::new(ORIGIN).on(elsewhere);
        let created = site().ask_to_add(MIA, &[]).unwrap();
        assert!(
            refused(&site().add(&created.challenge, &passkey_there.create(&created.options))),
            "{elsewhere}"
        );
        assert!(
            refused(&site().check(&asked.challenge, &passkey_there.sign(&asked.options), &known)),
            "{elsewhere}"
        );
    }
    let moved = passkey.on("https://verify.example.com.evil.example");
    let asked = site().ask(&known).unwrap();
    assert!(refused(&site().check(
        &asked.challenge,
        &moved.sign(&asked.options),
        &known
    )));
}

#[test]
fn somebody_elses_passkey_and_an_unverified_person_are_refused() {
    let (mine, other) = (SoftPasskey::new(ORIGIN), SoftPasskey::new(ORIGIN));
    let known = [add(&mine).credential];
    let asked = site().ask(&known).unwrap();
    assert!(refused(&site().check(
        &asked.challenge,
        &other.sign(&asked.options),
        &known
    )));
    let mut unverified = mine;
    unverified.flags &= !0x04;
    let asked = site().ask(&known).unwrap();
    assert!(refused(&site().check(
        &asked.challenge,
        &unverified.sign(&asked.options),
        &known
    )));
    let asked = site().ask_to_add(MIA, &[]).unwrap();
    assert!(refused(
        &site().add(&asked.challenge, &unverified.create(&asked.options))
    ));
}

#[test]
fn a_counter_that_goes_back_is_a_copied_device() {
    let mut passkey = SoftPasskey::new(ORIGIN);
    passkey.flags = 0x05;
    passkey.counter = 5;
    let kept = add(&passkey);
    assert!(!kept.is_synced);
    passkey.counter = 6;
    let known = [kept.credential];
    let asked = site().ask(&known).unwrap();
    let signed = site()
        .check(&asked.challenge, &passkey.sign(&asked.options), &known)
        .unwrap();
    let known = [signed.credential];
    let asked = site().ask(&known).unwrap();
    assert!(
        refused(&site().check(&asked.challenge, &passkey.sign(&asked.options), &known)),
        "the same counter again"
    );
}

#[test]
fn what_cannot_be_read_is_no_answer_and_an_address_of_numbers_no_site() {
    let asked = site().ask_to_add(MIA, &[]).unwrap();
    for garbled in ["", "{}", "null", r#"{"id":"x"}"#, &"[".repeat(5000)] {
        let result = site().add(&asked.challenge, garbled);
        assert!(matches!(result, Err(PasskeyError::Unreadable)), "{garbled}");
    }
    assert!(matches!(site().add("{}", "{}"), Err(PasskeyError::Corrupt(_))));
    for nowhere in ["https://192.0.2.1", "https://[::1]:8443", "nonsense"] {
        assert!(
            matches!(Site::new(nowhere, "Acme"), Err(PasskeyError::NoSite(_))),
            "{nowhere}"
        );
    }
    assert!(Site::new("http://localhost:8080", "Acme").is_ok());
}
