//! Loads the release module in a real browser. An exit code proves nothing here: an optimiser that is too old builds
//! a widget that dies on its first line.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::run::{step, target};

const PAGE: &str = include_str!("gate.html");
const SCRIPT: &str = include_str!("gate.js");

/// A cold start of Chromium on a busy machine with two cores.
const PATIENCE: Duration = Duration::from_secs(90);

/// As strict as an instance's policy may be: Wasm, and nothing else that is unusual.
const POLICY: &str = "script-src 'self' 'wasm-unsafe-eval'; object-src 'none'";

/// Opens a page with `module` in headless Chromium and waits until the field is there.
pub fn check(module: &str) -> Result<()> {
    step("Release module: load it in Chromium");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("could not open a port")?;
    let url = format!("http://{}/", listener.local_addr()?);
    let (verdicts, verdict) = channel();
    let module = module.to_owned();
    // Ends with the program; there is nothing to put in order.
    thread::spawn(move || serve(&listener, &module, &verdicts));

    let profile = target().join("package/gate-profile");
    if profile.exists() {
        std::fs::remove_dir_all(&profile).context("could not clear the browser's profile")?;
    }
    let mut browser = Browser::open(&url, &profile)?;
    let said = browser.wait_for(&verdict);
    drop(browser);
    let _ = std::fs::remove_dir_all(&profile);
    let said = said?;
    if !said.starts_with("mounted") {
        bail!("the release module does not start in Chromium: {said}");
    }
    println!("   {said}");
    Ok(())
}

struct Browser(Child);

impl Browser {
    fn open(url: &str, profile: &std::path::Path) -> Result<Self> {
        let child = Command::new("chromium")
            .args([
                "--headless",
                // Chromium's own sandbox cannot start for root, or inside most containers.
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                // A container's /dev/shm may be too small.
                "--disable-dev-shm-usage",
                // Without a debugging port or a dump, headless Chromium would end at once.
                "--remote-debugging-port=0",
            ])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(url)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start chromium: `cargo xtask setup` installs it")?;
        Ok(Self(child))
    }

    fn wait_for(&mut self, verdict: &Receiver<String>) -> Result<String> {
        match verdict.recv_timeout(PATIENCE) {
            Ok(said) => Ok(said),
            Err(RecvTimeoutError::Timeout) => match self.0.try_wait()? {
                Some(status) => bail!("chromium ended ({status}) before the module had started"),
                None => bail!(
                    "the module neither started nor failed within {} s",
                    PATIENCE.as_secs()
                ),
            },
            Err(RecvTimeoutError::Disconnected) => bail!("the server of the test page ended"),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The whole group: Chromium is a dozen processes. Not waited for yet, so the id is still theirs.
        let _ = Command::new("/bin/sh")
            .args(["-c", "kill -s KILL -- \"-$1\"", "sh", &self.0.id().to_string()])
            .stderr(Stdio::null())
            .status();
        let _ = self.0.wait();
    }
}

fn serve(listener: &TcpListener, module: &str, verdicts: &Sender<String>) {
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        let module = module.to_owned();
        let verdicts = verdicts.clone();
        // A thread for each connection: the browser opens some ahead of use and keeps them silent.
        thread::spawn(move || {
            let _ = answer(stream, &module, &verdicts);
        });
    }
}

fn answer(mut stream: TcpStream, module: &str, verdicts: &Sender<String>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?.take(64 * 1024));
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let target = request.split(' ').nth(1).unwrap_or("");
    let (status, content_type, body) = match target {
        "/" => ("200 OK", "text/html; charset=utf-8", PAGE),
        "/gate.js" => ("200 OK", "text/javascript; charset=utf-8", SCRIPT),
        "/panel.js" => ("200 OK", "text/javascript; charset=utf-8", module),
        _ => (
            "404 Not Found",
            "application/json",
            r#"{"error":{"message":"nothing here"},"status":"failure"}"#,
        ),
    };
    if let Some(said) = target.strip_prefix("/report?verdict=") {
        // Whoever waited may have its answer already.
        let _ = verdicts.send(decoded(said));
    }
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
         Content-Security-Policy: {POLICY}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Undoes the form encoding of `URLSearchParams`, as far as a message for people needs it.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_dies_is_noticed_and_quoted() {
        let error = check("throw new Error('Table.set(): 100% broken')")
            .unwrap_err()
            .to_string();
        assert!(error.contains("Table.set(): 100% broken"), "{error}");
    }

    #[test]
    fn form_encoding_is_undone() {
        assert_eq!(decoded("a+b%3A%20%C3%BC"), "a b: ü");
    }
}
