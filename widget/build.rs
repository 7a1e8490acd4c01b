//! Joins the design tokens and the style sheet of each component into the one sheet of the shadow root, without
//! comments and indentation: they are for us, and every byte of the field is sent to every ticket.

use std::path::Path;
use std::{env, fs, io};

/// In the order of the cascade.
const SHEETS: &[&str] = &[
    "../shared/style/tokens.css",
    "src/components/app/app.css",
    "src/components/icon/icon.css",
    "src/components/card/card.css",
    "src/components/dialog/dialog.css",
    "src/components/earlier/earlier.css",
];

fn main() -> io::Result<()> {
    let mut css = String::new();
    for sheet in SHEETS {
        println!("cargo::rerun-if-changed={sheet}");
        css.push_str(&squeeze(&fs::read_to_string(sheet)?));
    }
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("widget.css"), css)
}

/// Drops comments, folds white space into single spaces, and drops those where CSS never needs them. No string
/// in our sheets holds a comment or two spaces.
fn squeeze(css: &str) -> String {
    let mut bare = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, comment)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    let mut css = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    for sign in ["{", "}", ";", ","] {
        css = css
            .replace(&format!(" {sign}"), sign)
            .replace(&format!("{sign} "), sign);
    }
    css.replace(";}", "}").replace(": ", ":")
}
