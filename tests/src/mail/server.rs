//! Exim as a child process: loopback only, STARTTLS and a login required, everything delivered to one Maildir.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{MailError, Mailbox};
use crate::harness::certificates;
use crate::harness::process::ProcessGroup;

/// Where Debian puts the daemon.
const EXIM: &str = "/usr/sbin/exim4";

/// The account that Debian's package makes for it.
const EXIM_ACCOUNT: &str = "Debian-exim";

/// A first connection forks and loads the certificate; on a busy machine with two cores that takes a while.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// A running SMTP server. Dropping it ends the process and removes its folder.
#[derive(Debug)]
pub struct MailServer {
    // Declared before `folder`: the process must be gone before its files are.
    _process: ProcessGroup,
    folder: TempDir,
    port: u16,
    user: String,
    password: String,
    ca_pem: String,
}

impl MailServer {
    /// Starts a server that accepts mail from `user` with `password` only.
    ///
    /// Mail to any domain is accepted and kept, except to `*.invalid`, which is refused with 550 as a domain
    /// that does not exist (RFC 2606 reserves it for that). Some domains have their moods: to `greylist.example` each
    /// recipient is put off at the first try, `slow.example` takes three seconds for every recipient, `full.example`
    /// puts off the first message when it is there, and `drop.example` refuses each and closes the connection.
    pub async fn start(user: &str, password: &str) -> Result<Self, MailError> {
        Self::start_on(0, user, password).await
    }

    /// The same on a port that is free; 0 takes any.
    pub async fn start_on(port: u16, user: &str, password: &str) -> Result<Self, MailError> {
        if !Path::new(EXIM).exists() {
            return Err(MailError::NotInstalled(EXIM.to_owned()));
        }
        let folder = tempfile::Builder::new()
            .prefix("imper-mail-")
            .tempdir()
            .map_err(MailError::io("could not make a folder for the mail server"))?;
        let account =
            Account::to_run_as().map_err(MailError::io("could not choose the mail server's account"))?;
        let ca_pem = certificates::write(folder.path(), "mail server")?;
        let config = folder.path().join("exim.conf");
        fs::write(&config, configuration(folder.path(), &account, user, password))
            .map_err(MailError::io("could not write the mail server's configuration"))?;
        for name in ["spool", "log", "mail"] {
            fs::create_dir(folder.path().join(name))
                .map_err(MailError::io("could not make a mail folder"))?;
        }
        account
            .own(folder.path())
            .map_err(MailError::io("could not hand the folder to the mail server"))?;

        // The listening socket is ours and is handed over (`-bw`, inetd style), so that no other process can
        // take the port between choosing it and listening on it.
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .map_err(MailError::io("could not listen for mail"))?;
        let port = listener
            .local_addr()
            .map_err(MailError::io("could not listen for mail"))?
            .port();
        let mut command = Command::new(EXIM);
        command
            .arg("-C")
            .arg(&config)
            .arg("-bw")
            .current_dir(folder.path())
            .stdin(Stdio::from(OwnedFd::from(listener)))
            .stdout(Stdio::null())
            .stderr(Stdio::from(
                fs::File::create(folder.path().join("stderr"))
                    .map_err(MailError::io("could not write the mail server's error file"))?,
            ));
        if let Some((uid, gid)) = account.switch {
            command.gid(gid).uid(uid);
        }
        let process =
            ProcessGroup::spawn(&mut command).map_err(MailError::io("could not start the mail server"))?;
        // The command holds our copy of the socket: while it lives, the kernel would accept connections that
        // nobody answers, even after Exim has ended with an error.
        drop(command);
        let server = Self {
            _process: process,
            folder,
            port,
            user: user.to_owned(),
            password: password.to_owned(),
            ca_pem,
        };
        server.wait_until_ready().await?;
        Ok(server)
    }

