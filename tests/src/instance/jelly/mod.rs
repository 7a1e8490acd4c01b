//! Jelly: the two-phase XML templates of UI pages, macros and formatters.
//!
//! Phase 1 handles the `j:` and `g:` tags and `${…}`, phase 2 the `j2:` and `g2:` tags and `$[…]` of what is left.

mod expression;
mod html;
mod tags;

use crate::instance::core::Exec;
use crate::instance::error::InstanceError;
use crate::instance::script::Engine;
use crate::instance::store::Values;
use crate::instance::xml::{self, Element, Node};

use self::expression::{Phase, Piece, split};

/// Renders a template in an engine that already holds its variables.
pub fn render(exec: &Exec, engine: &Engine, source: &str, file: &str) -> Result<String, InstanceError> {
    let root = xml::parse(source.trim_start()).map_err(|error| InstanceError::Script {
        file: file.to_owned(),
        message: format!("not well-formed: {error}"),
    })?;
    let mut renderer = Renderer {
        exec,
        engine,
        file: file.to_owned(),
        macros: 0,
    };
    let place = Place {
        phase: Phase::One,
        script: false,
        escape: true,
    };
    let first = renderer.nodes(&[Node::Element(root)], place)?;
    let second = renderer.nodes(
        &first,
        Place {
            phase: Phase::Two,
            ..place
        },
    )?;
    Ok(html::serialize(&second))
}

/// Sets up an engine for a page: request parameters as variables, `RP`, and `current` on forms.
pub fn page_engine(
    exec: &Exec,
    parameters: &Values,
    preferences: Option<&Values>,
    record: Option<(&str, &Values, bool)>,
) -> Result<Engine, InstanceError> {
    let engine = match record {
        Some((table, values, fresh)) => {
            let mode = if fresh { "display insert" } else { "display" };
            crate::instance::script::rule_engine(exec, table, Some(values), None, mode)?
        }
        None => Engine::new(exec)?,
    };
    let parameters = serde_json::to_string(parameters).unwrap_or_default();
    let preferences = serde_json::to_string(&preferences).unwrap_or_default();
    engine.eval(&format!("__bindPage({parameters}, {preferences})"), "page")?;
    Ok(engine)
}

/// Where in a document, and in which pass, the renderer is.
#[derive(Clone, Copy)]
struct Place {
    phase: Phase,
    /// Inside `<script>` or `<style>`: text goes out as it is.
    script: bool,
    /// Results of expressions are escaped; off inside `g:no_escape`.
    escape: bool,
}

struct Renderer<'a> {
    exec: &'a Exec,
    engine: &'a Engine,
    file: String,
    /// How many macros deep, against endless ones.
    macros: u8,
}

/// In processed trees a CDATA node is text that goes out verbatim.
fn raw(text: String) -> Node {
    Node::CData(text)
}

impl Renderer<'_> {
    fn nodes(&mut self, nodes: &[Node], place: Place) -> Result<Vec<Node>, InstanceError> {
        let mut out = Vec::new();
        for node in nodes {
            match node {
                Node::Element(element) => self.element(element, place, &mut out)?,
                Node::Text(text) => self.text(text, place, false, &mut out)?,
                Node::CData(text) => self.text(text, place, place.phase == Phase::Two, &mut out)?,
            }
        }
        Ok(out)
    }

    fn element(&mut self, element: &Element, place: Place, out: &mut Vec<Node>) -> Result<(), InstanceError> {
        let (prefix, name) = element
            .name
            .split_once(':')
            .unwrap_or(("", element.name.as_str()));
        match (prefix, place.phase) {
            ("j", Phase::One) | ("j2", Phase::Two) => return self.core_tag(name, element, place, out),
            ("g", Phase::One) | ("g2", Phase::Two) => return self.glide_tag(name, element, place, out),
            ("j" | "g", Phase::Two) => {
                return Err(self
                    .exec
                    .refuse(&format!("<{}> in phase 2 of {}", element.name, self.file)));
            }
            ("", _) | ("j2" | "g2", Phase::One) => {}
            (other, _) => {
                return Err(self
                    .exec
                    .refuse(&format!("namespace {other:?} in Jelly of {}", self.file)));
            }
        }
        let mut copy = Element {
            name: element.name.clone(),
            ..Element::default()
        };
        for (key, value) in &element.attributes {
            if !key.starts_with("xmlns") {
                copy.attributes.push((key.clone(), self.attribute(value, place)?));
            }
        }
        let script = matches!(element.name.to_ascii_lowercase().as_str(), "script" | "style");
        copy.children = self.nodes(
            &element.children,
            Place {
                script: place.script || script,
                ..place
            },
        )?;
        out.push(Node::Element(copy));
        Ok(())
    }

    fn text(
        &self,
        text: &str,
        place: Place,
        verbatim: bool,
        out: &mut Vec<Node>,
    ) -> Result<(), InstanceError> {
        for piece in split(text, place.phase).map_err(|error| self.broken(&error))? {
            match piece {
                Piece::Literal(text) if verbatim || place.script => out.push(raw(text)),
                Piece::Literal(text) => out.push(Node::Text(text)),
                Piece::Entity(text) => out.push(raw(text.to_owned())),
                Piece::Expression { script, modifiers } => {
                    let value = self.value(&script)?;
                    out.push(self.placed(value, &modifiers, place)?);
                }
            }
        }
        Ok(())
    }

    /// Escapes the value of an expression for where it stands.
    fn placed(&self, value: String, modifiers: &[String], place: Place) -> Result<Node, InstanceError> {
        let mut value = value;
        let mut done = false;
        for modifier in modifiers {
            match modifier.as_str() {
                "JS" => {
                    value = self.engine_text(&format!("__escape.JS({})", serde_json::Value::from(value)))?;
                    done = done || place.script;
                }
                "HTML" => {
                    value = xml::escape(&value);
                    done = true;
                }
                other => {
                    return Err(self
                        .exec
                        .refuse(&format!("Jelly modifier {other:?} in {}", self.file)));
                }
            }
        }
        Ok(if done || !place.escape {
            raw(value)
        } else if place.script {
            raw(xml::escape(&value))
        } else {
            Node::Text(value)
        })
    }

    /// The text of an attribute with its expressions evaluated; the serializer escapes it.
    fn attribute(&self, text: &str, place: Place) -> Result<String, InstanceError> {
        let mut out = String::new();
        for piece in split(text, place.phase).map_err(|error| self.broken(&error))? {
            match piece {
                Piece::Literal(text) => out.push_str(&text),
                Piece::Entity(text) => out.push_str(if text == "&nbsp;" { "\u{a0}" } else { text }),
                Piece::Expression { script, modifiers } => {
                    let mut value = self.value(&script)?;
                    if modifiers.iter().any(|modifier| modifier == "JS") {
                        value =
                            self.engine_text(&format!("__escape.JS({})", serde_json::Value::from(value)))?;
                    }
                    out.push_str(&value);
                }
            }
        }
        Ok(out)
    }

    fn value(&self, script: &str) -> Result<String, InstanceError> {
        self.engine_text(&format!(
            "__text((function () {{ with (__jelly) {{ return ({script}\n); }} }})())"
        ))
    }

    fn engine_text(&self, script: &str) -> Result<String, InstanceError> {
        let value = self.engine.eval(script, &self.file)?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    fn broken(&self, error: &str) -> InstanceError {
        InstanceError::Script {
            file: self.file.clone(),
            message: error.to_owned(),
        }
    }
}
