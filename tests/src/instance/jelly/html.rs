//! A processed tree as HTML.

use crate::instance::xml::{Node, escape};

/// Elements without content, which HTML writes without an end tag.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
];

/// Writes nodes as HTML; CDATA nodes hold text that is already HTML or script.
pub fn serialize(nodes: &[Node]) -> String {
    let mut out = String::new();
    for node in nodes {
        write(node, &mut out);
    }
    out
}

fn write(node: &Node, out: &mut String) {
    match node {
        Node::Text(text) => out.push_str(&escape(text)),
        Node::CData(text) => out.push_str(text),
        Node::Element(element) => {
            out.push('<');
            out.push_str(&element.name);
            for (key, value) in &element.attributes {
                out.push(' ');
                out.push_str(key);
                out.push_str("=\"");
                out.push_str(&escape(value));
                out.push('"');
            }
            out.push('>');
            if VOID.contains(&element.name.to_ascii_lowercase().as_str()) {
                return;
            }
            for child in &element.children {
                write(child, out);
            }
            out.push_str("</");
            out.push_str(&element.name);
            out.push('>');
        }
    }
}
