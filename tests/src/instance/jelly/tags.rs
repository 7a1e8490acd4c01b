//! The tags of the `j` and `g` namespaces that are emulated; any other one is refused.

use serde_json::Value;

use super::expression::only_expression;
use super::{Place, Renderer};
use crate::instance::core::lock;
use crate::instance::error::InstanceError;
use crate::instance::xml::{self, Element, Node};

/// More rounds than this are an endless loop.
const MAX_ROUNDS: usize = 10_000;
/// Deeper macros call themselves.
const MAX_MACROS: u8 = 10;

impl Renderer<'_> {
    /// `j:` and `j2:` tags.
    pub(super) fn core_tag(
        &mut self,
        name: &str,
        element: &Element,
        place: Place,
        out: &mut Vec<Node>,
    ) -> Result<(), InstanceError> {
        match name {
            "jelly" => out.extend(self.nodes(&element.children, place)?),
            "set" => {
                let variable = required(self, element, "var")?;
                if let Some(value) = element.attribute("value") {
                    let script = self.script_of(value, place)?;
                    let default = element
                        .attribute("defaultValue")
                        .map(Value::from)
                        .unwrap_or_default();
                    self.assign(&variable, &format!("__or({script}, {default})"))?;
                } else {
                    let body = super::html::serialize(&self.nodes(&element.children, place)?);
                    self.assign(&variable, &Value::from(body).to_string())?;
                }
            }
            "set_if" => self.set_if(element, place)?,
            "if" => {
                if self.test(&required(self, element, "test")?, place)? {
                    out.extend(self.nodes(&element.children, place)?);
                }
            }
            "choose" => self.choose(element, place, out)?,
            "forEach" => self.for_each(element, place, out)?,
            "while" => {
                let test = required(self, element, "test")?;
                for _ in 0..MAX_ROUNDS {
                    if !self.test(&test, place)? {
                        return Ok(());
                    }
                    out.extend(self.nodes(&element.children, place)?);
                }
                return Err(self
                    .exec
                    .refuse(&format!("a <{}> without end in {}", element.name, self.file)));
            }
            _ => return Err(self.unknown(element)),
        }
        Ok(())
    }

    /// `g:` and `g2:` tags; an unknown one may be the name of a macro.
    pub(super) fn glide_tag(
        &mut self,
        name: &str,
        element: &Element,
        place: Place,
        out: &mut Vec<Node>,
    ) -> Result<(), InstanceError> {
        match name {
            "evaluate" => self.evaluate(element),
            "set_if" => self.set_if(element, place),
            "no_escape" => {
                out.extend(self.nodes(
                    &element.children,
                    Place {
                        escape: false,
                        ..place
                    },
                )?);
                Ok(())
            }
            "macro_invoke" => {
                let macro_name = required(self, element, "macro")?;
                self.macro_call(&macro_name, element, place, out)
            }
            other => self.macro_call(other, element, place, out),
        }
    }

    fn evaluate(&self, element: &Element) -> Result<(), InstanceError> {
        let flag = |name: &str| element.attribute(name) == Some("true");
        for (key, _) in &element.attributes {
            if !matches!(key.as_str(), "var" | "object" | "jelly" | "expression") {
                return Err(self.exec.refuse(&format!(
                    "attribute {key:?} of <{}> in {}",
                    element.name, self.file
                )));
            }
        }
        let source = element
            .attribute("expression")
            .map_or_else(|| element.text(), ToOwned::to_owned);
        let call = format!(
            "__evaluate({}, {}, {}, {})",
            Value::from(source),
            element.attribute("var").map(Value::from).unwrap_or_default(),
            flag("object"),
            flag("jelly")
        );
        self.engine.run(&call, &self.file).map(|_| ())
    }

    fn set_if(&self, element: &Element, place: Place) -> Result<(), InstanceError> {
        let holds = self.test(&required(self, element, "test")?, place)?;
        let value = element
            .attribute(if holds { "true" } else { "false" })
            .unwrap_or_default();
        let script = self.script_of(value, place)?;
        self.assign(&required(self, element, "var")?, &script)
    }

    fn choose(&mut self, element: &Element, place: Place, out: &mut Vec<Node>) -> Result<(), InstanceError> {
        for branch in element.elements() {
            let taken = match branch.name.split_once(':').map_or("", |(_, name)| name) {
                "when" => self.test(&required(self, branch, "test")?, place)?,
                "otherwise" => true,
                _ => return Err(self.unknown(branch)),
            };
            if taken {
                out.extend(self.nodes(&branch.children, place)?);
                return Ok(());
            }
        }
        Ok(())
    }

    fn for_each(
        &mut self,
        element: &Element,
        place: Place,
        out: &mut Vec<Node>,
    ) -> Result<(), InstanceError> {
        let variable = required(self, element, "var")?;
        let items = self.script_of(&required(self, element, "items")?, place)?;
        let count = self.engine.eval(
            &format!("__loops.push({items}), (__loops[__loops.length - 1] || []).length"),
            &self.file,
        )?;
        let count = count
            .as_u64()
            .and_then(|count| usize::try_from(count).ok())
            .unwrap_or(0);
        if count > MAX_ROUNDS {
            return Err(self.exec.refuse(&format!(
                "a <{}> over {count} items in {}",
                element.name, self.file
            )));
        }
        for index in 0..count {
            self.assign(&variable, &format!("__loops[__loops.length - 1][{index}]"))?;
            if let Some(name) = element.attribute("indexVar") {
                self.assign(name, &index.to_string())?;
            }
            out.extend(self.nodes(&element.children, place)?);
        }
        self.engine.run("__loops.pop()", &self.file)?;
        Ok(())
    }

    fn macro_call(
        &mut self,
        name: &str,
        element: &Element,
        place: Place,
        out: &mut Vec<Node>,
    ) -> Result<(), InstanceError> {
        let found = {
            let store = lock(&self.exec.core.store);
            let by_scope = store.first("sys_ui_macro", "scoped_name", name);
            by_scope
                .or_else(|| store.first("sys_ui_macro", "name", name))
                .map(|row| row.get("xml").to_owned())
        };
        let Some(source) = found else {
            return Err(self.unknown(element));
        };
        if self.macros >= MAX_MACROS {
            return Err(self
                .exec
                .refuse(&format!("macros nested {MAX_MACROS} deep at {name}")));
        }
        for (key, value) in element.attributes.iter().filter(|(key, _)| key != "macro") {
            let script = self.script_of(value, place)?;
            self.assign(&format!("jvar_{key}"), &script)?;
        }
        let root = xml::parse(source.trim_start()).map_err(|error| InstanceError::Script {
            file: format!("sys_ui_macro {name}"),
            message: error,
        })?;
        let outer = std::mem::replace(&mut self.file, format!("sys_ui_macro {name}"));
        self.macros += 1;
        let nodes = self.nodes(&[Node::Element(root)], place);
        self.macros -= 1;
        self.file = outer;
        out.extend(nodes?);
        Ok(())
    }

    /// A script that yields the value of an attribute: the thing itself for a single expression, else text.
    fn script_of(&self, text: &str, place: Place) -> Result<String, InstanceError> {
        match only_expression(text, place.phase).map_err(|error| self.broken(&error))? {
            Some(script) => Ok(format!(
                "(function () {{ with (__jelly) {{ return ({script}\n); }} }})()"
            )),
            None => Ok(Value::from(self.attribute(text, place)?).to_string()),
        }
    }

    fn test(&self, text: &str, place: Place) -> Result<bool, InstanceError> {
        let script = self.script_of(text, place)?;
        Ok(self.engine.eval(&format!("__truth({script})"), &self.file)? == Value::Bool(true))
    }

    fn assign(&self, variable: &str, script: &str) -> Result<(), InstanceError> {
        self.engine
            .run(&format!("__set({}, {script})", Value::from(variable)), &self.file)
            .map(|_| ())
    }

    fn unknown(&self, element: &Element) -> InstanceError {
        self.exec
            .refuse(&format!("Jelly tag <{}> in {}", element.name, self.file))
    }
}

fn required(renderer: &Renderer<'_>, element: &Element, name: &str) -> Result<String, InstanceError> {
    element
        .attribute(name)
        .map(ToOwned::to_owned)
        .ok_or_else(|| renderer.broken(&format!("<{}> has no attribute {name:?}", element.name)))
}
