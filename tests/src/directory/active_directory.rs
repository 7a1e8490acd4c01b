//! What Active Directory does that OpenLDAP does not: the rules around `unicodePwd` and `lockoutTime`.
//!
//! slapd asks the gate before every change (its overlay `sock`), and the gate answers as [MS-ADTS] says, with the result
//! codes and the words of a domain controller: a password is only taken on a protected connection, in quotation marks,
//! in UTF-16, and when the policy of the domain allows it. What it lets pass is then written by slapd itself. Not played:
//! `pwdLastSet`, Kerberos, referrals, replication.
//!
//! [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts

use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::entries::{MIN_LENGTH, ROOT_DN};

/// Bits of protection that Active Directory asks for before it takes a password.
const ENOUGH_SSF: u32 = 128;
/// A change that we make is not longer.
const MAX_REQUEST: u64 = 64 * 1024;

/// What stands in front of changes.
#[derive(Debug)]
pub struct Gate {
    path: PathBuf,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    changes: usize,
    /// The last passwords, which the policy refuses.
    history: Vec<String>,
}

impl Gate {
    /// Listens at `path`. The thread ends with the program: it waits and does nothing else.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let listener = UnixListener::bind(path)?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // slapd tells whoever asked for the change that the gate failed.
                let _ = stream.and_then(|stream| answer(stream, &shared));
            }
        });
        Ok(Self {
            path: path.to_owned(),
            seen,
        })
    }

    /// Where it listens.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How many changes were asked for, whatever became of them.
    pub fn changes(&self) -> usize {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).changes
    }
}

fn answer(mut stream: UnixStream, seen: &Mutex<Seen>) -> io::Result<()> {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    while !request.ends_with(b"\n\n") {
        let length = (&mut stream).take(MAX_REQUEST).read(&mut part)?;
        if length == 0 {
            break;
        }
        request.extend_from_slice(&part[..length]);
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let verdict = judge(
        &Change::read(&request),
        &mut seen.lock().unwrap_or_else(PoisonError::into_inner),
    );
    let reply = match verdict {
        Ok(()) => "CONTINUE\n".to_owned(),
        Err((code, words)) => format!("RESULT\ncode: {code}\ninfo:{words}\n\n"),
    };
    stream.write_all(reply.as_bytes())
}

/// One change, as slapd tells it: see slapd-sock(5).
#[derive(Debug, Default)]
struct Change {
    by: String,
    ssf: u32,
    /// Operation, attribute and values.
    parts: Vec<(String, String, Vec<Vec<u8>>)>,
}

impl Change {
    fn read(request: &str) -> Self {
        let mut change = Self::default();
        // Long lines are folded, as in LDIF.
        for line in request.replace("\n ", "").lines() {
            let Some((name, rest)) = line.split_once(':') else {
                continue;
            };
            let value = match rest.strip_prefix(':') {
                Some(coded) => STANDARD.decode(coded.trim()).unwrap_or_default(),
                None => rest.trim_start().as_bytes().to_vec(),
            };
            let text = || String::from_utf8_lossy(&value).into_owned();
            match (name, change.parts.last_mut()) {
                ("binddn", None) => change.by = text(),
                ("ssf", None) => change.ssf = text().parse().unwrap_or(0),
                ("add" | "delete" | "replace", _) => {
                    change.parts.push((name.to_owned(), text(), Vec::new()));
                }
                (_, Some((_, attribute, values))) if attribute == name => values.push(value),
                _ => {}
            }
        }
        change
    }
}

/// What a domain controller says to a change: nothing, or a result code with a Windows error in its words.
fn judge(change: &Change, seen: &mut Seen) -> Result<(), (u32, &'static str)> {
    if change.by == ROOT_DN {
        return Ok(());
    }
    seen.changes += 1;
    let mut new = None;
    for (operation, attribute, values) in &change.parts {
        match (operation.as_str(), attribute.as_str(), &values[..]) {
            ("replace", "unicodePwd", [value]) => {
                if change.ssf < ENOUGH_SSF {
                    return Err((
                        53,
                        "0000001F: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0",
                    ));
                }
                new = Some(password(value).ok_or((
                    53,
                    "0000052C: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0",
                ))?);
            }
            ("replace", "lockoutTime", [value]) if value == b"0" => {}
            _ => {
                return Err((
                    50,
                    "00000005: SecErr: DSID-031A1256, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0",
                ));
            }
        }
    }
    if let Some(new) = new {
        let is_short = u32::try_from(new.chars().count()).is_ok_and(|length| length < MIN_LENGTH);
        if is_short || seen.history.contains(&new) {
            return Err((
                19,
                "0000052D: AtrErr: DSID-03191083, #1:\\n\\t0: 0000052D: DSID-03191083, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 9005a (unicodePwd)",
            ));
        }
        seen.history.push(new);
    }
    Ok(())
}

/// What stands between the quotation marks.
fn password(value: &[u8]) -> Option<String> {
    let units: Vec<u16> = value
        .chunks(2)
        .map(|pair| <[u8; 2]>::try_from(pair).map(u16::from_le_bytes))
        .collect::<Result<_, _>>()
        .ok()?;
    let text = String::from_utf16(&units).ok()?;
    Some(text.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}