    /// The name that the certificate is for.
    pub fn host(&self) -> &'static str {
        "localhost"
    }

    /// The port on the loopback interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Who may send.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// With which password.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The throw-away certificate authority that signed the server's certificate.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The same authority as a file.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Everything that was received.
    pub fn mailbox(&self) -> Mailbox {
        Mailbox::new(self.folder.path().join("mail"))
    }

    /// The server's own log, for messages of failed tests.
    pub fn log(&self) -> String {
        ["log/main", "log/panic", "stderr"]
            .iter()
            .filter_map(|name| fs::read_to_string(self.folder.path().join(name)).ok())
            .collect()
    }

    async fn wait_until_ready(&self) -> Result<(), MailError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        // The socket accepts from the first moment, because the kernel queues: only the greeting shows that
        // somebody answers.
        let greeting = async {
            let stream = TcpStream::connect(address).await?;
            let mut stream = BufReader::new(stream);
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            stream.get_mut().write_all(b"QUIT\r\n").await?;
            Ok::<_, io::Error>(line)
        };
        match tokio::time::timeout(READY_WITHIN, greeting).await {
            Ok(Ok(line)) if line.starts_with("220 ") => Ok(()),
            Ok(Ok(line)) => Err(MailError::NotReady(format!("it said {line:?}; {}", self.log()))),
            Ok(Err(error)) => Err(MailError::NotReady(format!("{error}; {}", self.log()))),
            Err(_) => Err(MailError::NotReady(format!(
                "no greeting in {} s; {}",
                READY_WITHIN.as_secs(),
                self.log()
            ))),
        }
    }
}

/// The account that the server runs under: never root, because Exim refuses to deliver as root.
struct Account {
    uid: u32,
    gid: u32,
    /// Set when we are root and must change to it.
    switch: Option<(u32, u32)>,
}

impl Account {
    fn to_run_as() -> io::Result<Self> {
        // The owner of our own /proc entry is us; the standard library has no getuid.
        let me = fs::metadata("/proc/self")?;
        if me.uid() != 0 {
            return Ok(Self {
                uid: me.uid(),
                gid: me.gid(),
                switch: None,
            });
        }
        let passwd = fs::read_to_string("/etc/passwd")?;
        let ids = passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next()? == EXIM_ACCOUNT).then_some(())?;
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some((uid, gid))
        });
        let (uid, gid) = ids.ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                format!("no account {EXIM_ACCOUNT} in /etc/passwd"),
            )
        })?;
        Ok(Self {
            uid,
            gid,
            switch: Some((uid, gid)),
        })
    }

    /// Hands the folder and what is in it to the account, when it is not ours anyway.
    fn own(&self, folder: &Path) -> io::Result<()> {
        let Some((uid, gid)) = self.switch else {
            return Ok(());
        };
        for entry in fs::read_dir(folder)? {
            std::os::unix::fs::chown(entry?.path(), Some(uid), Some(gid))?;
        }
        std::os::unix::fs::chown(folder, Some(uid), Some(gid))
    }
}

/// Quotes `text` for use inside an Exim expansion: commas, braces and `$` have a meaning there.
fn literal(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_string()
            } else {
                format!("\\x{:02x}", u32::from(c))
            }
        })
        .collect()
}

fn configuration(folder: &Path, account: &Account, user: &str, password: &str) -> String {
    let folder = folder.display();
    let Account { uid, gid, .. } = account;
    let user = literal(user);
    let password = literal(password);
    // One Maildir for everybody: a path made of the recipient would be "tainted" and refused by Exim, and the
    // envelope's recipient is written into the message anyway.
    format!(
        r"primary_hostname = localhost
exim_user = {uid}
exim_group = {gid}
spool_directory = {folder}/spool
log_file_path = {folder}/log/%s
pid_file_path = {folder}/exim.pid
local_interfaces = 127.0.0.1
disable_ipv6 = true
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max = 50
message_size_limit = 2M
qualify_domain = localhost
deliver_drop_privilege = true
tls_advertise_hosts = *
tls_certificate = {folder}/cert.pem
tls_privatekey = {folder}/key.pem
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_mail = check_sender
acl_smtp_rcpt = check_recipient
acl_smtp_data = check_message

begin acl
check_sender:
  require message = 530 Must issue a STARTTLS command first
          encrypted = *
  require message = 530 Authentication required
          authenticated = *
  accept

check_recipient:
  require message = 530 Authentication required
          authenticated = *
  deny    message = 550 No such domain
          domains = *.invalid
  defer   message = 451 4.7.1 Greylisted, try again later
          domains = greylist.example
          !ratelimit = 1.5 / 1h / strict / per_cmd / $local_part
  warn    domains = slow.example
          delay = 3s
  accept

check_message:
  drop    message = 554 5.7.1 Looks like spam
          condition = ${{if match{{$recipients}}{{@drop.example}}}}
  defer   message = 452 4.3.1 Disk full
          condition = ${{if match{{$recipients}}{{@full.example}}}}
          !ratelimit = 1.5 / 1h / strict / full
  accept

begin routers
everybody:
  driver = accept
  transport = one_maildir

begin transports
one_maildir:
  driver = appendfile
  maildir_format
  directory = {folder}/mail
  create_directory
  envelope_to_add
  return_path_add
  delivery_date_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{eq{{$auth1}}{{{user}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}
  server_set_id = $auth1
"
    )
}
