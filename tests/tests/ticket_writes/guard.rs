//! The optional resolve guard, and a second version of the app that takes records away.

use std::path::Path;

use imper_tests::instance::{Instance, InstanceConfig};

use super::desk::Desk;

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../servicenow-app")
        .join(name)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guard_stops_resolving_until_a_verification_has_passed() {
    let mut desk = Desk::open().await;
    let sets = servicenow_app::pack_supplements(&folder("app"), &folder("sets")).unwrap();
    let guard = sets
        .iter()
        .find(|set| set.file == "imper-ai-resolve-guard")
        .unwrap();
    let report = desk.instance.install(&guard.set.xml).unwrap();
    assert_eq!((report.inserted, report.scope.as_str()), (1, "global"));
    let ticket = desk.instance.query("incident", "number=INC0010001").unwrap()[0]["sys_id"].clone();
    let close = [("state", "6"), ("close_code", "User error"), ("close_notes", "x")];
    let refused = desk
        .instance
        .update("incident", &ticket, &close)
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("cannot be resolved yet: the policy Password reset"),
        "{refused}"
    );
    // The app's own completion passes the guard, because the pass is on record before it.
    desk.run("A4 action.performed").await;
    let state = desk.instance.display_value("incident", &ticket, "state").unwrap();
    assert_eq!(state, "Closed");
    let other = desk
        .instance
        .insert("incident", &[("category", "hardware")])
        .unwrap();
    desk.instance.update("incident", &other, &close).unwrap();
}

/// The guard is a set of its own, so an admin may have it without the app, or keep it when the app is gone.
#[test]
fn without_the_app_the_guard_does_nothing() {
    let clock = std::sync::Arc::new(|| 1_767_225_600_000);
    let instance = Instance::new(InstanceConfig::new("http://localhost:1", clock)).unwrap();
    let sets = servicenow_app::pack_supplements(&folder("app"), &folder("sets")).unwrap();
    let guard = sets
        .iter()
        .find(|set| set.file == "imper-ai-resolve-guard")
        .unwrap();
    instance.install(&guard.set.xml).unwrap();
    let ticket = instance
        .insert("incident", &[("category", "password_reset")])
        .unwrap();
    let close = [("state", "6"), ("close_code", "User error"), ("close_notes", "x")];
    instance.update("incident", &ticket, &close).unwrap();
    assert_eq!(
        instance.display_value("incident", &ticket, "state").unwrap(),
        "Resolved"
    );
    assert_eq!(instance.unsupported(), Vec::<String>::new());
    assert_eq!(instance.query("syslog", "level=error").unwrap().len(), 0);
}

/// The automated tests that an admin may run on an instance of theirs are run on this one.
#[tokio::test(flavor = "multi_thread")]
async fn the_automated_tests_of_the_optional_set_pass_and_leave_nothing_behind() {
    let desk = Desk::open().await;
    let sets = servicenow_app::pack_supplements(&folder("app"), &folder("sets")).unwrap();
    let tests = sets.iter().find(|set| set.file == "imper-ai-atf-tests").unwrap();
    let report = desk.instance.install(&tests.set.xml).unwrap();
    assert_eq!(report.warnings, Vec::<String>::new());
    assert_eq!((report.scope.as_str(), report.updated), ("x_imper_verify", 0));
    let before = desk.instance.query("incident", "").unwrap();
    let names = desk.instance.query("sys_atf_test", "ORDERBYname").unwrap();
    assert_eq!(names.len(), 5);
    for test in names {
        let steps = desk.instance.run_test("admin", &test["name"]).unwrap();
        assert!(
            !steps.is_empty() && steps.iter().all(|step| step.passed),
            "{}: {steps:#?}",
            test["name"]
        );
    }
    assert_eq!(desk.instance.query("incident", "").unwrap(), before);
    assert_eq!(
        desk.instance
            .query("x_imper_verify_verification", "")
            .unwrap()
            .len(),
        0
    );
    assert_eq!(desk.instance.query("x_imper_verify_policy", "").unwrap().len(), 3);
    assert_eq!(desk.instance.unsupported(), Vec::<String>::new());
    assert_eq!(desk.instance.cross_scope(), Vec::<String>::new());
}

/// They can fail: with a signature that is not checked any more, one of them does.
#[tokio::test(flavor = "multi_thread")]
async fn an_automated_test_notices_when_the_app_is_broken() {
    let desk = Desk::open().await;
    let sets = servicenow_app::pack_supplements(&folder("app"), &folder("sets")).unwrap();
    let tests = sets.iter().find(|set| set.file == "imper-ai-atf-tests").unwrap();
    desk.instance.install(&tests.set.xml).unwrap();
    let include = desk
        .instance
        .query("sys_script_include", "name=ImperSignature")
        .unwrap()
        .remove(0);
    let broken = include["script"].replace("difference === 0", "true");
    assert_ne!(broken, include["script"]);
    desk.instance
        .update("sys_script_include", &include["sys_id"], &[("script", &broken)])
        .unwrap();
    let steps = desk
        .instance
        .run_test("admin", "imper.ai Verification: signatures")
        .unwrap();
    assert!(
        !steps[0].passed && steps[0].message.contains("another body"),
        "{steps:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_version_takes_a_record_away() {
    let desk = Desk::open().await;
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&folder("app"), copy.path());
    let version = copy.path().join("sys_app/imper_verify.toml");
    let text = std::fs::read_to_string(&version).unwrap();
    std::fs::write(&version, text.replace("1.0.0", "1.1.0")).unwrap();
    for ending in ["toml", "js"] {
        std::fs::remove_file(copy.path().join(format!("sys_script_include/ImperGate.{ending}"))).unwrap();
    }
    std::fs::write(
        copy.path().join("deleted.toml"),
        "[[deleted]]\ntable = \"sys_script_include\"\nkey = \"ImperGate\"\nname = \"ImperGate\"\nsince = \"1.1.0\"\n",
    )
    .unwrap();
    let panel = format!("{}const widget = 1;\n", servicenow_app::MARKER);
    let next = servicenow_app::pack(copy.path(), &panel).unwrap();
    let includes = |name: &str| {
        desk.instance
            .query("sys_script_include", &format!("name={name}"))
            .unwrap()
            .len()
    };
    assert_eq!((includes("ImperGate"), includes("ImperTicket")), (1, 1));
    let report = desk.instance.install(&next.xml).unwrap();
    assert_eq!((report.inserted, report.deleted), (0, 1));
    assert_eq!((includes("ImperGate"), includes("ImperTicket")), (0, 1));
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
