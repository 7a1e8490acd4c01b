//! A mail server for unit tests: strict about the order of commands, and told how to answer. TLS and logins are
//! tested against a real server in the end-to-end tests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How the double answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Takes everything.
    Accept,
    /// Answers `RCPT TO` with this line.
    Recipient(&'static str),
    /// Answers the end of the data with this line.
    Data(&'static str),
    /// Takes the data, then breaks the connection without an answer.
    DropAfterData,
    /// Accepts connections and says nothing.
    Silent,
    /// Greets with this line and closes.
    Greeting(&'static str),
}

/// One message as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub recipient: String,
    pub data: String,
}

/// The double. Serves until it is dropped.
pub(crate) struct SmtpDouble {
    pub port: u16,
    manner: Arc<Mutex<Manner>>,
    received: Arc<Mutex<Vec<Received>>>,
    task: tokio::task::JoinHandle<()>,
}

impl SmtpDouble {
    pub(crate) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let manner = Arc::new(Mutex::new(manner));
        let received = Arc::new(Mutex::new(Vec::new()));
        let (how, into) = (Arc::clone(&manner), Arc::clone(&received));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&how), Arc::clone(&into)));
            }
        });
        Self {
            port,
            manner,
            received,
            task,
        }
    }

    /// Changes how it answers from now on.
    pub(crate) fn become_(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// What has arrived so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

impl Drop for SmtpDouble {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, manner: Arc<Mutex<Manner>>, received: Arc<Mutex<Vec<Received>>>) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let now = || *manner.lock().unwrap();
    match now() {
        Manner::Silent => {
            tokio::time::sleep(Duration::from_mins(1)).await;
            return;
        }
        Manner::Greeting(line) => {
            let _ = writer.write_all(format!("{line}\r\n").as_bytes()).await;
            return;
        }
        _ => {}
    }
    let mut say = async |line: &str| writer.write_all(format!("{line}\r\n").as_bytes()).await.is_ok();
    say("220 double ESMTP").await;
    let (mut greeted, mut sender, mut recipient) = (false, false, None::<String>);
    while let Ok(Some(line)) = lines.next_line().await {
        let upper = line.to_ascii_uppercase();
        let going_on = if upper.starts_with("EHLO ") {
            greeted = true;
            say("250-double\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES").await
        } else if upper.starts_with("MAIL FROM:<") && greeted && !sender {
            sender = true;
            say("250 2.1.0 ok").await
        } else if upper.starts_with("RCPT TO:<") && sender {
            if let Manner::Recipient(answer) = now() {
                say(answer).await
            } else {
                recipient = Some(line["RCPT TO:<".len()..].trim_end_matches('>').to_owned());
                say("250 2.1.5 ok").await
            }
        } else if upper == "DATA" && recipient.is_some() {
            say("354 go on").await;
            let mut data = String::new();
            while let Ok(Some(line)) = lines.next_line().await {
                if line == "." {
                    break;
                }
                data.push_str(line.strip_prefix('.').unwrap_or(&line));
                data.push_str("\r\n");
            }
            let arrived = Received {
                recipient: recipient.take().unwrap_or_default(),
                data,
            };
            sender = false;
            match now() {
                Manner::Data(answer) => say(answer).await,
                Manner::DropAfterData => {
                    received.lock().unwrap().push(arrived);
                    false
                }
                _ => {
                    received.lock().unwrap().push(arrived);
                    say("250 2.0.0 queued").await
                }
            }
        } else if upper == "RSET" || upper == "NOOP" {
            if upper == "RSET" {
                (sender, recipient) = (false, None);
            }
            say("250 ok").await
        } else if upper == "QUIT" {
            say("221 bye").await;
            false
        } else {
            say("503 5.5.1 bad sequence of commands").await
        };
        if !going_on {
            return;
        }
    }
}
