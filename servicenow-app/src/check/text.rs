//! What no source may hold: secrets, console output, foreign `sys_id`s, characters that XML cannot carry; and markup
//! that is not well-formed.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::error::{Finding, Rule};
use crate::source::{ALLOWED_IDS, Source};
use crate::xml::invalid_character;

/// Beginnings that only credentials have, and how many characters of their alphabet must follow.
const CREDENTIALS: &[(&str, usize)] = &[
    ("whsec_", 16),
    ("eyJ", 24),
    ("AKIA", 16),
    ("xoxb-", 10),
    ("ghp_", 20),
    ("sk_live_", 10),
];

/// Names that a credential is assigned to.
const SECRET_NAMES: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "private_key",
];

/// A quoted text of base64 this long is taken for a key.
const LONG_TEXT: usize = 40;

pub fn check(source: &Source) -> Vec<Finding> {
    let allowed: Vec<&str> = source
        .allowed_ids
        .allowed
        .iter()
        .map(|allowed| allowed.sys_id.as_str())
        .collect();
    let mut findings = check_files(&source.files, &allowed);
    findings.extend(properties(source));
    findings.extend(reasons(source));
    findings
}

/// The same for any files, with the `sys_id`s that may stand in them.
pub fn check_files(files: &BTreeMap<String, String>, allowed: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in files {
        let mut refuse = |offset: usize, rule, message: String| {
            findings.push(Finding::at(file, text, offset, rule, message));
        };
        for (offset, message) in secrets(text) {
            refuse(offset, Rule::Secret, message);
        }
        if file != ALLOWED_IDS {
            for (offset, id) in hex_ids(text).into_iter().filter(|(_, id)| !allowed.contains(id)) {
                let message = format!("the sys_id {id} is hard-coded; only those in {ALLOWED_IDS} may be");
                refuse(offset, Rule::SysId, message);
            }
        }
        if let Some(offset) = invalid_character(text) {
            refuse(
                offset,
                Rule::Syntax,
                "a character that XML cannot carry".to_owned(),
            );
        }
        if is(file, "js") || is(file, "html") {
            for (offset, _) in text.match_indices("console.") {
                refuse(
                    offset,
                    Rule::Console,
                    "console output; use the app's log".to_owned(),
                );
            }
        }
        if (is(file, "xml") || is(file, "html"))
            && let Err((offset, message)) = well_formed(text)
        {
            refuse(offset, Rule::Syntax, format!("not well-formed: {message}"));
        }
    }
    findings
}

fn is(file: &str, ending: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, found)| found == ending)
}

/// A secret property is shipped empty.
fn properties(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for page in &source.properties {
        let text = source.files.get(&page.file).map_or("", String::as_str);
        for property in page
            .properties
            .iter()
            .filter(|property| property.kind == "password2")
        {
            if !property.value.is_empty() {
                let message = format!("{} is a secret and must be shipped empty", property.name);
                findings.push(Finding::where_it_says(
                    &page.file,
                    text,
                    &property.name,
                    Rule::Secret,
                    message,
                ));
            }
        }
    }
    findings
}

fn reasons(source: &Source) -> Vec<Finding> {
    let text = source.files.get(ALLOWED_IDS).map_or("", String::as_str);
    let without = source
        .allowed_ids
        .allowed
        .iter()
        .filter(|allowed| allowed.reason.trim().is_empty());
    without
        .map(|id| {
            Finding::where_it_says(
                ALLOWED_IDS,
                text,
                &id.sys_id,
                Rule::SysId,
                "an allowed sys_id needs a reason",
            )
        })
        .collect()
}

fn secrets(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    if let Some(offset) = text
        .find("-----BEGIN ")
        .filter(|_| text.contains("PRIVATE KEY-----"))
    {
        found.push((offset, "a private key".to_owned()));
    }
    for (start, length) in CREDENTIALS {
        for (offset, _) in text.match_indices(start) {
            let rest = text.get(offset + start.len()..).unwrap_or_default();
            let follows = rest.chars().take_while(|c| is_key_character(*c)).count();
            if follows >= *length {
                found.push((offset, format!("what looks like a credential ({start}…)")));
            }
        }
    }
    for (offset, quoted) in quoted_texts(text) {
        let is_key = quoted.len() >= LONG_TEXT
            && quoted.chars().all(is_key_character)
            && [char::is_uppercase, char::is_lowercase, char::is_numeric]
                .iter()
                .all(|kind| quoted.contains(*kind));
        if is_key {
            found.push((offset, "a long text that looks like a key".to_owned()));
        }
        // What the platform fills in when it renders the page is no secret of the source.
        let is_filled_in = quoted.starts_with("$[") || quoted.starts_with("${");
        if quoted.len() >= 8 && !is_filled_in && assigned_to_secret(text.get(..offset).unwrap_or_default()) {
            found.push((
                offset,
                "a text is assigned to a name that stands for a secret".to_owned(),
            ));
        }
    }
    found
}

const fn is_key_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '+' | '/' | '=' | '-' | '_')
}

/// True if what stands before a quoted text is `secret =`, `"token":` or the like.
fn assigned_to_secret(before: &str) -> bool {
    let Some(name) = before.trim_end().strip_suffix(['=', ':']) else {
        return false;
    };
    let name = name.trim_end().trim_end_matches(['"', '\'']);
    let start = name
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .map_or(0, |offset| offset + 1);
    let name = name.get(start..).unwrap_or_default().to_ascii_lowercase();
    SECRET_NAMES.iter().any(|secret| name.ends_with(secret))
}

/// Texts in quotes, within one line.
fn quoted_texts(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let mut position = 0;
        while let Some(open) = line.get(position..).and_then(|rest| rest.find(['"', '\''])) {
            let open = position + open;
            let quote = line.get(open..=open).unwrap_or("\"");
            let Some(length) = line.get(open + 1..).and_then(|rest| rest.find(quote)) else {
                break;
            };
            found.push((
                line_start + open,
                line.get(open + 1..open + 1 + length).unwrap_or_default(),
            ));
            position = open + length + 2;
        }
        line_start += line.len();
    }
    found
}

/// Words of exactly 32 hexadecimal digits.
fn hex_ids(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    for (offset, word) in text
        .split_inclusive(|c: char| !c.is_ascii_alphanumeric())
        .map(|part| {
            let begin = start;
            start += part.len();
            (begin, part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()))
        })
        .collect::<Vec<_>>()
    {
        if word.len() == 32
            && word
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        {
            found.push((offset, word));
        }
    }
    found
}

/// Jelly is XML, so a page that is not well-formed would not be rendered at all.
fn well_formed(text: &str) -> Result<(), (usize, String)> {
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    loop {
        let event = reader.read_event();
        let offset = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        match event {
            Ok(Event::Start(start)) => {
                depth += 1;
                if let Some(Err(error)) = start.attributes().find(Result::is_err) {
                    return Err((offset, error.to_string()));
                }
            }
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) if depth == 0 => return Ok(()),
            Ok(Event::Eof) => return Err((offset, "an element is not closed".to_owned())),
            Ok(_) => {}
            Err(error) => return Err((offset.min(text.len()), error.to_string())),
        }
    }
}
