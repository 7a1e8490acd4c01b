//! The server scripts stay in the language that every release runs: ECMAScript 5.

use std::fs;

use walkdir::WalkDir;

use super::app_dir;

/// Every server script of the app with its name; the module of the panel runs in browsers and is none.
fn server_scripts() -> Vec<(String, String)> {
    WalkDir::new(app_dir())
        .into_iter()
        .chain(WalkDir::new(super::sets_dir()))
        .map(Result::unwrap)
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|extension| extension == "js")
        })
        .filter(|entry| !entry.path().starts_with(app_dir().join("sys_ux_lib_asset")))
        .map(|entry| {
            (
                entry.path().display().to_string(),
                fs::read_to_string(entry.path()).unwrap(),
            )
        })
        .collect()
}

#[test]
fn no_server_script_uses_newer_syntax() {
    let scripts = server_scripts();
    assert!(scripts.len() >= 11);
    for (name, script) in scripts {
        for newer in ["=>", "`", "let ", "const ", "class ", "async ", "...", "**"] {
            // Prose may use these words; code lines never do.
            let found = script.lines().find(|line| is_code(line) && line.contains(newer));
            assert_eq!(found, None, "{name} uses {newer:?}");
        }
        assert!(script.lines().count() < 400, "{name} is too long to review");
    }
}

fn is_code(line: &str) -> bool {
    let line = line.trim_start();
    !line.starts_with("//") && !line.starts_with('*') && !line.starts_with("/*") && !line.contains('\'')
}

#[test]
fn every_script_include_defines_the_class_that_it_is_named_after() {
    for (name, script) in server_scripts() {
        if let Some(class) = name
            .split("sys_script_include/")
            .nth(1)
            .and_then(|file| file.strip_suffix(".js"))
        {
            assert!(
                script.contains(&format!("var {class} = Class.create();")),
                "{name}"
            );
            assert!(script.contains(&format!("type: '{class}'")), "{name}");
        }
    }
}

/// Runs `script_tests/` on Rhino, the engine of the platform, in its ES5 mode: policies, tokens, signatures, and what
/// result events write to tickets. Needs Debian's `rhino`; `cargo xtask test` installs it and asks for this test.
#[test]
#[ignore = "needs the command rhino"]
fn the_scripts_do_on_rhino_what_they_promise() {
    let crate_dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut includes: Vec<_> = server_scripts()
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| name.contains("sys_script_include"))
        .collect();
    includes.sort();
    let test = |name: &str| crate_dir.join("script_tests").join(name).display().to_string();
    let files = [test("double.js")].into_iter().chain(includes).chain([
        test("agent_token.js"),
        test("result.js"),
        test("bypasses.js"),
        test("action.js"),
    ]);
    let output = std::process::Command::new("rhino")
        .args(["-version", "180"])
        .args(files.flat_map(|file| ["-f".to_owned(), file]))
        .output()
        .expect("rhino is installed");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains(" 0 failed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
