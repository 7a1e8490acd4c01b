//! slapd as a child process: loopback only, with a throw-away certificate authority.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use ldap3::LdapConnAsync;
use tempfile::TempDir;

use super::active_directory::Gate;
use super::entries::{self, Account, Files, ROOT_DN};
use super::{DirectoryError, admin};
use crate::harness::certificates;
use crate::harness::process::ProcessGroup;

/// Where Debian puts the daemon.
const SLAPD: &str = "/usr/sbin/slapd";
/// On a busy machine with two cores a start takes a while.
const READY_WITHIN: Duration = Duration::from_secs(20);
/// A port may be taken between choosing it and listening on it; so often others are chosen.
const TRIES: usize = 5;

/// A running directory. Dropping it ends the process and removes its folder.
#[derive(Debug)]
pub struct Directory {
    // Declared before `folder`: the process must be gone before its files are.
    _process: ProcessGroup,
    gate: Option<Gate>,
    folder: TempDir,
    plain_port: u16,
    tls_port: u16,
    root_password: String,
    service_password: String,
}

impl Directory {
    /// True when slapd is there.
    pub fn is_installed() -> bool {
        Path::new(SLAPD).exists()
    }

    /// OpenLDAP with a password policy and these accounts.
    pub async fn start(accounts: &[Account<'_>]) -> Result<Self, DirectoryError> {
        Self::start_with(accounts, false).await
    }

    /// The same with the schema of Active Directory and, in front of changes, its rules: see [`Gate`].
    pub async fn start_active_directory(accounts: &[Account<'_>]) -> Result<Self, DirectoryError> {
        Self::start_with(accounts, true).await
    }

    async fn start_with(accounts: &[Account<'_>], is_active_directory: bool) -> Result<Self, DirectoryError> {
        if !Self::is_installed() {
            return Err(DirectoryError::NotInstalled(SLAPD));
        }
        let folder = tempfile::Builder::new()
            .prefix("imper-ldap-")
            .tempdir()
            .map_err(DirectoryError::io("could not make a folder for the directory"))?;
        let path = folder.path();
        certificates::write(path, "directory")?;
        let (root_password, service_password) = (admin::secret()?, admin::secret()?);
        let write_error = || DirectoryError::io("could not write the directory's files");
        let (files, gate) = if is_active_directory {
            let gate = Gate::open(&path.join("gate"))
                .map_err(DirectoryError::io("could not open the directory's gate"))?;
            let files =
                entries::active_directory(path, gate.path(), &root_password, &service_password, accounts)
                    .map_err(write_error())?;
            (files, Some(gate))
        } else {
            let files = entries::open_ldap(path, &root_password, &service_password, accounts);
            (files, None)
        };
        let program = path.join("slapd");
        // Some distributions confine the installed program to its own folders. A copy is not confined.
        fs::copy(SLAPD, &program).map_err(write_error())?;
        released(&program).await;
        load(path, &program, &files)?;
        for _ in 1..TRIES {
            match run(path, &program).await {
                Err(DirectoryError::NotReady(log)) if log.contains("in use") => {}
                other => {
                    let (process, plain_port, tls_port) = other?;
                    return Ok(Self {
                        _process: process,
                        gate,
                        folder,
                        plain_port,
                        tls_port,
                        root_password,
                        service_password,
                    });
                }
            }
        }
        Err(DirectoryError::NotReady("every port was taken".into()))
    }

    /// The address with TLS from the first byte.
    pub fn url(&self) -> String {
        format!("ldaps://localhost:{}", self.tls_port)
    }

    /// The address without TLS, where it may be begun inside the connection.
    pub fn plain_url(&self) -> String {
        format!("ldap://localhost:{}", self.plain_port)
    }

    /// The port of [`Self::plain_url`].
    pub fn plain_port(&self) -> u16 {
        self.plain_port
    }

    /// The throw-away certificate authority that signed the server's certificate.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Password of [`entries::SERVICE_DN`].
    pub fn service_password(&self) -> &str {
        &self.service_password
    }

    /// Password of [`ROOT_DN`].
    pub(super) fn root_password(&self) -> &str {
        &self.root_password
    }

    /// What stands in front of changes in a directory that plays Active Directory.
    pub fn gate(&self) -> Option<&Gate> {
        self.gate.as_ref()
    }

    /// What the server has done so far: one line for each operation, without values.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// How many password changes have reached the server (RFC 3062), whatever became of them.
    pub fn password_changes(&self) -> usize {
        self.log().matches("EXT oid=1.3.6.1.4.1.4203.1.11.1").count()
    }
}

/// Waits until nothing holds the fresh copy open for writing: a process that another test starts at the moment of the
/// copying inherits it until it has become its own program, and so long the copy cannot be run.
async fn released(program: &Path) {
    for _ in 0..100 {
        match Command::new(program).arg("-VV").output() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            // Whatever else is wrong is said by the first real run.
            _ => return,
        }
    }
}

/// Fills the database.
fn load(folder: &Path, program: &Path, files: &Files) -> Result<(), DirectoryError> {
    let (configuration, ldif) = (folder.join("slapd.conf"), folder.join("entries.ldif"));
    fs::create_dir(folder.join("data"))
        .and_then(|()| fs::write(&configuration, &files.configuration))
        .and_then(|()| fs::write(&ldif, &files.entries))
        .map_err(DirectoryError::io("could not write the directory's files"))?;
    let output = Command::new(program)
        .arg("-Tadd")
        .arg("-f")
        .arg(&configuration)
        .arg("-l")
        .arg(&ldif)
        .stdin(Stdio::null())
        .output()
        .map_err(DirectoryError::io("could not start the LDAP server"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(DirectoryError::NotReady(format!(
        "it does not take its entries: {said}"
    )))
}

/// Starts the server on two free ports, without and with TLS, and waits until it answers.
async fn run(folder: &Path, program: &Path) -> Result<(ProcessGroup, u16, u16), DirectoryError> {
    let no_port = || DirectoryError::io("no port to listen on");
    let ports = || {
        // Both are held until both are chosen, so that they differ.
        let plain = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let tls = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        Ok((plain.local_addr()?.port(), tls.local_addr()?.port()))
    };
    let (plain, tls) = ports().map_err(no_port())?;
    let log = folder.join("log");
    let output = fs::File::create(&log).map_err(DirectoryError::io("could not write the directory's log"))?;
    let mut process = ProcessGroup::spawn(
        Command::new(program)
            .arg("-f")
            .arg(folder.join("slapd.conf"))
            .arg("-h")
            .arg(format!("ldap://127.0.0.1:{plain}/ ldaps://127.0.0.1:{tls}/"))
            // Stays in the foreground, and writes one line for each operation.
            .args(["-d", "stats"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output),
    )
    .map_err(DirectoryError::io("could not start the LDAP server"))?;
    let said = || fs::read_to_string(&log).unwrap_or_default();
    let ready = async {
        loop {
            let ended = process
                .exit_status()
                .map_err(DirectoryError::io("could not ask for the LDAP server"))?;
            if let Some(status) = ended {
                return Err(DirectoryError::NotReady(format!("{status}: {}", said())));
            }
            if answers(plain).await {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    match tokio::time::timeout(READY_WITHIN, ready).await {
        Ok(answered) => answered.map(|()| (process, plain, tls)),
        Err(_) => Err(DirectoryError::NotReady(format!("no answer: {}", said()))),
    }
}

/// True when the server on `port` answers, and is ours.
async fn answers(port: u16) -> bool {
    let Ok((connection, mut ldap)) = LdapConnAsync::new(&format!("ldap://127.0.0.1:{port}")).await else {
        return false;
    };
    ldap3::drive!(connection);
    let bound = ldap.simple_bind(ROOT_DN, "not the password").await;
    let _ = ldap.unbind().await;
    // 49, invalid credentials: it knows its owner.
    bound.is_ok_and(|result| result.rc == 49)
}
