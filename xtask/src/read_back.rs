//! ServiceNow's own SDK reads the packed set back: parser, build plugins and checks, without any instance.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use servicenow_app::UpdateSet;

use crate::run::{run, step, tool};

/// What must be found in the set.
pub fn manifest(set: &UpdateSet) -> Value {
    json!({ "application": set.app_sys_id, "rows": set.manifest })
}

/// Reads the set at `path` back and compares every record with its manifest.
///
/// The SDK is expected to be there: see [`crate::setup::test_tools`].
pub fn check(path: &Path, manifest: &Value) -> Result<()> {
    step("Update set: read back by ServiceNow's SDK");
    let list = path.with_extension("manifest.json");
    fs::write(&list, manifest.to_string()).with_context(|| format!("could not write {}", list.display()))?;
    run(
        tool("node").arg("xtask/sdk/read-back.mjs").arg(path).arg(&list),
        "ServiceNow's SDK reads something else than the packer wrote; each complaint stands above",
    )
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::run::root;

    /// Leaves out the SDK's plugins, which take twenty seconds.
    const PARSE_ONLY: &str = "--parse-only";

    fn packed() -> UpdateSet {
        let module = format!("{}const widget=1<2;\n", servicenow_app::MARKER);
        servicenow_app::pack(&root().join("servicenow-app/app"), &module).unwrap()
    }

    /// What the SDK complains about, empty if nothing.
    fn complaints(xml: &str, set: &UpdateSet, only: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let (path, list) = (folder.path().join("set.xml"), folder.path().join("manifest.json"));
        fs::write(&path, xml).unwrap();
        fs::write(&list, manifest(set).to_string()).unwrap();
        let output = Command::new("node")
            .arg(root().join("xtask/sdk/read-back.mjs"))
            .args([&path, &list])
            .arg(only)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), said.is_empty(), "{said}");
        said
    }

    /// The set with one text replaced where it stands for the first time.
    fn damaged(xml: &str, from: &str, to: &str) -> String {
        assert!(xml.contains(from), "the set does not hold {from:?}");
        xml.replacen(from, to, 1)
    }

    #[test]
    #[ignore = "needs the SDK: cargo xtask test runs it"]
    fn the_sdk_reads_every_record_back_without_a_complaint() {
        let set = packed();
        assert_eq!(complaints(&set.xml, &set, ""), "");
    }

    #[test]
    #[ignore = "needs the SDK: cargo xtask test runs it"]
    fn a_damaged_record_is_named() {
        let set = packed();
        let role = "<name>x_imper_verify.agent</name>";
        let row = set
            .manifest
            .iter()
            .find(|row| {
                row.name.starts_with("sys_user_role_")
                    && row.records[0].fields["name"] == "x_imper_verify.agent"
            })
            .unwrap();
        let id = format!("<sys_id>{}</sys_id>", row.records[0].sys_id);
        for (what, from, to, expected) in [
            (
                "a value",
                role,
                "<name>x_imper_verify.agnet</name>",
                row.name.as_str(),
            ),
            ("a field", role, "", row.name.as_str()),
            (
                "a tag that is not closed",
                role,
                "<name>x_imper_verify.agent",
                row.name.as_str(),
            ),
            ("an id", &id, "<sys_id>0</sys_id>", row.name.as_str()),
            ("the application", &set.app_sys_id, "global", "incorrect scope"),
        ] {
            let said = complaints(&damaged(&set.xml, from, to), &set, PARSE_ONLY);
            assert!(said.contains(expected), "{what}: {said}");
        }
    }

    #[test]
    #[ignore = "needs the SDK: cargo xtask test runs it"]
    fn a_row_that_is_lost_and_a_row_too_many_are_named() {
        let mut set = packed();
        let lost = set.manifest[3].name.clone();
        let start = set.xml.find(&format!("<name>{lost}</name>")).unwrap();
        let start = set.xml[..start].rfind("<sys_update_xml").unwrap();
        let end = start + set.xml[start..].find("</sys_update_xml>\n").unwrap() + "</sys_update_xml>\n".len();
        let without = format!("{}{}", &set.xml[..start], &set.xml[end..]);
        let said = complaints(&without, &set, PARSE_ONLY);
        assert!(
            said.contains(&format!("{lost}: the row is not in the file")),
            "{said}"
        );

        set.manifest.remove(3);
        let said = complaints(&set.xml, &set, PARSE_ONLY);
        assert!(
            said.contains(&format!("{lost}: the packer made no such row")),
            "{said}"
        );
    }

    #[test]
    #[ignore = "needs the SDK: cargo xtask test runs it"]
    fn a_record_inside_a_double_wrapper_is_read_as_well() {
        let set = packed();
        let xml = damaged(&set.xml, "<label>Risk level</label>", "<label>Rusk level</label>");
        let said = complaints(&xml, &set, PARSE_ONLY);
        assert!(
            said.contains("label reads \"Rusk level\", not \"Risk level\""),
            "{said}"
        );
    }
}
