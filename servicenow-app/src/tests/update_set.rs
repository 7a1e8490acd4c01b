//! The file as a whole: envelope, rows, encoding, reproducibility.

use std::collections::BTreeSet;

use super::{packed, panel};
use crate::xml::Element;
use crate::{PackError, pack};

/// An element of a parsed document.
#[derive(Debug, Default)]
pub struct Node {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Self>,
}

impl Node {
    pub fn child(&self, name: &str) -> &Self {
        self.children
            .iter()
            .find(|child| child.name == name)
            .unwrap_or_else(|| panic!("no <{name}> in <{}>", self.name))
    }

    pub fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(attribute, _)| attribute == name);
        found.map_or_else(
            || panic!("no attribute {name} on <{}>", self.name),
            |(_, value)| value,
        )
    }
}

/// Parses a document with quick-xml, which knows nothing of how it was written.
pub fn parse(xml: &str) -> Node {
    use quick_xml::escape::resolve_xml_entity;
    use quick_xml::events::Event;

    let mut reader = quick_xml::Reader::from_str(xml);
    let mut open = vec![Node::default()];
    let node = |start: &quick_xml::events::BytesStart<'_>| Node {
        name: start.name().as_ref().to_owned(),
        attributes: start
            .attributes()
            .map(|attribute| {
                let attribute = attribute.unwrap();
                let value = quick_xml::escape::unescape(&attribute.value).unwrap();
                (attribute.key.as_ref().to_owned(), value.into_owned())
            })
            .collect(),
        ..Node::default()
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => open.push(node(&start)),
            Event::Empty(start) => open.last_mut().unwrap().children.push(node(&start)),
            Event::End(_) => {
                let done = open.pop().unwrap();
                open.last_mut().unwrap().children.push(done);
            }
            Event::Text(text) => open.last_mut().unwrap().text.push_str(&text.xml10_content()),
            Event::CData(text) => open.last_mut().unwrap().text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref().unwrap() {
                    Some(character) => character.to_string(),
                    None => resolve_xml_entity(&reference.xml10_content()).unwrap().to_owned(),
                };
                open.last_mut().unwrap().text.push_str(&resolved);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open.len(), 1, "every element is closed");
    open.pop().unwrap().children.pop().unwrap()
}

/// The rows of the packed app with their payloads parsed.
pub fn rows() -> Vec<(Node, Node)> {
    let unload = parse(&packed().xml);
    let rows = unload
        .children
        .into_iter()
        .filter(|child| child.name == "sys_update_xml");
    rows.map(|row| {
        let payload = parse(&row.child("payload").text);
        (row, payload)
    })
    .collect()
}

#[test]
fn two_packs_are_equal_to_the_byte() {
    assert_eq!(packed(), packed());
}

#[test]
fn the_envelope_is_one_loaded_set_of_the_app() {
    let set = packed();
    assert!(
        set.xml.starts_with(
            r#"<?xml version="1.0" encoding="UTF-8"?><unload unload_date="2026-01-01 00:00:00">"#
        )
    );
    let unload = parse(&set.xml);
    assert_eq!(unload.name, "unload");
    let sets: Vec<_> = unload
        .children
        .iter()
        .filter(|child| child.name == "sys_remote_update_set")
        .collect();
    assert_eq!(sets.len(), 1);
    assert_eq!(sets[0].child("application").text, set.app_sys_id);
    assert_eq!(sets[0].child("application_scope").text, "x_imper_verify");
    assert_eq!(sets[0].child("application_version").text, set.version);
    assert_eq!(sets[0].child("state").text, "loaded");
    assert_eq!(unload.children.len(), set.records + 1);
}

#[test]
fn every_row_belongs_to_the_set_and_has_a_name_of_its_own() {
    let unload = parse(&packed().xml);
    let set_id = unload.child("sys_remote_update_set").child("sys_id").text.clone();
    let mut names = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (row, payload) in rows() {
        assert_eq!(row.child("remote_update_set").text, set_id);
        assert_eq!(row.attribute("action"), "INSERT_OR_UPDATE");
        assert_eq!(row.child("category").text, "customer");
        assert!(row.child("payload_hash").text.parse::<i32>().is_ok());
        assert!(
            row.child("update_guid_history")
                .text
                .starts_with(&row.child("update_guid").text)
        );
        assert_eq!(payload.name, "record_update");
        assert!(names.insert(row.child("name").text.clone()));
        assert!(ids.insert(row.child("sys_id").text.clone()));
    }
    assert!(names.contains("sys_dictionary_x_imper_verify_policy_null"));
    assert!(names.contains("sys_dictionary_incident_x_imper_verify_outcome"));
    assert!(names.contains("sys_documentation_x_imper_verify_policy__en"));
    assert!(names.contains("sys_choice_incident_x_imper_verify_risk"));
}

