//! A real syslog server: Debian's rsyslog as a child process, unprivileged, on the loopback interface, with TLS and a
//! throw-away certificate authority. What it takes it writes into a file, one message a line.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::harness::certificates::{self, CertificateError};
use crate::harness::process::ProcessGroup;

const RSYSLOGD: &str = "/usr/sbin/rsyslogd";
/// Its driver for TLS, a package of its own.
const DRIVER: &str = "lmnsd_gtls.so";
/// On a busy machine with two cores a start takes a while.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum SyslogError {
    /// Not installed.
    #[error(
        "no syslog server with TLS: `cargo xtask setup` installs it (Debian packages rsyslog, rsyslog-gnutls)"
    )]
    Missing,
    /// No certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A file, a port or the process.
    #[error("the syslog server cannot be started: {0}")]
    Io(#[from] io::Error),
    /// It ended, or never listened.
    #[error("the syslog server did not come up: {0}")]
    NotReady(String),
}

/// One message as rsyslog has read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Facility and severity, as numbers.
    pub priority: (u8, u8),
    /// Name of the machine.
    pub host: String,
    /// Name of the program.
    pub application: String,
    /// What it is about.
    pub id: String,
    /// The event.
    pub text: String,
}

/// A syslog server that can be stopped and started again. Dropping it ends the process and removes its folder.
#[derive(Debug)]
pub struct SyslogServer {
    process: Option<ProcessGroup>,
    folder: TempDir,
    /// The port with TLS.
    pub port: u16,
}

fn driver() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten();
    folders
        .map(|folder| folder.path().join("rsyslog").join(DRIVER))
        .chain([Path::new("/usr/lib/rsyslog").join(DRIVER)])
        .find(|path| path.exists())
}

impl SyslogServer {
    /// Makes the folder, certificates and configuration, and starts it. With `wants_client` it takes only messages of
    /// clients whose certificate its own authority has signed.
    pub async fn start(wants_client: bool) -> Result<Self, SyslogError> {
        if !Path::new(RSYSLOGD).exists() || driver().is_none() {
            return Err(SyslogError::Missing);
        }
        let folder = tempfile::Builder::new().prefix("imper-syslog-").tempdir()?;
        certificates::write(folder.path(), "syslog server")?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let path = folder.path().display();
        let mode = if wants_client { "x509/certvalid" } else { "anon" };
        let configuration = format!(
            r#"
global(workDirectory="{path}" maxMessageSize="64k" defaultNetstreamDriver="gtls"
       defaultNetstreamDriverCAFile="{path}/ca.pem" defaultNetstreamDriverCertFile="{path}/cert.pem"
       defaultNetstreamDriverKeyFile="{path}/key.pem")
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="{mode}")
template(name="fields" type="string"
         string="%syslogfacility%\t%syslogseverity%\t%hostname%\t%app-name%\t%msgid%\t%msg%\n")
ruleset(name="all") {{ action(type="omfile" file="{path}/messages" template="fields" ioBufferSize="1k" flushOnTXEnd="on") }}
input(type="imtcp" address="127.0.0.1" port="{port}" ruleset="all")
"#
        );
        fs::write(folder.path().join("rsyslog.conf"), configuration)?;
        let mut server = Self {
            process: None,
            folder,
            port,
        };
        server.start_again().await?;
        Ok(server)
    }

    /// Starts it again, on the same port with the same certificates.
    pub async fn start_again(&mut self) -> Result<(), SyslogError> {
        let folder = self.folder.path();
        let _ = fs::remove_file(folder.join("pid"));
        let log = fs::File::create(folder.join("log"))?;
        let mut command = Command::new(RSYSLOGD);
        command
            .arg("-n")
            .arg("-f")
            .arg(folder.join("rsyslog.conf"))
            .arg("-i")
            .arg(folder.join("pid"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut process = ProcessGroup::spawn(&mut command)?;
        let told = || fs::read_to_string(folder.join("log")).unwrap_or_default();
        let ready = async {
            loop {
                if let Some(status) = process.exit_status()? {
                    return Err(SyslogError::NotReady(format!("{status}: {}", told())));
                }
                if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(READY_WITHIN, ready)
            .await
            .map_err(|_| SyslogError::NotReady(told()))??;
        self.process = Some(process);
        Ok(())
    }

    /// Kills it at once, as a machine that loses its power.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// The authority that signed its certificate.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A certificate that its authority has signed, and its key.
    pub fn client_certificate(&self) -> (PathBuf, String) {
        let key = fs::read_to_string(self.folder.path().join("key.pem")).unwrap_or_default();
        (self.folder.path().join("cert.pem"), key)
    }

    /// The messages so far, in the order in which they came.
    pub fn messages(&self) -> Vec<Message> {
        let text = fs::read_to_string(self.folder.path().join("messages")).unwrap_or_default();
        // The last line may be half written.
        let lines = text
            .split_inclusive('\n')
            .filter_map(|line| line.strip_suffix('\n'));
        lines
            .filter_map(|line| {
                let mut fields = line.splitn(6, '\t');
                let mut field = || fields.next().map(str::to_owned);
                Some(Message {
                    priority: (field()?.parse().ok()?, field()?.parse().ok()?),
                    host: field()?,
                    application: field()?,
                    id: field()?,
                    text: field()?,
                })
            })
            .collect()
    }
}
