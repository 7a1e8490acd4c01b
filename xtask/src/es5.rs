//! The app's scripts are ECMAScript 5.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::run::{root, run, step, tool};

/// Parses every script of the app and of the sets beside it as ECMAScript 5, except the module that browsers load.
pub fn check() -> Result<()> {
    step("Server scripts: ECMAScript 5");
    let scripts = scripts()?;
    if scripts.is_empty() {
        bail!("no scripts found in servicenow-app/app");
    }
    println!("   {} scripts", scripts.len());
    run(
        tool("node").arg("xtask/tools/check-es5.mjs").args(scripts),
        "use `var`, `function` and string concatenation: the instance's engine knows nothing newer",
    )
}

fn scripts() -> Result<Vec<PathBuf>> {
    let app = root().join("servicenow-app/app");
    let sets = root().join("servicenow-app/sets");
    let mut scripts = Vec::new();
    let files = [&app, &sets].map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name());
    for entry in files.into_iter().flatten() {
        let entry = entry?;
        let path = entry.path();
        let for_browsers = path.starts_with(app.join("sys_ux_lib_asset"));
        if path.extension().is_some_and(|extension| extension == "js") && !for_browsers {
            scripts.push(path.strip_prefix(root())?.to_owned());
        }
    }
    Ok(scripts)
}
