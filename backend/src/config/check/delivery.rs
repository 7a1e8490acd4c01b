//! The settings of mail server, text message gateway and their callbacks.

use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::Checker;
use crate::config::raw::{RawDkim, RawSendGrid, RawSms, RawSmtp};
use crate::config::{Dkim, SendGrid, Sms, SmsWebhook, Smtp, SmtpTls, Twilio, TwilioSender};
use crate::delivery::dkim::Signer;

/// Where Twilio's API is, unless a region or a test says otherwise.
const TWILIO_URL: &str = "https://api.twilio.com";

impl Checker<'_> {
    pub(super) fn smtp(&mut self, raw: &RawSmtp) -> Option<Smtp> {
        let tls = match raw.tls.as_str() {
            "implicit" => Some(SmtpTls::Implicit),
            "starttls" => Some(SmtpTls::StartTls),
            "none" if matches!(raw.host.as_str(), "localhost" | "127.0.0.1" | "::1") => Some(SmtpTls::None),
            "none" => {
                self.note("smtp.tls", "“none” is allowed only to localhost");
                None
            }
            other => {
                self.note(
                    "smtp.tls",
                    format!("“{other}” is not one of implicit, starttls, none"),
                );
                None
            }
        };
        let from = self.parse(
            "smtp.from",
            &raw.from,
            "a sender like Service desk <desk@example.com>",
        );
        let login = raw.username.as_ref().map(|name| {
            let password = self.secret("smtp.username", "IMPER_SMTP_PASSWORD")?;
            Some((name.clone(), password))
        });
        let ca_pem = raw.ca_file.as_ref().map(|path| match std::fs::read(path) {
            Ok(pem) => Some(pem),
            Err(error) => {
                self.note("smtp.ca_file", format!("“{path}” cannot be read: {error}"));
                None
            }
        });
        if !(1..=120).contains(&raw.timeout_seconds) {
            self.note("smtp.timeout_seconds", "must be between 1 and 120");
        }
        let per_second = self.per_second("smtp.per_second", raw.per_second);
        let dkim = raw.dkim.as_ref().map(|dkim| self.dkim(dkim));
        Some(Smtp {
            host: raw.host.clone(),
            port: raw.port,
            tls: tls?,
            login: match login {
                Some(login) => Some(login?),
                None => None,
            },
            from: from?,
            ca_pem: match ca_pem {
                Some(pem) => Some(pem?),
                None => None,
            },
            timeout: Duration::from_secs(raw.timeout_seconds),
            per_second,
            dkim: match dkim {
                Some(dkim) => Some(dkim?),
                None => None,
            },
        })
    }

    fn dkim(&mut self, raw: &RawDkim) -> Option<Dkim> {
        for (setting, name) in [
            ("smtp.dkim.domain", &raw.domain),
            ("smtp.dkim.selector", &raw.selector),
        ] {
            if !is_dns_name(name) {
                self.note(setting, format!("“{name}” is not a name in DNS"));
            }
        }
        let dkim = Dkim {
            domain: raw.domain.to_ascii_lowercase(),
            selector: raw.selector.to_ascii_lowercase(),
            key_pem: self.secret("smtp.dkim", "IMPER_DKIM_KEY")?,
        };
        match Signer::new(&dkim) {
            Ok(_) => Some(dkim),
            Err(error) => {
                self.note("IMPER_DKIM_KEY", error);
                None
            }
        }
    }

    fn per_second(&mut self, setting: &str, value: Option<u32>) -> Option<u32> {
        if value.is_some_and(|value| !(1..=1_000).contains(&value)) {
            self.note(setting, "must be between 1 and 1000");
        }
        value
    }

    pub(super) fn sms(&mut self, raw: &RawSms) -> Option<Sms> {
        let per_second = self.per_second("sms.per_second", raw.per_second);
        match raw.provider.as_str() {
            "webhook" => self.webhook(raw, per_second),
            "twilio" => self.twilio(raw, per_second),
            other => {
                self.note("sms.provider", format!("“{other}” is not one of webhook, twilio"));
                None
            }
        }
    }

    fn webhook(&mut self, raw: &RawSms, per_second: Option<u32>) -> Option<Sms> {
        let twilio = [
            &raw.account_sid,
            &raw.api_key_sid,
            &raw.messaging_service_sid,
            &raw.from,
            &raw.base_url,
        ];
        if twilio.iter().any(|setting| setting.is_some()) {
            self.note("sms", "for settings of Twilio, set provider = \"twilio\"");
        }
        let secret = self.webhook_secret("sms", "IMPER_SMS_SECRET");
        let Some(text) = &raw.url else {
            self.note("sms.url", "must name the gateway");
            return None;
        };
        // The gateway receives full numbers and codes, so the same rule holds for it as for an instance.
        let url = self.parse::<Url>("sms.url", text, "a URL");
        if let Some(url) = &url {
            self.origin("sms.url", &url.origin().ascii_serialization());
        }
        Some(Sms::Webhook(SmsWebhook {
            url: url?,
            secret: secret?,
            per_second,
        }))
    }

    fn twilio(&mut self, raw: &RawSms, per_second: Option<u32>) -> Option<Sms> {
        if raw.url.is_some() {
            self.note("sms.url", "is for provider = \"webhook\"; Twilio has base_url");
        }
        let account_sid = self.sid(
            "sms.account_sid",
            raw.account_sid.as_deref().unwrap_or_default(),
            "AC",
        );
        let auth_token = self.secret("sms", "IMPER_TWILIO_AUTH_TOKEN");
        let api_key = raw.api_key_sid.as_ref().map(|sid| {
            let secret = self.secret("sms.api_key_sid", "IMPER_TWILIO_API_KEY_SECRET");
            Some((self.sid("sms.api_key_sid", sid, "SK")?, secret?))
        });
        let sender = match (&raw.messaging_service_sid, &raw.from) {
            (Some(sid), None) => {
                let sid = self.sid("sms.messaging_service_sid", sid, "MG");
                sid.map(TwilioSender::MessagingService)
            }
            (None, Some(from)) => self.from(from).map(TwilioSender::From),
            _ => {
                self.note("sms", "Twilio needs either messaging_service_sid or from");
                None
            }
        };
        let base_url = self.origin("sms.base_url", raw.base_url.as_deref().unwrap_or(TWILIO_URL));
        Some(Sms::Twilio(Twilio {
            account_sid: account_sid?,
            auth_token: auth_token?,
            api_key: match api_key {
                Some(api_key) => Some(api_key?),
                None => None,
            },
            sender: sender?,
            base_url: base_url?,
            per_second,
        }))
    }

    /// Twilio's names: two letters and 32 hex digits.
    fn sid(&mut self, setting: &str, text: &str, prefix: &str) -> Option<String> {
        let digits = text.strip_prefix(prefix).unwrap_or_default();
        let fits = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !fits {
            self.note(setting, format!("must be {prefix} and 32 hex digits"));
        }
        fits.then(|| text.to_owned())
    }

    /// A number in E.164, a short code, or up to eleven letters, digits and spaces.
    fn from(&mut self, text: &str) -> Option<String> {
        let digits = |text: &str, most: std::ops::RangeInclusive<usize>| {
            most.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let is_number = text.strip_prefix('+').is_some_and(|rest| digits(rest, 7..=15));
        let is_name = (1..=11).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
            && text.bytes().any(|byte| byte.is_ascii_alphabetic());
        let fits = is_number || digits(text, 3..=8) || is_name;
        if !fits {
            self.note(
                "sms.from",
                format!("“{text}” is no number like +15005550006, no short code and no sender name of at most 11 letters"),
            );
        }
        fits.then(|| text.to_owned())
    }

    pub(super) fn sendgrid(&mut self, raw: &RawSendGrid) -> Option<SendGrid> {
        let der = STANDARD.decode(raw.verification_key.trim()).ok();
        let key = der.filter(|der| ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, der).is_ok());
        if key.is_none() {
            self.note(
                "sendgrid.verification_key",
                "is not the verification key that SendGrid shows (base64, MFkw…)",
            );
        }
        Some(SendGrid {
            verification_key: key?,
        })
    }
}

/// RFC 1035 labels, with the underscores that selectors may have.
fn is_dns_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.len() <= 253 && name.split('.').all(label)
}
