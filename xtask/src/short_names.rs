//! Short names between script and Wasm.
//!
//! wasm-bindgen names each import and export at length, with a hash that no compression can shorten, once in the
//! glue and once in the Wasm: 4 kB brotli for nothing. Binaryen renames the Wasm's side and says what it has done;
//! the glue follows here.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::run::{output, tool};

/// What Binaryen calls every module that something is imported from.
const MODULE: &str = "a";

/// What Binaryen has renamed.
#[derive(Deserialize)]
struct Renamed {
    /// Module, old name, new name.
    imports: Vec<(String, String, String)>,
    /// Old name, new name.
    exports: Vec<(String, String)>,
}

/// Renames what `wasm` imports and exports, in place, and returns the glue that fits.
pub fn shorten(wasm: &Path, glue: &str) -> Result<String> {
    let said = output(
        tool("wasm-opt")
            .args(["--minify-imports-and-exports-and-modules", "-o"])
            .args([wasm, wasm]),
    )
    .context("wasm-opt could not shorten the names")?;
    let renamed = serde_json::from_str(&said).context("wasm-opt did not say what it has renamed")?;
    follow(glue, &renamed)
}

/// The glue after the renaming. Anything in it that does not look as wasm-bindgen writes it is an error: the widget
/// would fail in the browser.
fn follow(glue: &str, renamed: &Renamed) -> Result<String> {
    let imports: HashMap<&str, &str> = renamed
        .imports
        .iter()
        .map(|(_, old, new)| (old.as_str(), new.as_str()))
        .collect();
    let exports: HashMap<&str, &str> = renamed
        .exports
        .iter()
        .map(|(old, new)| (old.as_str(), new.as_str()))
        .collect();
    let mut out = String::with_capacity(glue.len());
    let mut rest = glue;
    let mut imported = 0;
    while let Some(start) = rest.find(|letter: char| is_in_name(letter)) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|letter| !is_in_name(letter)).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let short = if out.ends_with("wasm.") && !out.ends_with("_wasm.") {
            let short = exports.get(name).copied();
            Some(short.with_context(|| format!("the glue uses {name}, which the Wasm does not export"))?)
        } else if behind.starts_with(": ") && imports.contains_key(name) {
            imported += 1;
            imports.get(name).copied()
        } else {
            None
        };
        out.push_str(short.unwrap_or(name));
        rest = behind;
    }
    out.push_str(rest);
    if imported != imports.len() {
        bail!(
            "the Wasm imports {} functions, the glue has {imported} of them",
            imports.len()
        );
    }
    for (module, ..) in &renamed.imports {
        out = out.replace(&format!("\"{module}\": "), &format!("\"{MODULE}\": "));
    }
    Ok(out)
}

fn is_in_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = r#"
const import0 = {
    __wbg_append_0a1b: function(arg0) { return append(arg0); },
};
return { "./widget_bg.js": import0 };
wasm.__wbindgen_malloc(1); wasm = instance.exports; wasm.mount(x);
"#;

    fn renamed() -> Renamed {
        Renamed {
            imports: vec![("./widget_bg.js".into(), "__wbg_append_0a1b".into(), "b".into())],
            exports: vec![
                ("__wbindgen_malloc".into(), "c".into()),
                ("mount".into(), "$d".into()),
            ],
        }
    }

    #[test]
    fn the_glue_follows_the_wasm() {
        let glue = follow(GLUE, &renamed()).unwrap();
        assert!(
            glue.contains("\n    b: function(arg0) { return append(arg0); },\n"),
            "{glue}"
        );
        assert!(glue.contains("return { \"a\": import0 };"), "{glue}");
        assert!(
            glue.contains("wasm.c(1); wasm = instance.exports; wasm.$d(x);"),
            "{glue}"
        );
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_not_a_widget_that_dies() {
        let mut without = renamed();
        without.exports.pop();
        assert!(follow(GLUE, &without).unwrap_err().to_string().contains("mount"));
        let mut more = renamed();
        more.imports
            .push(("./widget_bg.js".into(), "__wbg_gone_ff".into(), "e".into()));
        assert!(
            follow(GLUE, &more)
                .unwrap_err()
                .to_string()
                .contains("2 functions")
        );
    }
}
