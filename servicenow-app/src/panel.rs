//! The ES module with the widget inside: glue, bootstrap, and the Wasm as base64 of gzip.
//!
//! The platform serves no `application/wasm`, so the Wasm travels as text. It is compressed first: the text is then
//! half as long, and `DecompressionStream` undoes it without any code of ours.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder};

use crate::error::PackError;
use crate::xml::invalid_character;

/// What the platform's own bundles begin with.
pub const MARKER: &str = "/*__ESM_BODY_START__*/";

/// The text in `panel.entry.js` that the Wasm takes the place of.
pub const PLACEHOLDER: &str = "__IMPER_WASM_GZIP_BASE64__";

/// The longest content that the platform keeps inline.
const MAX_BYTES: usize = 4_194_304;

/// Builds the ES module. `glue_js` is `app/sys_ux_lib_asset/panel.entry.js` bundled with the wasm-bindgen glue
/// (`--target web`) by esbuild, minified, format esm, with `--supported:template-literal=false`; `wasm` is the
/// optimised module.
///
/// # Errors
/// [`PackError::Panel`] if the glue has no place for the Wasm, or if the platform could not serve the module unchanged.
pub fn panel_module(glue_js: &str, wasm: &[u8]) -> Result<String, PackError> {
    if !wasm.starts_with(b"\0asm") {
        return Err(fault("what should be the Wasm does not begin like Wasm"));
    }
    if glue_js.matches(PLACEHOLDER).count() != 1 {
        return Err(fault(format!(
            "the glue must hold the text {PLACEHOLDER} exactly once"
        )));
    }
    let glue = without_jelly(glue_js.trim_end())?;
    let body = glue.replace(PLACEHOLDER, &STANDARD.encode(gzip(wasm)?));
    let module = format!("{MARKER}{body}\n");
    check_module(&module)?;
    Ok(module)
}

/// Refuses a module that the platform would change or that XML cannot carry.
pub fn check_module(module: &str) -> Result<(), PackError> {
    if !module.starts_with(MARKER) {
        return Err(fault(format!("it must begin with {MARKER}")));
    }
    if module.contains(PLACEHOLDER) {
        return Err(fault("the Wasm was not put in"));
    }
    for (forbidden, why) in [
        (
            "${",
            "the platform may replace it; let esbuild write template literals as concatenation",
        ),
        ("$[", "the platform may replace it"),
        ("]]>", "it would end a CDATA section"),
        ("<![CDATA[", "the platform refuses it in inline content"),
    ] {
        if let Some(offset) = module.find(forbidden) {
            let around = excerpt(module, offset);
            return Err(fault(format!("it holds {forbidden} ({why}): … {around} …")));
        }
    }
    if let Some(offset) = invalid_character(module) {
        return Err(fault(format!(
            "it holds a character that XML cannot carry, at byte {offset}"
        )));
    }
    if module.len() > MAX_BYTES {
        return Err(fault(format!(
            "it has {} bytes, and the platform keeps at most {MAX_BYTES} inline",
            module.len()
        )));
    }
    Ok(())
}

/// Without a file name and with time 0, so that equal Wasm gives equal bytes.
fn gzip(wasm: &[u8]) -> Result<Vec<u8>, PackError> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    encoder
        .write_all(wasm)
        .and_then(|()| encoder.finish())
        .map_err(|error| fault(format!("the Wasm could not be compressed: {error}")))
}

/// Minifiers may call a variable `$`, and `$[` would be an expression to the platform: outside of quotes a space
/// between them changes nothing for JavaScript.
fn without_jelly(glue: &str) -> Result<String, PackError> {
    let mut text = String::with_capacity(glue.len());
    let mut quote: Option<char> = None;
    let mut characters = glue.chars().peekable();
    while let Some(character) = characters.next() {
        text.push(character);
        match (quote, character) {
            (Some(_), '\\') => text.extend(characters.next()),
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(character),
            (None, '$') if characters.peek() == Some(&'[') => text.push(' '),
            (Some(_), '$') if characters.peek() == Some(&'[') => {
                return Err(fault(
                    "the glue holds $[ inside a text, which the platform may replace",
                ));
            }
            _ => {}
        }
    }
    Ok(text)
}

fn excerpt(text: &str, offset: usize) -> String {
    text.get(offset..).unwrap_or_default().chars().take(40).collect()
}

fn fault(message: impl Into<String>) -> PackError {
    PackError::Panel(message.into())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    const GLUE: &str = "const a='__IMPER_WASM_GZIP_BASE64__';b(a);\n";
    const WASM: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn the_module_begins_with_the_marker_and_holds_the_compressed_wasm() {
        let module = panel_module(GLUE, WASM).unwrap();
        assert!(module.starts_with("/*__ESM_BODY_START__*/const a='H4sI"));
        let base64 = module.split('\'').nth(1).unwrap();
        let mut unzipped = Vec::new();
        flate2::read::GzDecoder::new(STANDARD.decode(base64).unwrap().as_slice())
            .read_to_end(&mut unzipped)
            .unwrap();
        assert_eq!(unzipped, WASM);
        assert_eq!(module, panel_module(GLUE, WASM).unwrap());
    }

    #[test]
    fn a_variable_named_dollar_is_kept_apart_from_its_bracket() {
        let module = panel_module(&format!("{GLUE}let c=$[0],d='\\'',e=$[1]"), WASM).unwrap();
        assert!(module.contains("let c=$ [0],d='\\'',e=$ [1]"));
    }

    #[test]
    fn what_the_platform_would_change_is_refused() {
        for bad in ["`${x}`", "'$[x]'", "a[b[0]]>1", "'<![CDATA['", "'\u{1}'"] {
            let error = panel_module(&format!("{GLUE}{bad}"), WASM).unwrap_err();
            assert!(matches!(error, PackError::Panel(_)), "{bad}");
        }
    }

    #[test]
    fn glue_without_a_place_for_the_wasm_is_refused() {
        assert!(panel_module("b()", WASM).is_err());
        assert!(panel_module(&format!("{GLUE}{GLUE}"), WASM).is_err());
        assert!(panel_module(GLUE, b"<html>").is_err());
        assert!(check_module("b()").is_err());
        assert!(check_module(&format!("{MARKER}{GLUE}")).is_err());
    }
}
