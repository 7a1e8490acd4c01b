//! Just enough XML to write an update set exactly as the platform does.

/// An element with its attributes and content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Text(String),
    Script(String),
    Children(Vec<Element>),
}

impl Element {
    /// `<name/>`, to be given attributes or children.
    pub fn new(name: &str) -> Self {
        Self::of(name, Content::Text(String::new()))
    }

    /// `<name>value</name>`, or `<name/>` if the value is empty.
    pub fn text(name: &str, value: &str) -> Self {
        Self::of(name, Content::Text(value.to_owned()))
    }

    /// Text as the platform writes scripts and markup: in CDATA where that is possible.
    pub fn script(name: &str, value: &str) -> Self {
        Self::of(name, Content::Script(value.to_owned()))
    }

    fn of(name: &str, content: Content) -> Self {
        Self {
            name: name.to_owned(),
            attributes: Vec::new(),
            content,
        }
    }

    /// With one more attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.attributes.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With these children instead of text.
    #[must_use]
    pub fn holding(mut self, children: Vec<Self>) -> Self {
        self.content = Content::Children(children);
        self
    }

    /// The element's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(attribute, _)| attribute == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The elements inside, none if there is text.
    pub fn children(&self) -> &[Self] {
        match &self.content {
            Content::Children(children) => children,
            Content::Text(_) | Content::Script(_) => &[],
        }
    }

    /// The text inside, empty if there are elements.
    pub fn value(&self) -> &str {
        match &self.content {
            Content::Text(text) | Content::Script(text) => text,
            Content::Children(_) => "",
        }
    }

    /// Writes the element without any white space of its own.
    pub fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape_attribute(value, out);
            out.push('"');
        }
        if self.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        match &self.content {
            Content::Text(text) => escape(text, out),
            Content::Script(text) if text.contains("]]>") => escape(text, out),
            Content::Script(text) => {
                out.push_str("<![CDATA[");
                out.push_str(text);
                out.push_str("]]>");
            }
            Content::Children(children) => children.iter().for_each(|child| child.write(out)),
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }

    fn is_empty(&self) -> bool {
        match &self.content {
            Content::Text(text) | Content::Script(text) => text.is_empty(),
            Content::Children(children) => children.is_empty(),
        }
    }
}

/// Escapes text as platform exports do: quotes stay, a carriage return survives the parser's normalisation.
pub fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            other => out.push(other),
        }
    }
}

fn escape_attribute(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            other => escape(other.encode_utf8(&mut [0; 4]), out),
        }
    }
}

/// Position of the first character that XML 1.0 cannot hold in any form.
pub fn invalid_character(text: &str) -> Option<usize> {
    text.char_indices()
        .find(|(_, character)| {
            matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
        })
        .map(|(offset, _)| offset)
}
