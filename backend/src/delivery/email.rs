//! Email, through the company's mail server.

pub(super) mod message;

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use secrecy::ExposeSecret as _;
use shared::words::UnixMillis;

use super::dkim::Signer;
use super::{DeliveryError, Message, Outcome};
use crate::config::{Smtp, SmtpTls};

/// Connections kept open. Mail servers allow few from one client, and a burst of verifications is small.
const POOL_SIZE: u32 = 6;
/// A connection that was idle for longer is closed: mail servers and firewalls do the same, without telling.
const IDLE: Duration = Duration::from_secs(30);

const UNREACHABLE: &str = "The mail server cannot be reached.";

/// The mail server.
pub(super) struct Email {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// Right side of the Message-ID: our own host.
    host: String,
    timeout: Duration,
    signer: Option<Signer>,
}

impl Email {
    /// Reads the settings; connects with the first message.
    pub(super) fn new(settings: &Smtp, host: String) -> Result<Self, DeliveryError> {
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host.clone())
            .port(settings.port)
            .tls(tls(settings)?)
            .hello_name(ClientId::Domain(host.clone()))
            .timeout(Some(settings.timeout))
            .pool_config(PoolConfig::new().max_size(POOL_SIZE).idle_timeout(IDLE));
        if let Some((name, password)) = &settings.login {
            builder = builder.credentials(Credentials::new(
                name.clone(),
                password.expose_secret().to_owned(),
            ));
        }
        let signer = settings.dkim.as_ref().map(Signer::new).transpose();
        let signer = signer.map_err(|error| DeliveryError::Smtp(format!("the DKIM key {error}")))?;
        Ok(Self {
            transport: builder.build(),
            from: settings.from.clone(),
            host,
            timeout: settings.timeout,
            signer,
        })
    }

    /// Makes one attempt.
    pub(super) async fn send(&self, message: &Message, now: UnixMillis) -> Outcome {
        let email = match message::build(message, &self.from, &self.host, now) {
            Ok(email) => email,
            Err(error) => {
                tracing::error!(%error, message.key = message.key, "an email could not be written");
                return Outcome::refused("The email could not be written.");
            }
        };
        let written = email.formatted();
        let bytes = match &self.signer {
            None => written,
            Some(signer) => match signer.sign(&written, now) {
                Ok(bytes) => bytes,
                Err(error) => {
                    // Unsigned it would be taken for a forgery.
                    tracing::error!(%error, "an email could not be signed: check IMPER_DKIM_KEY");
                    return Outcome::down("The email could not be signed.");
                }
            },
        };
        // The library's own limit is for each command; without this one, a server that answers just in time each
        // time could hold the outbox for minutes.
        let sending = self.transport.send_raw(email.envelope(), &bytes);
        match tokio::time::timeout(self.timeout, sending).await {
            Ok(Ok(_)) => Outcome::Accepted,
            Ok(Err(error)) => judge(&error, message.to.address().is_ascii()),
            Err(_) => {
                tracing::warn!(
                    smtp.timeout_seconds = self.timeout.as_secs(),
                    "the mail server did not answer in time"
                );
                Outcome::down("The mail server does not answer.")
            }
        }
    }
}

fn tls(settings: &Smtp) -> Result<Tls, DeliveryError> {
    if settings.tls == SmtpTls::None {
        let local = matches!(settings.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        return if local {
            Ok(Tls::None)
        } else {
            Err(DeliveryError::Smtp(
                "only this machine may be used without TLS".into(),
            ))
        };
    }
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.ca_pem {
        let authority =
            Certificate::from_pem(pem).map_err(|error| DeliveryError::Smtp(format!("ca_file: {error}")))?;
        // An own authority is named to be trusted alone, not beside all public ones.
        builder = builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(authority);
    }
    let parameters = builder
        .build_rustls()
        .map_err(|error| DeliveryError::Smtp(error.to_string()))?;
    Ok(if settings.tls == SmtpTls::Implicit {
        Tls::Wrapper(parameters)
    } else {
        Tls::Required(parameters)
    })
}

/// What an error means. The text of a server's reply often holds the address, so only its codes are logged.
fn judge(error: &smtp::Error, address_is_ascii: bool) -> Outcome {
    if let Some(code) = error.status() {
        let code = u16::from(code);
        let status = enhanced_status(&error.to_string());
        return judge_reply(code, status.as_deref());
    }
    if error.is_client() && !address_is_ascii {
        return Outcome::refused("The mail server cannot deliver to an address with these letters.");
    }
    if error.is_client() {
        tracing::error!(%error, "no common way to talk to the mail server: check smtp.tls and the login");
    } else if error.is_tls() {
        tracing::error!(%error, "no protected connection to the mail server: check smtp.tls, smtp.host and smtp.ca_file");
    } else if error.is_response() {
        tracing::warn!("the mail server's reply cannot be read");
    } else {
        tracing::warn!(%error, "no connection to the mail server");
    }
    Outcome::down(UNREACHABLE)
}

fn judge_reply(code: u16, status: Option<&str>) -> Outcome {
    let status = status.unwrap_or("none");
    if code < 500 {
        tracing::info!(
            smtp.code = code,
            smtp.status = status,
            "the mail server asks to wait"
        );
        let why = "The mail server asks to try again later.";
        // RFC 5321, section 3.8, and RFC 4954, section 4.7: the whole server, not this message.
        return if matches!(code, 421 | 454) {
            Outcome::down(why)
        } else {
            Outcome::retry(why)
        };
    }
    // RFC 4954, section 6: these refuse the login, not the message.
    if matches!(code, 530 | 534 | 535 | 538) {
        tracing::error!(
            smtp.code = code,
            smtp.status = status,
            "the mail server refuses the login: check smtp.username and IMPER_SMTP_PASSWORD"
        );
        return Outcome::down("The mail server refuses the service's login.");
    }
    // RFC 3463, section 3.2: the sender's address is at fault.
    if matches!(status, "5.1.7" | "5.1.8") {
        tracing::error!(
            smtp.code = code,
            smtp.status = status,
            "the mail server refuses the sender: check smtp.from"
        );
        return Outcome::down("The mail server refuses the service's sender address.");
    }
    tracing::warn!(
        smtp.code = code,
        smtp.status = status,
        "the mail server refused a message for good"
    );
    Outcome::refused(match status.get(..4) {
        Some("5.2.") => "The mailbox of this address takes no messages at the moment.",
        Some("5.7.") => "The mail server refused this message.",
        _ => "The mail server refused this address.",
    })
}

/// The first enhanced status code (RFC 3463) in a reply, like `5.1.1`.
fn enhanced_status(reply: &str) -> Option<String> {
    let is_status = |word: &&str| {
        let parts: Vec<&str> = word.split('.').collect();
        let digits =
            |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        parts.len() == 3 && matches!(parts[0], "2" | "4" | "5") && parts.iter().all(digits)
    };
    reply
        .split_whitespace()
        .map(|word| word.trim_end_matches(':'))
        .find(is_status)
        .map(str::to_owned)
}

#[cfg(test)]
mod tests;
