//! The update set: built, checked, packed twice, measured.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::run::{root, step, target};
use crate::size::{Size, UPDATE_SET_BUDGET, WIDGET_BUDGET, kilobytes};
use crate::{es5, gate, read_back, widget};

/// A packed update set and its measures.
pub struct Package {
    /// Where it lies.
    pub path: PathBuf,
    /// What the packer put into it.
    pub manifest: serde_json::Value,
    /// The sets that an admin may import beside it, each with what the packer put into it.
    pub optional: Vec<(PathBuf, serde_json::Value)>,
    records: usize,
    sha256: String,
    xml: Size,
    script: Size,
    wasm: Size,
    module: Size,
}

/// Builds the widget, loads it in a browser, checks the scripts, and packs.
///
/// Tools are expected to be there: see [`crate::setup::setup`].
pub fn package() -> Result<Package> {
    es5::check()?;
    let widget = widget::build()?;
    // Before packing: a Wasm that the optimiser broke builds and packs without a word.
    gate::check(&widget.module)?;

    step("Update set: pack");
    let app = root().join("servicenow-app/app");
    let set = servicenow_app::pack(&app, &widget.module)?;
    if set.xml != servicenow_app::pack(&app, &widget.module)?.xml {
        bail!("packing twice gave two different files: something in the packer depends on time or chance");
    }
    let folder = target().join("package");
    let path = folder.join(format!("imper-ai-verification-{}.xml", set.version));
    fs::create_dir_all(&folder)?;
    fs::write(&path, &set.xml).with_context(|| format!("could not write {}", path.display()))?;

    let optional = optional_sets(&app, &folder, &set.version)?;

    let package = Package {
        path,
        optional,
        records: set.records,
        sha256: hex(&Sha256::digest(&set.xml)),
        xml: Size::of(set.xml.as_bytes())?,
        manifest: read_back::manifest(&set),
        script: Size::of(widget.script.as_bytes())?,
        wasm: Size::of(&widget.wasm)?,
        module: Size::of(widget.module.as_bytes())?,
    };
    package.check_budgets()?;
    Ok(package)
}

/// Packs the sets beside the app's own into a folder of their own: nothing takes one of them for the app.
fn optional_sets(app: &Path, folder: &Path, version: &str) -> Result<Vec<(PathBuf, serde_json::Value)>> {
    let sources = root().join("servicenow-app/sets");
    let sets = servicenow_app::pack_supplements(app, &sources)?;
    if sets != servicenow_app::pack_supplements(app, &sources)? {
        bail!("packing the optional sets twice gave two different files");
    }
    let folder = folder.join("optional");
    fs::create_dir_all(&folder)?;
    let mut packed = Vec::new();
    for set in sets {
        let path = folder.join(format!("{}-{version}.xml", set.file));
        fs::write(&path, &set.set.xml).with_context(|| format!("could not write {}", path.display()))?;
        packed.push((path, read_back::manifest(&set.set)));
    }
    Ok(packed)
}

impl Package {
    /// Script and Wasm; the style is inside the Wasm.
    fn widget_brotli(&self) -> usize {
        self.script.brotli + self.wasm.brotli
    }

    fn check_budgets(&self) -> Result<()> {
        if self.widget_brotli() > WIDGET_BUDGET {
            self.print();
            bail!("the widget is over its budget of {}", kilobytes(WIDGET_BUDGET));
        }
        if self.xml.gzip > UPDATE_SET_BUDGET {
            self.print();
            bail!(
                "the update set is over its budget of {}",
                kilobytes(UPDATE_SET_BUDGET)
            );
        }
        Ok(())
    }

    /// Prints where it is, what it holds and how big it is.
    pub fn print(&self) {
        let path = self.path.strip_prefix(root()).unwrap_or(&self.path);
        println!("\n   {}", path.display());
        println!("   {} records, sha256 {}", self.records, self.sha256);
        for (path, _) in &self.optional {
            let path = path.strip_prefix(root()).unwrap_or(path);
            println!("   optional: {}", path.display());
        }
        println!("\n   {:<28}{:>11}{:>11}{:>11}", "", "raw", "gzip", "brotli");
        for (name, size) in [
            ("Wasm (with the style)", self.wasm),
            ("script", self.script),
            ("module, as it travels", self.module),
            ("update set", self.xml),
        ] {
            println!(
                "   {name:<28}{:>11}{:>11}{:>11}",
                kilobytes(size.raw),
                kilobytes(size.gzip),
                kilobytes(size.brotli)
            );
        }
        println!(
            "\n   widget: {} brotli of {} allowed; update set: {} gzip of {} allowed ({} raw; 400 kB raw was asked for and is not met)",
            kilobytes(self.widget_brotli()),
            kilobytes(WIDGET_BUDGET),
            kilobytes(self.xml.gzip),
            kilobytes(UPDATE_SET_BUDGET),
            kilobytes(self.xml.raw)
        );
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
