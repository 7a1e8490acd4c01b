//! From the widget's crate to the one module that the update set carries.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::{root, run, step, target, tool};
use crate::short_names;

/// The widget as it is shipped.
pub struct Widget {
    /// The minified glue and entry, without the Wasm.
    pub script: String,
    /// The optimised Wasm.
    pub wasm: Vec<u8>,
    /// Both in one ES module: what the browser loads.
    pub module: String,
}

/// Builds the release widget.
pub fn build() -> Result<Widget> {
    step("Widget: build, bundle");
    // Trunk's own output folder is part of its configuration, so it is relative to the workspace.
    let dist = root().join("target/widget-dist");
    run(
        tool("trunk")
            .args(["build", "--release", "--offline", "--color", "never"])
            .env("CARGO_ENCODED_RUSTFLAGS", remapped_paths()?.join("\x1f")),
        "the messages above name the mistake; `cargo xtask setup` installs missing tools",
    )?;
    let stage = target().join("package/stage");
    if stage.exists() {
        fs::remove_dir_all(&stage).context("could not clear the staging folder")?;
    }
    copy_scripts(&dist, &stage)?;
    let (glue, binary) = (stage.join("widget.js"), stage.join("widget_bg.wasm"));
    fs::copy(dist.join("widget_bg.wasm"), &binary).context("Trunk left no widget_bg.wasm")?;
    let shortened = fs::read_to_string(&glue).context("Trunk left no widget.js")?;
    fs::write(&glue, short_names::shorten(&binary, &shortened)?)?;
    let entry = root().join("servicenow-app/app/sys_ux_lib_asset/panel.entry.js");
    fs::copy(&entry, stage.join("panel.entry.js"))
        .with_context(|| format!("could not read {}", entry.display()))?;
    let bundle = stage.join("panel.bundle.js");
    run(
        // The browsers that have DecompressionStream, without which the module cannot start, all have ES2022.
        tool("esbuild").arg("panel.entry.js").current_dir(&stage).args([
            "--bundle",
            "--minify",
            "--format=esm",
            "--target=es2022",
            // The platform replaces `${…}` in what it serves.
            "--supported:template-literal=false",
            "--legal-comments=none",
            "--log-level=warning",
            "--outfile=panel.bundle.js",
        ]),
        "the glue that wasm-bindgen wrote could not be bundled with the app's entry script",
    )?;
    let script = fs::read_to_string(&bundle).context("could not read the bundle")?;
    let wasm = fs::read(&binary).context("could not read the shortened Wasm")?;
    if let Some(path) = path_of_this_machine(&wasm) {
        bail!("the Wasm holds a path of this machine: {path}");
    }
    let module = servicenow_app::panel_module(&script, &wasm).context("could not join script and Wasm")?;
    Ok(Widget { script, wasm, module })
}

/// Where Cargo keeps sources.
fn cargo_home() -> Result<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))
        .context("neither CARGO_HOME nor HOME is set")
}

/// Compiler flags that replace the folders of this machine in panic messages: the same sources then give the same
/// Wasm on every machine, and it names nobody's home.
fn remapped_paths() -> Result<Vec<String>> {
    let sources = cargo_home()?.join("registry/src");
    let mut flags = vec![format!("--remap-path-prefix={}=", root().display())];
    for registry in fs::read_dir(&sources).with_context(|| format!("no sources in {}", sources.display()))? {
        flags.push(format!(
            "--remap-path-prefix={}=crates",
            registry?.path().display()
        ));
    }
    Ok(flags)
}

/// A path of this machine inside the Wasm, if there is one.
fn path_of_this_machine(wasm: &[u8]) -> Option<String> {
    let folders = [Some(root().to_owned()), cargo_home().ok()];
    folders.into_iter().flatten().find_map(|folder| {
        let name = folder.display().to_string();
        wasm.windows(name.len())
            .any(|bytes| bytes == name.as_bytes())
            .then_some(name)
    })
}

/// Copies the glue and its snippets, keeping their folders.
fn copy_scripts(from: &Path, to: &Path) -> Result<()> {
    for entry in walkdir::WalkDir::new(from).sort_by_file_name() {
        let entry = entry.context("Trunk left nothing in its output folder")?;
        if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "js")
        {
            let relative: PathBuf = entry.path().strip_prefix(from)?.to_owned();
            let copy = to.join(relative);
            if let Some(folder) = copy.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::copy(entry.path(), copy)?;
        }
    }
    Ok(())
}
