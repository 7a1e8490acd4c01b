//! A mail server that misbehaves in ways that a real one cannot be told to: it says nothing at a moment of the test's
//! choice, or breaks the connection there. In what it does say it is strict (RFC 5321): order of commands, CRLF, line
//! lengths, and no letters beyond ASCII unless they were announced.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use mail_parser::MessageParser;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::MailError;

/// RFC 5321, section 4.5.3.1.6.
const LONGEST_LINE: usize = 1000;

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes everything.
    Accept,
    /// Accepts connections and says nothing.
    Silent,
    /// Takes the whole message and says nothing.
    HoldAfterData,
    /// Takes the whole message and breaks the connection.
    DropAfterData,
    /// Breaks the connection in the middle of the message.
    DropWithinData,
    /// Answers every command with this line and closes.
    Close(&'static str),
}

/// A message that it took, whether or not it said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Of the envelope.
    pub recipient: String,
    /// The header.
    pub message_id: String,
    /// The plain-text part.
    pub text: String,
}

#[derive(Debug)]
struct State {
    manner: Mutex<Manner>,
    received: Mutex<Vec<Received>>,
    /// What was said that breaks the rules.
    faults: Mutex<Vec<String>>,
    /// How many connections it keeps waiting.
    held: watch::Sender<usize>,
}

/// Serves until it is dropped.
#[derive(Debug)]
pub struct ScriptedServer {
    port: u16,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

impl ScriptedServer {
    /// Starts one on a free port.
    pub async fn start(manner: Manner) -> Result<Self, MailError> {
        Self::start_on(0, manner).await
    }

    /// The same on a port that is free; 0 takes any.
    pub async fn start_on(port: u16, manner: Manner) -> Result<Self, MailError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(MailError::io("could not listen for mail"))?;
        let port = listener
            .local_addr()
            .map_err(MailError::io("could not listen for mail"))?
            .port();
        let state = Arc::new(State {
            manner: Mutex::new(manner),
            received: Mutex::default(),
            faults: Mutex::default(),
            held: watch::Sender::new(0),
        });
        let of = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let of = Arc::clone(&of);
                tokio::spawn(async move {
                    // A connection that ends early ends only itself.
                    let _ = Session::new(stream, of).serve().await;
                });
            }
        });
        Ok(Self { port, state, task })
    }

    /// The port on the loopback interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes how it behaves from now on. What it holds stays held.
    pub fn become_(&self, manner: Manner) {
        *self.state.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    /// Waits until it keeps somebody waiting.
    pub async fn wait_until_held(&self) {
        // It cannot be closed: the sender is ours.
        let _ = self.state.held.subscribe().wait_for(|held| *held > 0).await;
    }

    /// What has arrived so far.
    pub fn received(&self) -> Vec<Received> {
        self.state
            .received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What was said that breaks the rules of SMTP.
    pub fn faults(&self) -> Vec<String> {
        self.state
            .faults
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection.
struct Session {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    state: Arc<State>,
}

impl Session {
    fn new(stream: TcpStream, state: Arc<State>) -> Self {
        let (reader, writer) = stream.into_split();
        Self {
            reader: BufReader::new(reader),
            writer,
            state,
        }
    }

    fn manner(&self) -> Manner {
        *self.state.manner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, what: impl Into<String>) {
        self.state
            .faults
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(what.into());
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.writer.write_all(format!("{line}\r\n").as_bytes()).await
    }

    /// The next line without its end; an error at the end of the connection.
    async fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.reader.read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if !line.ends_with(b"\r\n") {
            self.fault("a line without CRLF");
        }
        if line.len() > LONGEST_LINE {
            self.fault(format!("a line of {} bytes", line.len()));
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        Ok(text.strip_suffix(b"\r").unwrap_or(text).to_vec())
    }

    /// Keeps the other side waiting until it goes away.
    async fn hold(&mut self) -> io::Result<()> {
        self.state.held.send_modify(|held| *held += 1);
        let mut byte = [0];
        let end = self.reader.read(&mut byte).await;
        self.state.held.send_modify(|held| *held -= 1);
        end.map(|_| ())
    }

    async fn serve(mut self) -> io::Result<()> {
        if self.manner() == Manner::Silent {
            return self.hold().await;
        }
        if let Manner::Close(line) = self.manner() {
            return self.say(line).await;
        }
        self.say("220 scripted ESMTP").await?;
        let (mut greeted, mut sender, mut recipient) = (false, false, None::<String>);
        loop {
            let line = self.line().await?;
            if !line.is_ascii() {
                self.fault("a command with letters beyond ASCII");
            }
            let line = String::from_utf8_lossy(&line).into_owned();
            let upper = line.to_ascii_uppercase();
            if let Manner::Close(answer) = self.manner() {
                return self.say(answer).await;
            }
            match upper.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => {
                    greeted = true;
                    self.say("250-scripted\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES")
                        .await?;
                }
                "MAIL" if greeted && !sender && upper.starts_with("MAIL FROM:<") => {
                    sender = true;
                    self.say("250 2.1.0 ok").await?;
                }
                "RCPT" if sender && upper.starts_with("RCPT TO:<") => {
                    recipient = line["RCPT TO:<".len()..].split('>').next().map(str::to_owned);
                    self.say("250 2.1.5 ok").await?;
                }
                "DATA" => match recipient.take() {
                    Some(recipient) => {
                        sender = false;
                        self.say("354 go on").await?;
                        if !self.data(recipient).await? {
                            return Ok(());
                        }
                    }
                    None => self.out_of_order(&upper).await?,
                },
                "RSET" => {
                    (sender, recipient) = (false, None);
                    self.say("250 2.0.0 ok").await?;
                }
                "NOOP" => self.say("250 2.0.0 ok").await?,
                "QUIT" => return self.say("221 2.0.0 bye").await,
                _ => self.out_of_order(&upper).await?,
            }
        }
    }

    async fn out_of_order(&mut self, command: &str) -> io::Result<()> {
        self.fault(format!("{command} out of order"));
        self.say("503 5.5.1 bad sequence of commands").await
    }

    /// Reads a message. False when the connection is to end.
    async fn data(&mut self, recipient: String) -> io::Result<bool> {
        let mut raw = Vec::new();
        loop {
            let line = self.line().await?;
            if line == b"." {
                break;
            }
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            raw.extend_from_slice(b"\r\n");
            if self.manner() == Manner::DropWithinData {
                return Ok(false);
            }
        }
        let parsed = MessageParser::default().parse(&raw);
        let received = Received {
            recipient,
            message_id: parsed
                .as_ref()
                .and_then(|mail| mail.message_id())
                .unwrap_or_default()
                .to_owned(),
            text: parsed
                .as_ref()
                .and_then(|mail| mail.body_text(0))
                .unwrap_or_default()
                .into_owned(),
        };
        self.state
            .received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(received);
        match self.manner() {
            Manner::HoldAfterData => {
                self.hold().await?;
                Ok(false)
            }
            Manner::DropAfterData => Ok(false),
            _ => {
                self.say("250 2.0.0 queued").await?;
                Ok(true)
            }
        }
    }
}
