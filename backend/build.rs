//! Makes one Rust function of each English message in `locales/en`, so that a misspelt key, a forgotten value and a
//! superfluous one do not compile.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, error, fs, io};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement, Resource};
use fluent_syntax::{parser, serializer};

const LOCALES: &str = "locales";

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed={LOCALES}");
    let manifest = env::var("CARGO_MANIFEST_DIR")?;
    let root = Path::new(&manifest).join(LOCALES);
    let mut code = String::from("impl Texts {\n");
    for file in names(&root.join("en"))? {
        let path = root.join("en").join(&file);
        let text = fs::read_to_string(&path)?;
        let resource =
            parser::parse(text.as_str()).map_err(|(_, errors)| format!("{}: {errors:?}", path.display()))?;
        for entry in &resource.body {
            if let Entry::Message(message) = entry {
                write_function(&mut code, message)?;
            }
        }
    }
    code.push_str("}\n\n/// The files of each language: its tag, and their texts.\n");
    code.push_str("pub(super) static FILES: &[(&str, &[&str])] = &[\n");
    for locale in names(&root)? {
        writeln!(code, "    ({locale:?}, &[")?;
        for file in names(&root.join(&locale))? {
            let path = format!("/{LOCALES}/{locale}/{file}");
            writeln!(
                code,
                "        include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?})),"
            )?;
        }
        code.push_str("    ]),\n");
    }
    code.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("texts.rs"), code)?;
    Ok(())
}

/// What a folder holds, in order.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn write_function(code: &mut String, message: &Message<&str>) -> Result<(), Box<dyn error::Error>> {
    let key = message.id.name;
    let pattern = message
        .value
        .as_ref()
        .ok_or_else(|| format!("{key} has no text"))?;
    let mut variables = Vec::new();
    in_pattern(pattern, &mut variables);
    variables.sort_unstable();
    variables.dedup();

    let alone = Resource {
        body: vec![Entry::Message(message.clone())],
    };
    code.push_str("    /// ```text\n");
    for line in serializer::serialize(&alone).lines() {
        writeln!(code, "    /// {line}")?;
    }
    code.push_str("    /// ```\n    #[must_use]\n");
    let name = key.replace('-', "_");
    let parameters: Vec<String> = variables
        .iter()
        .map(|variable| format!(", {variable}: impl Arg"))
        .collect();
    let parameters = parameters.concat();
    let arguments: Vec<String> = variables
        .iter()
        .map(|variable| format!("({variable:?}, &{variable})"))
        .collect();
    writeln!(code, "    pub fn {name}(self{parameters}) -> String {{")?;
    writeln!(
        code,
        "        self.text({key:?}, &[{}])\n    }}\n",
        arguments.join(", ")
    )?;
    Ok(())
}

fn in_pattern<'a>(pattern: &Pattern<&'a str>, found: &mut Vec<&'a str>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression<'a>(expression: &Expression<&'a str>, found: &mut Vec<&'a str>) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, found),
        Expression::Select { selector, variants } => {
            in_inline(selector, found);
            for variant in variants {
                in_pattern(&variant.value, found);
            }
        }
    }
}

fn in_inline<'a>(inline: &InlineExpression<&'a str>, found: &mut Vec<&'a str>) {
    match inline {
        InlineExpression::VariableReference { id } => found.push(id.name),
        InlineExpression::Placeable { expression } => in_expression(expression, found),
        _ => {}
    }
}
