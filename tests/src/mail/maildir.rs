//! Reads the Maildir that the mail server delivers into.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mail_parser::{MessageParser, PartType};

use super::MailError;

/// How often the folder is looked at. Delivery takes some milliseconds, so this is what a test waits.
const POLL: Duration = Duration::from_millis(20);

/// One received message. Cheap to keep: everything is decoded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The name of its file: unique, and in order of arrival when sorted.
    pub id: String,
    /// Sender's address as the `From` header has it.
    pub from: String,
    /// The recipient of the envelope, which is where it was delivered, whatever `To` says.
    pub to: String,
    /// Decoded subject.
    pub subject: String,
    /// The `Date` header in RFC 3339, empty if there is none.
    pub date: String,
    /// The plain text part, empty if there is none.
    pub text: String,
    /// The HTML part, empty if there is none.
    pub html: String,
    /// All headers, in order, undecoded.
    pub headers: Vec<(String, String)>,
}

impl Message {
    fn parse(id: String, raw: &[u8]) -> Option<Self> {
        let parsed = MessageParser::default().parse(raw)?;
        let address = |list: Option<&mail_parser::Address<'_>>| {
            list.and_then(mail_parser::Address::first)
                .and_then(|entry| entry.address.as_deref())
                .unwrap_or_default()
                .to_owned()
        };
        let mut text = String::new();
        let mut html = String::new();
        // `body_html` would make HTML of a text that has none; here it matters which parts were really sent.
        for part in &parsed.parts {
            match &part.body {
                PartType::Text(body) if text.is_empty() => text = body.to_string(),
                PartType::Html(body) if html.is_empty() => html = body.to_string(),
                _ => {}
            }
        }
        let headers: Vec<(String, String)> = parsed
            .headers_raw()
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        let envelope = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("Envelope-to"))
            .map(|(_, value)| value.clone());
        Some(Self {
            id,
            from: address(parsed.from()),
            to: envelope.unwrap_or_else(|| address(parsed.to())),
            subject: parsed.subject().unwrap_or_default().to_owned(),
            date: parsed
                .date()
                .map(mail_parser::DateTime::to_rfc3339)
                .unwrap_or_default(),
            text,
            html,
            headers,
        })
    }

    /// The first header of that name, case-insensitive.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Web addresses in the text part, in order, each once.
    pub fn text_links(&self) -> Vec<String> {
        let mut links = Vec::new();
        let mut rest = self.text.as_str();
        while let Some(start) = find_scheme(rest) {
            let tail = &rest[start..];
            let end = tail
                .find(|c: char| c.is_whitespace() || "<>\"".contains(c))
                .unwrap_or(tail.len());
            // A full stop or a bracket after the address belongs to the sentence.
            push_once(
                &mut links,
                tail[..end].trim_end_matches(['.', ',', ')', ';', '!']).to_owned(),
            );
            rest = &tail[end..];
        }
        links
    }

    /// Web addresses that the HTML part links to, in order, each once.
    pub fn html_links(&self) -> Vec<String> {
        let mut links = Vec::new();
        for piece in self.html.split("href=\"").skip(1) {
            if let Some((target, _)) = piece.split_once('"')
                && find_scheme(target) == Some(0)
            {
                push_once(
                    &mut links,
                    target
                        .replace("&amp;", "&")
                        .replace("&#x2f;", "/")
                        .replace("&#38;", "&"),
                );
            }
        }
        links
    }

    /// Web addresses of both parts, each once.
    pub fn links(&self) -> Vec<String> {
        let mut links = self.text_links();
        for link in self.html_links() {
            push_once(&mut links, link);
        }
        links
    }

    /// The first run of exactly `digits` digits in the text part: a code to type.
    pub fn code(&self, digits: usize) -> Option<&str> {
        self.text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .find(|word| word.len() == digits && word.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

fn find_scheme(text: &str) -> Option<usize> {
    [text.find("https://"), text.find("http://")]
        .into_iter()
        .flatten()
        .min()
}

fn push_once(links: &mut Vec<String>, link: String) {
    if !links.contains(&link) {
        links.push(link);
    }
}

/// Everything that the mail server has received, for all recipients.
#[derive(Clone, Debug)]
pub struct Mailbox {
    folder: PathBuf,
}

impl Mailbox {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// All messages, the oldest first.
    pub fn messages(&self) -> Result<Vec<Message>, MailError> {
        let mut files: Vec<(std::time::SystemTime, String)> = Vec::new();
        for sub in ["new", "cur"] {
            // Exim makes the folders at the first delivery.
            let Ok(entries) = fs::read_dir(self.folder.join(sub)) else {
                continue;
            };
            for entry in entries {
                let entry = entry.map_err(MailError::io("could not read the mailbox"))?;
                let changed = entry
                    .metadata()
                    .and_then(|metadata| metadata.modified())
                    .map_err(MailError::io("could not read the mailbox"))?;
                if let Ok(name) = entry.file_name().into_string() {
                    files.push((changed, name));
                }
            }
        }
        files.sort();
        Ok(files
            .into_iter()
            .filter_map(|(_, name)| self.read(&name))
            .collect())
    }

    /// The message with that id.
    pub fn message(&self, id: &str) -> Option<Message> {
        // The id comes from a web address in the inbox page: it must stay inside the folder.
        let is_name = !id.is_empty() && !id.starts_with('.') && !id.contains(['/', '\\', '\0']);
        if is_name { self.read(id) } else { None }
    }

    fn read(&self, name: &str) -> Option<Message> {
        let read = |sub: &str| fs::read(Path::new(&self.folder).join(sub).join(name)).ok();
        let raw = read("new").or_else(|| read("cur"))?;
        Message::parse(name.to_owned(), &raw)
    }

    /// Messages to one recipient, the oldest first.
    pub fn messages_to(&self, recipient: &str) -> Result<Vec<Message>, MailError> {
        let mut messages = self.messages()?;
        messages.retain(|message| message.to.eq_ignore_ascii_case(recipient));
        Ok(messages)
    }

    /// Waits for a message to `recipient` that `wanted` accepts; the newest one, if there are several.
    pub async fn wait_for(
        &self,
        recipient: &str,
        wanted: impl Fn(&Message) -> bool,
        within: Duration,
    ) -> Result<Message, MailError> {
        let search = async {
            loop {
                if let Some(found) = self.messages_to(recipient)?.into_iter().rev().find(&wanted) {
                    return Ok(found);
                }
                tokio::time::sleep(POLL).await;
            }
        };
        match tokio::time::timeout(within, search).await {
            Ok(found) => found,
            Err(_) => Err(MailError::NoSuchMail {
                recipient: recipient.to_owned(),
                seconds: within.as_secs(),
                held: self
                    .messages()?
                    .iter()
                    .map(|message| format!("{} ← {:?}", message.to, message.subject))
                    .collect::<Vec<_>>()
                    .join("; "),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH_PARTS: &str = "Envelope-to: Marta@Example.net\r\nFrom: Acme <no-reply@acme.example>\r\n\
        To: undisclosed\r\nSubject: =?utf-8?q?Pr=C3=BCfung?=\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
        Your code is 482913, not 12 or 4829134. Open http://localhost:1/v/abc?x=1&y=2.\r\n--b\r\n\
        Content-Type: text/html; charset=utf-8\r\n\r\n\
        <a href=\"http://localhost:1/v/abc?x=1&amp;y=2\">Open</a><a href=\"mailto:x@y.example\">x</a>\r\n--b--\r\n";

    #[test]
    fn a_message_of_two_parts_is_read_whole() {
        let message = Message::parse("1".to_owned(), BOTH_PARTS.as_bytes()).unwrap();
        assert_eq!(message.to, "Marta@Example.net");
        assert_eq!(message.from, "no-reply@acme.example");
        assert_eq!(message.subject, "Prüfung");
        assert_eq!(message.text_links(), ["http://localhost:1/v/abc?x=1&y=2"]);
        assert_eq!(message.html_links(), message.text_links());
        assert_eq!(message.links().len(), 1);
        assert_eq!(message.code(6), Some("482913"));
        assert_eq!(message.header("mime-version"), Some("1.0"));
    }

    #[test]
    fn an_html_part_is_not_invented() {
        let message = Message::parse("1".to_owned(), b"Subject: x\r\n\r\nonly text\r\n").unwrap();
        assert_eq!(message.text.trim(), "only text");
        assert_eq!(message.html, "");
    }

    #[test]
    fn an_id_never_leaves_the_folder() {
        let mailbox = Mailbox::new(PathBuf::from("/"));
        for id in ["", ".", "..", "../etc/passwd", "a/b", "a\\b"] {
            assert!(mailbox.message(id).is_none(), "{id}");
        }
    }
}