/// The rule of all 1,621 platform rows that were read for it: `]]>` in the payload, and only that, makes it encoded.
#[test]
fn a_payload_is_cdata_unless_it_holds_some() {
    let xml = packed().xml;
    let mut forms = (0, 0);
    for (part, (_, payload)) in xml.split("<payload>").skip(1).zip(rows()) {
        let written = part.split("</payload>").next().unwrap();
        let plain = written
            .strip_prefix("<![CDATA[")
            .and_then(|text| text.strip_suffix("]]>"));
        if let Some(text) = plain {
            assert!(
                !text.contains("<![CDATA[") && !text.contains("]]>"),
                "nested CDATA"
            );
            forms.0 += 1;
        } else {
            assert!(
                written.starts_with("&lt;?xml") && written.contains("]]&gt;"),
                "{written}"
            );
            forms.1 += 1;
        }
        assert_eq!(payload.name, "record_update");
    }
    assert!(forms.0 > 100 && forms.1 >= 15, "{forms:?}");
}

#[test]
fn metadata_records_name_themselves_the_app_and_their_row() {
    let app = packed().app_sys_id;
    for (row, payload) in rows() {
        let name = row.child("name").text.clone();
        visit(&payload, &mut |node| {
            let fields: Vec<&str> = node.children.iter().map(|child| child.name.as_str()).collect();
            if !fields.contains(&"sys_id") {
                return;
            }
            let unique: BTreeSet<_> = fields.iter().collect();
            assert_eq!(unique.len(), fields.len(), "{name}: a field stands twice");
            assert!(fields.is_sorted(), "{name}: fields are in alphabetical order");
            assert_eq!(node.attribute("action"), "INSERT_OR_UPDATE");
            if fields.contains(&"sys_scope") {
                assert_eq!(node.child("sys_class_name").text, node.name);
                assert_eq!(node.child("sys_scope").text, app);
                assert_eq!(node.child("sys_package").text, app);
                assert_eq!(node.child("sys_package").attribute("source"), "x_imper_verify");
                assert_eq!(node.child("sys_update_name").text, name);
            }
        });
    }
}

fn visit(node: &Node, look: &mut impl FnMut(&Node)) {
    look(node);
    node.children.iter().for_each(|child| visit(child, look));
}

#[test]
fn any_text_survives_both_encodings() {
    let hostile = [
        "a & b < c > d \" ' \r\n\t",
        "]]>",
        "<![CDATA[x]]>",
        "&amp;&#13;&lt;",
        "\u{85}\u{2028}é漢🙂",
        "${x} $[y]",
        "",
        "  kept  ",
    ];
    for first in hostile {
        for second in hostile {
            let value = format!("{first}{second}");
            for element in [Element::text("f", &value), Element::script("f", &value)] {
                let mut inner = String::new();
                element.with("a", &value).write(&mut inner);
                let mut outer = String::new();
                Element::text("payload", &inner).write(&mut outer);
                let read = parse(&parse(&outer).text);
                // A script's line ends are normalised when its source is read, so none holds a carriage return.
                let kept = |text: &str| text.replace("\r\n", "\n");
                assert_eq!(kept(&read.text), kept(&value));
                assert_eq!(kept(read.attribute("a")), kept(&value));
            }
        }
    }
}

#[test]
fn a_folder_without_an_app_and_a_module_without_its_marker_are_refused() {
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(pack(empty.path(), &panel()), Err(PackError::Invalid(_))));
    assert!(matches!(
        pack(&empty.path().join("missing"), &panel()),
        Err(PackError::Io { .. })
    ));
    assert!(matches!(
        pack(&super::app_dir(), "export{}"),
        Err(PackError::Panel(_))
    ));
}
