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
    let css = prune(css);
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

/// Drops the tokens that no sheet of the field uses, until nothing more can be dropped: a token may be used only
/// by another one that is not used itself.
fn prune(mut css: String) -> String {
    loop {
        let kept: String = css
            .split_inclusive(['{', ';', '}'])
            .filter(|piece| is_used(piece, &css))
            .collect();
        if kept.len() == css.len() {
            return css;
        }
        css = kept;
    }
}

/// False for the definition of a token that nobody reads. The last declaration of a block, which ends with a
/// brace, is always kept.
fn is_used(piece: &str, css: &str) -> bool {
    match piece.split_once(':') {
        Some((name, _)) if name.starts_with("--") && piece.ends_with(';') => {
            css.contains(&format!("var({name})"))
        }
        _ => true,
    }
}
