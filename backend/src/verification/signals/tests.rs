use shared::words::{Assurance, CheckKind, CheckResult, UnixMillis};

use super::*;
use crate::verification::checks::recovery_code::RecoveryCode;
use crate::verification::checks::{Check, CheckDetail, Means, open};
use crate::verification::facts::{
    ClientFacts, DestinationFacts, History, NetworkFacts, Place, Sighting, TimeFacts,
};

#[test]
fn every_signal_has_a_name_of_its_own_and_only_records_of_ours_may_lower_the_risk() {
    let mut names: Vec<&str> = ALL.iter().map(|signal| signal.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
    for signal in ALL {
        assert!(signal.weight.abs() <= 100, "{}", signal.name);
        assert!(signal.weight >= 0 || signal.may_lower, "{}", signal.name);
    }
    let lowering: Vec<&str> = ALL.iter().filter(|s| s.may_lower).map(|s| s.name).collect();
    assert_eq!(lowering, ["destination_on_file", "device_known"]);
}

/// An ordinary requester on an ordinary day: nothing but the destination is worth a word.
fn ordinary() -> Facts {
    let call_number = open(CheckKind::CallNumber, &Means::default(), UnixMillis(0));
    Facts {
        action: None,
        assurance: Assurance::Standard,
        checks: vec![call_number.answered(true, UnixMillis(0))],
        destination_on_file: true,
        opens: 2,
        devices: 2,
        client: Some(ClientFacts {
            user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0.0.0 Safari/537.36".into(),
            accept_language: "en-GB,en;q=0.9".into(),
            script_ran: true,
            time_zone: "Europe/London".into(),
            utc_offset_minutes: Some(0),
            platform: "Win32".into(),
            hinted_platform: "Windows".into(),
            touch_points: Some(0),
            renderer: "ANGLE (Intel, Intel(R) UHD Graphics 620)".into(),
            ..ClientFacts::default()
        }),
        time_zone_on_file: "Europe/London".into(),
        language_on_file: "en".into(),
        history: History::default(),
        refused_by_requester: false,
        disowned_by_contact: false,
        destination: DestinationFacts::default(),
        network: Some(NetworkFacts {
            prefix: "203.0.113.0/24".into(),
            country: Some("GB".into()),
            place: Some(LONDON),
            networks: 2,
            countries_on_file: vec!["GB".into()],
            known: Some(true),
            ..NetworkFacts::default()
        }),
        time: TimeFacts {
            offset_on_file: Some(0),
            offset_of_browser_zone: Some(0),
            countries_of_browser_zone: vec!["GB".into()],
            taken_ms: Some(40_000),
            local_minute: Some(10 * 60),
            local_weekday: Some(2),
        },
    }
}

const LONDON: Place = Place {
    latitude: 51,
    longitude: 0,
};
const NEW_YORK: Place = Place {
    latitude: 41,
    longitude: -74,
};

fn seen(facts: &Facts) -> Vec<&'static str> {
    let policy = Policy::standard();
    let signals = ALL
        .iter()
        .filter(|signal| (signal.look)(facts, &policy).is_some());
    signals.map(|signal| signal.name).collect()
}

fn client(facts: &mut Facts) -> &mut ClientFacts {
    facts.client.as_mut().unwrap()
}

fn network(facts: &mut Facts) -> &mut NetworkFacts {
    facts.network.as_mut().unwrap()
}

type Change = fn(&mut Facts);

