//! An incremental parser for `text/event-stream` (HTML Living Standard, section 9.2.6).
//!
//! `EventSource` cannot send an `Authorization` header, so the stream is read with fetch and parsed here.

/// One dispatched event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its name; `message` when the stream gave none.
    pub event: String,
    /// Its data lines, joined by line feeds.
    pub data: String,
}

/// Takes the bytes as they come, cut anywhere, and gives the events that are complete.
#[derive(Debug, Default)]
pub struct Parser {
    /// The line that has not ended yet. Bytes, because a chunk may end inside a character.
    line: Vec<u8>,
    /// The last chunk ended with a carriage return: a line feed in front of the next one belongs to it.
    after_return: bool,
    /// The first line has been seen: only in front of it a byte order mark is skipped.
    started: bool,
    event: String,
    data: Option<String>,
    /// The current event has outgrown [`LONGEST_EVENT`] and is left out.
    overflown: bool,
}

/// An event longer than this is none of ours; it is skipped instead of filling the memory.
const LONGEST_EVENT: usize = 256 * 1024;

impl Parser {
    /// Adds a chunk and returns the events that it completed.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<Message> {
        let mut messages = Vec::new();
        for &byte in chunk {
            let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => messages.extend(self.end_line()),
                _ if self.line.len() >= LONGEST_EVENT => self.overflown = true,
                _ => self.line.push(byte),
            }
        }
        messages
    }

    fn end_line(&mut self) -> Option<Message> {
        let bytes = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&bytes);
        let line = if self.started {
            &*line
        } else {
            line.strip_prefix('\u{feff}').unwrap_or(&line)
        };
        self.started = true;
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event),
            "data" => match &mut self.data {
                Some(data) if data.len() + value.len() > LONGEST_EVENT => self.overflown = true,
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                none => *none = Some(value.to_owned()),
            },
            // `id` and `retry` are not used: a reconnection starts from the present state. An empty field
            // name is a comment, which keeps the connection alive.
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<Message> {
        let event = std::mem::take(&mut self.event);
        let data = self.data.take();
        let overflown = std::mem::take(&mut self.overflown);
        let data = data.filter(|_| !overflown)?;
        Some(Message {
            event: if event.is_empty() {
                "message".to_owned()
            } else {
                event
            },
            data,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(stream: &str) -> Vec<(String, String)> {
        Parser::default()
            .push(stream.as_bytes())
            .into_iter()
            .map(|m| (m.event, m.data))
            .collect()
    }

    fn pair(event: &str, data: &str) -> (String, String) {
        (event.to_owned(), data.to_owned())
    }

    #[test]
    fn a_named_event_is_dispatched_at_the_empty_line() {
        assert_eq!(
            parse("event: verification\ndata: {\"a\":1}\n\n"),
            [pair("verification", "{\"a\":1}")]
        );
        assert_eq!(parse("event: verification\ndata: {\"a\":1}\n"), []);
    }

    #[test]
    fn the_examples_of_the_standard_hold() {
        assert_eq!(
            parse("data: YHOO\ndata: +2\ndata: 10\n\n"),
            [pair("message", "YHOO\n+2\n10")]
        );
        assert_eq!(
            parse(
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
            ),
            [
                pair("message", "first event"),
                pair("message", "second event"),
                pair("message", " third event")
            ]
        );
        assert_eq!(
            parse("data\n\ndata\ndata\n\ndata:"),
            [pair("message", ""), pair("message", "\n")]
        );
        assert_eq!(
            parse("data:test\n\ndata: test\n\n"),
            [pair("message", "test"), pair("message", "test")]
        );
    }

    #[test]
    fn a_byte_order_mark_is_skipped_in_front_only() {
        assert_eq!(
            parse("\u{feff}data: a\n\n\u{feff}data: b\n\n"),
            [pair("message", "a")]
        );
    }

    #[test]
    fn comments_keep_the_connection_alive_and_say_nothing() {
        assert_eq!(parse(":\n\n: keep-alive\n\nevent: verification\n\n"), []);
    }

    #[test]
    fn an_event_name_does_not_leak_into_the_next_event() {
        assert_eq!(
            parse("event: a\ndata: 1\n\ndata: 2\n\n"),
            [pair("a", "1"), pair("message", "2")]
        );
    }

    #[test]
    fn a_character_cut_in_two_is_put_together() {
        let bytes = "data: m•••@gmail.com\n\n".as_bytes();
        let mut parser = Parser::default();
        let messages: Vec<_> = bytes.iter().flat_map(|byte| parser.push(&[*byte])).collect();
        assert_eq!(messages[0].data, "m•••@gmail.com");
    }

    #[test]
    fn an_endless_event_is_skipped_and_the_next_one_is_heard() {
        let mut parser = Parser::default();
        assert_eq!(parser.push(b"data: "), []);
        for _ in 0..300 {
            assert_eq!(parser.push(&[b'x'; 1024]), []);
        }
        assert!(parser.line.len() <= LONGEST_EVENT);
        assert_eq!(
            parser.push(b"\n\ndata: ok\n\n"),
            [Message {
                event: "message".into(),
                data: "ok".into()
            }]
        );
    }

    proptest! {
        #[test]
        fn cuts_and_line_endings_change_nothing(
            events in prop::collection::vec(("[a-z]{1,8}", "[^\r\n\u{feff}]{1,30}"), 1..6),
            ending in prop::sample::select(vec!["\n", "\r\n", "\r"]),
            cuts in prop::collection::vec(1usize..9, 1..40),
        ) {
            let lines = |(event, data): &(String, String)| {
                [&format!("event:{event}"), ":hi", &format!("data: {data}"), "", ""].join(ending)
            };
            let stream: String = events.iter().map(lines).collect();
            let mut parser = Parser::default();
            let (mut rest, mut heard, mut cuts) = (stream.as_bytes(), Vec::new(), cuts.into_iter().cycle());
            while !rest.is_empty() {
                let (chunk, tail) = rest.split_at(cuts.next().unwrap().min(rest.len()));
                heard.extend(parser.push(chunk).into_iter().map(|m| (m.event, m.data)));
                rest = tail;
            }
            prop_assert_eq!(heard, events);
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            Parser::default().push(&bytes);
        }
    }
}
