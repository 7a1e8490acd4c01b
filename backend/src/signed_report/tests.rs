//! A report that was changed in any byte is refused, and so is one of somebody else.

use super::*;
use crate::verification::statement::*;

fn key(byte: u8) -> ReportKey {
    ReportKey::from_seed(&[byte; 32]).unwrap()
}

fn statement() -> Statement {
    use shared::words::{Assurance, Channel, Outcome, Recommendation, RiskLevel};
    let person = |name: &str| Person {
        sys_id: "b".repeat(32),
        user_name: "mia.chen".into(),
        name: name.into(),
        email: String::new(),
    };
    Statement {
        kind: KIND.into(),
        format: FORMAT,
        issuer: "https://verify.example.com".into(),
        issued_at: "2026-11-22T10:05:00Z".into(),
        instance: Tenant {
            id: "acme".into(),
            company: "Acme “€”".into(),
            url: "https://acme.service-now.com".into(),
        },
        verification: Conclusion {
            id: "VER7K3M9QX2A4TN".into(),
            requested_action: None,
            assurance: Assurance::Standard,
            outcome: Outcome::Passed,
            risk_level: RiskLevel::Verified,
            risk_score: 5,
            recommendation: Recommendation::Proceed,
            recommendation_text: Recommendation::Proceed.label().into(),
            policy: "standard-1+abcdef01".into(),
        },
        times: Times {
            created_at: "2026-11-22T10:00:00Z".into(),
            opened_at: None,
            begun_at: None,
            decided_at: "2026-11-22T10:04:00.5Z".into(),
        },
        ticket: TicketName {
            table: "incident".into(),
            sys_id: "1".repeat(32),
            number: "INC0010023".into(),
            subject: "Locked out\n\u{7f}".into(),
            category: "Password Reset".into(),
        },
        requester: person("Mia Chen"),
        agent: person("Bëth Ånglin"),
        link: LinkFacts {
            channel: Channel::Email,
            destination: "m•••@gmail.com".into(),
            on_file: false,
            opens: 1,
            resends: 0,
        },
        checks: Vec::new(),
        findings: vec![FindingLine {
            code: "destination_not_on_file".into(),
            kind: "signal".into(),
            weight: -20,
            sentence: "The link went to a destination that is not on file.".into(),
        }],
        action: None,
        evidence: EvidenceFacts {
            head: ChainLink {
                number: 8,
                hash: "ab".repeat(32),
            },
            entries: Vec::new(),
        },
        erased: false,
    }
}

#[test]
fn a_report_says_what_was_signed() {
    let sealed = seal(&key(1), &statement()).unwrap();
    assert_eq!(
        open(key(1).public(), sealed.file.as_bytes()).unwrap(),
        statement()
    );
    assert_eq!(
        seal(&key(1), &statement()).unwrap(),
        sealed,
        "there is one way to write it"
    );
}

#[test]
fn any_bit_that_was_flipped_is_noticed() {
    let (public, sealed) = (key(1).public(), seal(&key(1), &statement()).unwrap());
    let file = sealed.file.into_bytes();
    for place in 0..file.len() {
        for bit in 0..8 {
            let mut changed = file.clone();
            changed[place] ^= 1 << bit;
            let opened = open(public, &changed);
            assert!(opened.is_err(), "byte {place} bit {bit}: {opened:?}");
        }
    }
    for place in [0, file.len() / 2, file.len()] {
        let mut longer = file.clone();
        longer.insert(place, b' ');
        assert!(open(public, &longer).is_err(), "a blank at {place}");
    }
    assert!(open(public, &file[..file.len() - 1]).is_err());
    assert!(open(public, b"").is_err());
}

#[test]
fn another_key_and_another_algorithm_are_refused_by_name() {
    let sealed = seal(&key(1), &statement()).unwrap();
    let found = open(key(2).public(), sealed.file.as_bytes());
    assert!(matches!(found, Err(ReportError::OtherKey { .. })), "{found:?}");
    let renamed = sealed.file.replace(&key(1).public().id(), &key(2).public().id());
    let found = open(key(2).public(), renamed.as_bytes());
    assert_eq!(found, Err(ReportError::Signature));
    let none = sealed.file.replace("\"Ed25519\"", "\"none\"");
    let found = open(key(1).public(), none.as_bytes());
    assert_eq!(found, Err(ReportError::Algorithm("none".into())));
}

#[test]
fn the_same_content_written_otherwise_and_members_given_twice_are_refused() {
    let sealed = seal(&key(1), &statement()).unwrap();
    let value: serde_json::Value = serde_json::from_str(&sealed.file).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    assert_eq!(
        open(key(1).public(), pretty.as_bytes()),
        Err(ReportError::NotCanonical)
    );
    let twice = sealed
        .file
        .replacen("\"erased\":false", "\"erased\":true,\"erased\":false", 1);
    assert!(open(key(1).public(), twice.as_bytes()).is_err());
}

#[test]
fn what_is_signed_with_our_key_but_calls_itself_otherwise_is_no_report() {
    let mut other = statement();
    other.kind = "something else".into();
    let sealed = seal(&key(1), &other).unwrap();
    let found = open(key(1).public(), sealed.file.as_bytes());
    assert!(matches!(found, Err(ReportError::Format { .. })), "{found:?}");
}

#[test]
fn public_keys_are_read_as_they_are_printed() {
    let public = key(3).public();
    assert_eq!(PublicKey::from_pem(&public.to_pem()), Ok(public));
    assert_eq!(PublicKey::from_pem("no key"), Err(ReportKeyError::Public));
    // RFC 8037, appendix A.3: the thumbprint of the key of RFC 8032, section 7.1, test 1.
    let seed = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44,
        0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ];
    let id = ReportKey::from_seed(&seed).unwrap().public().id();
    assert_eq!(id, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}