/// For each signal one change to an ordinary day that it must see, and what else sees the same change.
const CHANGES: &[(&str, &[&str], Change)] = &[
    ("destination_not_on_file", &["destination_never_seen"], |f| {
        f.destination_on_file = false;
    }),
    ("destination_never_seen", &["destination_not_on_file"], |f| {
        f.destination_on_file = false;
    }),
    ("destination_shared", &[], |f| {
        f.history.other_requesters_at_destination = 1;
    }),
    ("destination_is_company_mailbox", &[], |f| {
        f.destination.is_company_mailbox = true;
    }),
    ("destination_disposable", &[], |f| f.destination.disposable = true),
    ("contact_changed_recently", &[], |f| {
        f.destination.contact_age_days = Some(13);
    }),
    ("automation", &[], |f| client(f).webdriver = true),
    ("headless", &[], |f| {
        client(f).hinted_brands = "\"HeadlessChrome\";v=\"156\"".into();
    }),
    ("headless", &[], |f| client(f).window_without_size = true),
    ("software_renderer", &[], |f| {
        client(f).renderer = "Google SwiftShader".into();
    }),
    ("virtual_machine", &[], |f| {
        client(f).renderer = "VMware SVGA 3D".into();
    }),
    ("inconsistent_platform", &[], |f| {
        client(f).platform = "Linux x86_64".into();
    }),
    ("inconsistent_platform", &[], |f| {
        client(f).hinted_platform = "Linux".into();
    }),
    ("no_script", &[], |f| client(f).script_ran = false),
    ("device_known", &[], |f| f.history.passes_on_device = 1),
    ("device_shared", &[], |f| f.history.other_requesters_on_device = 1),
    ("many_devices", &[], |f| f.devices = 3),
    ("many_opens", &[], |f| f.opens = 11),
    ("country_unusual", &["zone_outside_country"], |f| {
        network(f).country = Some("BR".into());
    }),
    ("network_unusual", &[], |f| network(f).known = Some(false)),
    ("hosting_network", &[], |f| network(f).hosting = true),
    ("vpn_network", &[], |f| network(f).vpn = true),
    ("tor_network", &[], |f| network(f).tor = true),
    ("impossible_travel", &[], |f| {
        network(f).last = Some(Sighting {
            place: NEW_YORK,
            seconds_before: 3600,
        });
    }),
    ("several_networks", &[], |f| network(f).networks = 4),
    ("time_zone_differs", &[], |f| {
        f.time_zone_on_file = "America/New_York".into();
        f.time.offset_on_file = Some(-300);
    }),
    ("clock_inconsistent", &[], |f| {
        client(f).utc_offset_minutes = Some(60);
    }),
    ("zone_outside_country", &[], |f| {
        f.time.countries_of_browser_zone = vec!["PT".into()];
    }),
    ("language_differs", &[], |f| f.language_on_file = "de".into()),
    ("too_fast", &[], |f| f.time.taken_ms = Some(1_499)),
    ("outside_working_hours", &[], |f| {
        f.time.local_minute = Some(3 * 60);
    }),
    ("recent_failures", &[], |f| f.history.recent_failures = 1),
    ("requester_velocity", &[], |f| f.history.starts_for_requester = 5),
    ("agent_velocity", &[], |f| f.history.starts_by_agent = 21),
    ("destination_velocity", &[], |f| {
        f.history.messages_to_destination = 4;
    }),
    ("device_velocity", &[], |f| f.history.begins_on_device = 4),
    ("network_velocity", &[], |f| f.history.requesters_on_network = 11),
    ("wave", &[], |f| f.history.requesters_failed = 5),
    ("stronger_way_unused", &[], |f| {
        f.checks.push(passkey(1));
        f.checks.push(code().answered(true, UnixMillis(0)));
    }),
];

#[test]
fn each_signal_sees_what_it_is_for_and_nothing_else_does() {
    assert_eq!(seen(&ordinary()), ["destination_on_file"]);
    for (name, others, change) in CHANGES {
        let mut facts = ordinary();
        change(&mut facts);
        let mut found = seen(&facts);
        found.retain(|found| *found != "destination_on_file");
        let mut expected: Vec<&str> = others.to_vec();
        expected.push(name);
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
    for signal in ALL.iter().filter(|signal| signal.name != "destination_on_file") {
        assert!(
            CHANGES.iter().any(|(name, ..)| *name == signal.name),
            "{} is not tested",
            signal.name
        );
    }
}

fn passkey(enrolled: u32) -> Check {
    let means = Means {
        passkeys: enrolled,
        ..Means::default()
    };
    open(CheckKind::Passkey, &means, UnixMillis(0))
}

fn code() -> Check {
    Check::new(CheckDetail::RecoveryCode(RecoveryCode { left: 3 }), UnixMillis(0))
}

#[test]
fn a_passkey_that_is_not_there_was_used_or_was_refuted_is_not_called_unused() {
    let proven = code().answered(true, UnixMillis(0));
    let refuted = passkey(1).ended(CheckResult::Failed, UnixMillis(0));
    for checks in [
        vec![passkey(0), proven.clone()],
        vec![passkey(1).answered(true, UnixMillis(0)), code()],
        vec![refuted, proven],
        // Nothing of the step was proven yet.
        vec![passkey(1), code()],
    ] {
        let mut facts = ordinary();
        facts.checks.extend(checks);
        assert_eq!(seen(&facts), ["destination_on_file"], "{:?}", facts.checks);
    }
}

#[test]
fn what_is_not_known_says_nothing() {
    let mut facts = ordinary();
    facts.client = None;
    facts.network = None;
    facts.time = TimeFacts::default();
    assert_eq!(seen(&facts), ["destination_on_file"]);
    // Two names of one time are no difference, and a flight of eight hours is no impossible journey.
    let mut facts = ordinary();
    facts.time_zone_on_file = "Europe/Lisbon".into();
    network(&mut facts).last = Some(Sighting {
        place: NEW_YORK,
        seconds_before: 8 * 3600,
    });
    assert_eq!(seen(&facts), ["destination_on_file"]);
}
