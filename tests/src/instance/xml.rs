//! A small document tree: update sets and Jelly are both read with it.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// One node of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// An element with its attributes and content.
    Element(Element),
    /// Character data with entities already resolved.
    Text(String),
    /// A CDATA section, verbatim.
    CData(String),
}

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Qualified name, prefix included.
    pub name: String,
    /// Attributes in document order, values unescaped.
    pub attributes: Vec<(String, String)>,
    /// Content.
    pub children: Vec<Node>,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Child elements, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) | Node::CData(_) => None,
        })
    }

    /// The first child element with this name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    /// All character data directly inside this element.
    pub fn text(&self) -> String {
        self.children
            .iter()
            .map(|node| match node {
                Node::Text(text) | Node::CData(text) => text.as_str(),
                Node::Element(_) => "",
            })
            .collect()
    }

    /// Text of a child element; empty when it is absent.
    pub fn child_text(&self, name: &str) -> String {
        self.child(name).map(Element::text).unwrap_or_default()
    }
}

/// Parses a document with exactly one root element.
pub fn parse(source: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(source.trim_start_matches('\u{feff}'));
    let mut stack = vec![Element::default()];
    loop {
        let event = reader
            .read_event()
            .map_err(|error| format!("{error} at byte {}", reader.error_position()))?;
        match event {
            Event::Start(start) => stack.push(open(&start)?),
            Event::Empty(start) => push(&mut stack, Node::Element(open(&start)?)),
            Event::End(_) => {
                let Some(element) = stack.pop() else {
                    return Err("unexpected end tag".to_owned());
                };
                push(&mut stack, Node::Element(element));
            }
            Event::Text(text) => {
                let text = text.xml10_content();
                if text.contains("]]>") {
                    return Err(format!(
                        "\"]]>\" outside a CDATA section at byte {} (nested CDATA?)",
                        reader.buffer_position()
                    ));
                }
                push(&mut stack, Node::Text(text.into_owned()));
            }
            Event::CData(data) => push(&mut stack, Node::CData(data.xml10_content().into_owned())),
            Event::GeneralRef(entity) => {
                let text = match entity.resolve_char_ref().map_err(|error| error.to_string())? {
                    Some(character) => character.to_string(),
                    None => predefined(&entity)
                        .ok_or_else(|| format!("entity &{}; is not defined", entity.as_ref() as &str))?
                        .to_owned(),
                };
                push(&mut stack, Node::Text(text));
            }
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => break,
        }
    }
    finish(stack)
}

fn finish(mut stack: Vec<Element>) -> Result<Element, String> {
    if stack.len() != 1 {
        return Err(format!(
            "element <{}> is not closed",
            stack.last().map(|e| e.name.as_str()).unwrap_or_default()
        ));
    }
    let document = stack.pop().unwrap_or_default();
    let mut roots = document.children.into_iter().filter_map(|node| match node {
        Node::Element(element) => Some(Ok(element)),
        Node::Text(text) if text.trim().is_empty() => None,
        Node::Text(_) | Node::CData(_) => Some(Err("text outside the root element".to_owned())),
    });
    let root = roots.next().ok_or("the document is empty")??;
    match roots.next() {
        None => Ok(root),
        Some(_) => Err("more than one root element".to_owned()),
    }
}

fn predefined(entity: &str) -> Option<&'static str> {
    Some(match entity {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => return None,
    })
}

fn open(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element {
        name: start.name().as_ref().to_owned(),
        ..Element::default()
    };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| format!("<{}>: {error}", element.name))?;
        let raw: &str = attribute.value.as_ref();
        let value =
            quick_xml::escape::unescape(raw).map_err(|error| format!("<{}>: {error}", element.name))?;
        element
            .attributes
            .push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(element)
}

/// Appends, joining neighbouring texts so that `a &amp; b` is one node.
fn push(stack: &mut [Element], node: Node) {
    if let Some(parent) = stack.last_mut() {
        if let (Some(Node::Text(last)), Node::Text(more)) = (parent.children.last_mut(), &node) {
            last.push_str(more);
        } else {
            parent.children.push(node);
        }
    }
}

/// Escapes text for HTML content and quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_around_entities_is_one_node() {
        let root = parse("<a x='1 &lt; 2'>b &amp; &#99;<![CDATA[<d>]]></a>").unwrap();
        assert_eq!(root.attribute("x"), Some("1 < 2"));
        assert_eq!(
            root.children,
            vec![Node::Text("b & c".into()), Node::CData("<d>".into())]
        );
    }

    #[test]
    fn broken_documents_are_refused() {
        for source in [
            "",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a>&nbsp;</a>",
            "<a><![CDATA[x<![CDATA[y]]>]]></a>",
        ] {
            assert!(parse(source).is_err(), "{source}");
        }
    }
}
