//! The app's server scripts are ECMAScript 5, and use no name that nobody has declared.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::run::{root, run, step, tool};

const CHECKER: &str = "xtask/tools/check-es5.mjs";

/// Folders whose TOML files hold scripts: conditions, access controls.
const SCRIPTED: &[&str] = &["sys_script", "sys_security_acl", "sys_ui_action"];

/// Reads every script of the app and of the sets beside it, except the module that browsers load.
pub fn check() -> Result<()> {
    step("Server scripts: ECMAScript 5");
    let files = files()?;
    if files.is_empty() {
        bail!("no scripts found in servicenow-app/app");
    }
    run(
        tool("node").arg(CHECKER).args(files),
        "use `var`, `function` and string concatenation: the instance's engine knows nothing newer; a name of the \
         platform that is new here belongs into the lists at the top of check-es5.mjs",
    )
}

fn files() -> Result<Vec<PathBuf>> {
    let app = root().join("servicenow-app/app");
    let sets = root().join("servicenow-app/sets");
    let mut found = Vec::new();
    let entries = [&app, &sets].map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name());
    for entry in entries.into_iter().flatten() {
        let entry = entry?;
        if entry.file_type().is_file() && has_server_scripts(entry.path()) {
            found.push(entry.path().strip_prefix(root())?.to_owned());
        }
    }
    Ok(found)
}

fn has_server_scripts(path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("js") => folder != "sys_ux_lib_asset",
        Some("xml") => folder == "sys_ui_macro",
        Some("html") => folder == "sys_ui_page",
        Some("toml") => SCRIPTED.iter().any(|scripted| folder == *scripted),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    #[test]
    fn newer_syntax_and_undeclared_names_are_named_with_file_and_line_wherever_they_stand() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("node");
        command.arg(root().join(CHECKER));
        for (name, text) in [
            ("good.js", "var a = 'a => b';\n"),
            ("bad.js", "var a;\nlet b = 1;\n"),
            (
                "careless.js",
                "function f(ticket) {\n    if (gs.nil(ticket)) { return tickt; }\n}\nvar g = f({ tickt: 1 }).tickt;\n",
            ),
            (
                "bad.toml",
                "name = \"x\"\nscript = \"x.js\"\ncondition = \"(() => 1)()\"\n",
            ),
            (
                "bad.html",
                "<p>\n<g:evaluate var=\"a\">\n1 &lt; 2 &amp;&amp; 3;\n</g:evaluate>\n<g2:evaluate>\n`a`\n</g2:evaluate></p>",
            ),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            command.arg(path);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 4, "{said}");
        for (line, place) in lines.iter().zip([
            "bad.js:2: ",
            "careless.js:2: tickt is declared nowhere",
            "bad.toml:3: ",
            "bad.html:6: ",
        ]) {
            assert!(line.contains(place), "{line}");
        }
        assert!(String::from_utf8_lossy(&output.stdout).contains("6 scripts"));
    }

    #[test]
    fn every_kind_of_file_with_server_scripts_is_looked_into() {
        let files = files().unwrap();
        let named = |end: &str| files.iter().any(|file| file.ends_with(end));
        for end in [
            "sys_script_include/ImperPolicy.js",
            "sys_ui_macro/panel.xml",
            "sys_ui_page/panel.html",
            "sys_ui_action/verify.toml",
            "sp_widget/verification.server.js",
            "resolve_guard/sys_script/guard.js",
        ] {
            assert!(named(end), "{end}");
        }
        assert!(!named("sys_ux_lib_asset/panel.entry.js"));
    }
}
