use super::*;

fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

fn networks() -> Networks {
    Networks::default()
        .with_locations(&file("places.mmdb"))
        .unwrap()
        .with_owners(&file("owners.mmdb"))
        .unwrap()
        .with_hosting(Ranges::parse("198.51.100.0/24").unwrap())
}

#[test]
fn addresses_are_found_with_country_place_and_owner() {
    let networks = networks();
    let found = |text: &str| networks.look_up(text.parse().unwrap());
    let london = found("::ffff:203.0.113.9");
    assert_eq!(london.country.as_deref(), Some("GB"));
    assert_eq!((london.asn, london.hosting), (Some(64_500), false));
    assert_eq!(london.organization.as_deref(), Some("Example Broadband"));
    let new_york = found("198.51.100.1");
    let place = Place {
        latitude: 41,
        longitude: -74,
    };
    assert_eq!((new_york.place, new_york.hosting), (Some(place), true));
    assert_eq!(found("2001:db8:1::5").country.as_deref(), Some("DE"));
    assert_eq!(found("8.8.8.8"), Found::default());
    assert_eq!(
        Networks::default().look_up("203.0.113.9".parse().unwrap()),
        Found::default()
    );
}

#[test]
fn what_is_no_database_is_refused() {
    let not_one = Networks::default().with_locations(&file("README.md"));
    assert!(matches!(not_one.err(), Some(DatabaseError::Format(_))));
    let missing = Networks::default().with_owners(&file("missing.mmdb"));
    assert!(matches!(missing.err(), Some(DatabaseError::Read(_))));
}

#[test]
fn prefixes_leave_out_what_names_a_person() {
    let of = |text: &str| prefix(text.parse().unwrap());
    assert_eq!(of("203.0.113.9"), "203.0.113.0/24");
    assert_eq!(of("::ffff:203.0.113.9"), "203.0.113.0/24");
    assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1::/48");
}
