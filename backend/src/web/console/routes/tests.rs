use super::*;

#[test]
fn fixed_parts_win_over_parts_in_braces_and_nothing_fits_half() {
    let found =
        |path: &str, method: Method| find(path, &method).map(|(route, part)| (route.page, part.to_owned()));
    assert_eq!(found("verifications/news", Method::GET).unwrap().0, Page::News);
    assert_eq!(
        found("verifications/VER1", Method::HEAD).unwrap(),
        (Page::Details, "VER1".into())
    );
    assert_eq!(
        found("verifications/export/csv", Method::GET).unwrap(),
        (Page::Export, "csv".into())
    );
    for path in [
        "verifications/",
        "verifications/a/b",
        "verifications/a/report.xml",
        "sign-in/x",
        "x",
        "verifications//",
    ] {
        assert!(
            matches!(found(path, Method::GET), Err(Failure::NotFound)),
            "{path}"
        );
    }
    for (path, method, allowed) in [
        ("sign-in", Method::PUT, "GET, HEAD, POST"),
        ("sign-out", Method::GET, "POST"),
        ("verifications/news", Method::POST, "GET, HEAD"),
    ] {
        assert!(
            matches!(found(path, method), Err(Failure::Method(found)) if found == allowed),
            "{path}"
        );
    }
}

#[test]
fn the_navigation_shows_what_the_role_may_use() {
    let labels = |role| navigation(role).map(|entry| entry.label).collect::<Vec<_>>();
    assert_eq!(labels(Role::Viewer), ["Verifications", "Overview"]);
    assert_eq!(labels(Role::Analyst), ["Verifications", "Overview", "Agents"]);
    assert_eq!(
        labels(Role::Admin),
        [
            "Verifications",
            "Overview",
            "Agents",
            "Audit log",
            "Administration"
        ]
    );
}
