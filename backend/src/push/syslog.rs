//! Syslog: messages of RFC 5424, framed by their length, over TLS (RFC 5425).
//!
//! The protocol knows no acknowledgement, and what the system took from us may still be lost on the way. So each batch
//! has a connection of its own: we say that nothing more comes, and wait until the other side closes. It closes when it
//! has read everything; a server that dies with something unread breaks the connection instead, and the batch is sent
//! again.

use std::io::ErrorKind;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::Event;
use super::settings::SyslogSettings;
use crate::verification::statement::rfc3339;

/// "log audit" (RFC 5424, table 1).
const FACILITY: u8 = 13;
/// "Warning" (RFC 5424, table 2).
const WARNING: u8 = 4;
/// "Informational".
const INFORMATIONAL: u8 = 6;
/// RFC 5424, section 6.2.5.
const APPLICATION: &str = "imper-verification";

pub(super) struct Syslog {
    tls: TlsConnector,
    name: ServerName<'static>,
    address: (String, u16),
    /// The name of this machine in messages.
    host: String,
}

impl Syslog {
    pub(super) fn new(settings: &SyslogSettings, host: &str) -> Result<Self, String> {
        crate::crypto::install();
        let name = ServerName::try_from(settings.host.clone())
            .map_err(|_| "its host is neither a name nor an address".to_owned())?;
        let trusted = ClientConfig::builder().with_root_certificates(roots(settings)?);
        let config = match &settings.client {
            None => trusted.with_no_client_auth(),
            Some((chain, key)) => {
                let key = PrivateKeyDer::from_pem_slice(key.expose_secret().as_bytes())
                    .map_err(|_| "the key of the client's certificate is no private key in PEM".to_owned())?;
                trusted
                    .with_client_auth_cert(certificates(chain)?, key)
                    .map_err(|error| format!("the client's certificate cannot be used: {error}"))?
            }
        };
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config)),
            name,
            address: (settings.host.clone(), settings.port),
            host: host.to_owned(),
        })
    }

    pub(super) async fn send(&self, events: &[Event]) -> Result<(), String> {
        let mut frames = Vec::new();
        for event in events {
            let message = message(event, &self.host);
            frames.extend_from_slice(format!("{} {message}", message.len()).as_bytes());
        }
        let broken = |what: &'static str| move |error: std::io::Error| format!("{what}: {error}");
        let (host, port) = &self.address;
        let connection = TcpStream::connect((host.as_str(), *port))
            .await
            .map_err(broken("it cannot be reached"))?;
        let mut connection = self
            .tls
            .connect(self.name.clone(), connection)
            .await
            .map_err(broken("no protected connection came about"))?;
        connection
            .write_all(&frames)
            .await
            .map_err(broken("the connection broke"))?;
        connection
            .shutdown()
            .await
            .map_err(broken("the connection broke"))?;
        let mut rest = [0; 256];
        loop {
            match connection.read(&mut rest).await {
                Ok(0) => return Ok(()),
                // Servers that say nothing before they close.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(broken("the connection broke")(error)),
            }
        }
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err("there is no certificate in PEM in the file".into()),
    }
}

fn roots(settings: &SyslogSettings) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match &settings.ca_pem {
        Some(pem) => {
            for certificate in certificates(pem)? {
                roots
                    .add(certificate)
                    .map_err(|error| format!("the authority cannot be used: {error}"))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err("the system trusts no authority: name one in ca_file".into());
    }
    Ok(roots)
}

/// One message (RFC 5424, section 6), without structured data: what there is to say is in the event.
fn message(event: &Event, host: &str) -> String {
    let severity = if event.is_warning { WARNING } else { INFORMATIONAL };
    format!(
        "<{}>1 {} {host} {APPLICATION} - {} - {}",
        FACILITY * 8 + severity,
        rfc3339(event.at),
        event.kind,
        event.line
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_the_head_of_the_standard() {
        let event = Event {
            at: crate::testing::START,
            kind: "verification",
            is_warning: true,
            line: "CEF:0|imper.ai|…".into(),
        };
        assert_eq!(
            message(&event, "verify.example.com"),
            "<108>1 2026-11-22T10:00:00Z verify.example.com imper-verification - verification - CEF:0|imper.ai|…"
        );
    }
}
