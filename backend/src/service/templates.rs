//! Messages to look at and to try out: every template with sample data and an instance's own branding.
//!
//! Nothing of it is a real request. The link leads to the portal, which does not know it; the code fits nowhere.

use std::fmt;
use std::sync::Arc;

use shared::words::{Action, Channel, UnixMillis};

use super::ServiceError;
use super::look::Look;
use crate::config::Config;
use crate::delivery::{self, Content, Message};
use crate::locale::Locale;
use crate::verification::enrolment::Factor;
use crate::verification::{Destination, InstanceId};

/// Where samples of each kind would go, were they sent: reserved by RFC 2606, and by Ofcom for drama.
const SAMPLE_ADDRESS: &str = "requester@example.com";
const SAMPLE_NUMBER: &str = "+442079460958";
/// No table of ServiceNow begins to count there.
const SAMPLE_TICKET: &str = "INC0000000";
const SAMPLE_AGENT: &str = "Alex Sample";
const SAMPLE_REQUESTER: &str = "Robin Sample";
const SAMPLE_CODE: &str = "123456";
/// Of a link of the portal, whose secret has 43 characters.
const SAMPLE_SECRET: &str = "sample-sample-sample-sample-sample-sample-x";
/// How long a code and a request to a manager live, and how long a notice's link does, in minutes.
const CODE_MINUTES: i64 = 10;
const NOTICE_MINUTES: i64 = 24 * 60;

/// A message that requesters get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// The link that begins a verification.
    Link,
    /// The same, sent again: the earlier link no longer works.
    LinkAgain,
    /// The code to a contact on file.
    Code,
    /// An action was performed.
    Notice,
    /// A passkey, an app or recovery codes were enrolled.
    Enrolled,
    /// Somebody said that a verification was not theirs.
    Warning,
    /// To the manager on file: is this request genuine?
    Approval,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Link,
        Self::LinkAgain,
        Self::Code,
        Self::Notice,
        Self::Enrolled,
        Self::Warning,
        Self::Approval,
    ];

    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::LinkAgain => "link-again",
            Self::Code => "code",
            Self::Notice => "notice",
            Self::Enrolled => "enrolled",
            Self::Warning => "warning",
            Self::Approval => "approval",
        }
    }

    /// The template of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.as_str() == name)
    }

    fn content(self, public_url: &str) -> Content {
        let url = |page: &str| format!("{public_url}/{page}/{SAMPLE_SECRET}");
        match self {
            Self::Link | Self::LinkAgain => Content::Link {
                url: url("v"),
                replaces_earlier: self == Self::LinkAgain,
            },
            Self::Code => Content::Code {
                code: SAMPLE_CODE.into(),
            },
            Self::Notice => Content::Notice {
                url: url("alarm"),
                is_certain: true,
            },
            Self::Enrolled => Content::Enrolled {
                url: url("alarm"),
                factor: Factor::Passkey,
            },
            Self::Warning => Content::Warning,
            Self::Approval => Content::Approval {
                url: url("approve"),
                requester: SAMPLE_REQUESTER.into(),
                replaces_earlier: false,
            },
        }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A template as email and as text message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The email.
    pub email: delivery::EmailPreview,
    /// The text message, whether or not a gateway is set up.
    pub text: delivery::TextPreview,
}

/// Writes a template with sample data, as `instance` would send it if it looked like `look`.
///
/// # Errors
/// [`ServiceError::NotFound`] if there is no such instance; [`ServiceError::Template`] if it cannot be written.
pub fn preview(
    config: &Config,
    instance: &InstanceId,
    look: &Look,
    template: Template,
    language: Locale,
) -> Result<Preview, ServiceError> {
    let link_seconds = config
        .instances
        .get(instance)
        .ok_or(ServiceError::NotFound)?
        .link_seconds;
    let write = |channel, address: &str| -> Result<Message, ServiceError> {
        let to = Destination::parse(channel, address, None)?;
        let url = &config.server.public_url;
        Ok(sample(
            url,
            look,
            link_seconds,
            (template, language),
            to,
            "sample".into(),
        ))
    };
    let email = write(Channel::Email, SAMPLE_ADDRESS)?;
    let text = write(Channel::Sms, SAMPLE_NUMBER)?;
    Ok(Preview {
        email: delivery::preview_email(&email).map_err(|error| ServiceError::Template(error.to_string()))?,
        text: delivery::preview_text(&text, &config.server.public_url),
    })
}

/// A template with sample data and the branding of `instance`.
pub(super) fn sample(
    public_url: &str,
    look: &Look,
    link_seconds: i64,
    (template, language): (Template, Locale),
    to: Destination,
    key: String,
) -> Message {
    let minutes = match template {
        Template::Link | Template::LinkAgain => link_seconds / 60,
        Template::Code | Template::Approval => CODE_MINUTES,
        Template::Notice | Template::Enrolled | Template::Warning => NOTICE_MINUTES,
    };
    Message {
        to,
        language,
        company: look.company.clone(),
        support_contact: look.support_contact.clone(),
        branding: Arc::clone(&look.branding),
        agent_name: SAMPLE_AGENT.into(),
        ticket_number: SAMPLE_TICKET.into(),
        action: Some(Action::PasswordReset),
        key,
        minutes,
        // Whoever sends it knows when.
        ends_at: UnixMillis(0),
        is_test: false,
        content: template.content(public_url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Branding, Colour, Logo};
    use crate::testing::service_with;

    fn acme() -> InstanceId {
        InstanceId::parse("acme").unwrap()
    }

    #[test]
    fn every_template_is_written_in_every_language_with_the_branding_of_the_instance() {
        let (_folder, service, _clock) = service_with(|config| {
            config.instances.get_mut(&acme()).unwrap().branding = Arc::new(Branding {
                colour: Some(Colour([0x7a, 0x00, 0x19])),
                logo: Some(Logo::Embedded {
                    media_type: "image/png",
                    bytes: b"logo".to_vec(),
                }),
                sender_name: None,
            });
        });
        let globex = InstanceId::parse("globex").unwrap();
        for template in Template::ALL {
            for language in Locale::ALL {
                let of = |id: &InstanceId| {
                    let look = service.look(id).unwrap();
                    preview(&service.config, id, &look, template, language).unwrap()
                };
                let own = of(&acme());
                assert!(own.email.subject.contains("Acme"), "{}", own.email.subject);
                assert!(own.email.html.contains("data:image/png;base64,bG9nbw=="));
                assert!(own.email.text.contains("INC0000000") && own.text.text.contains("Acme"));
                let other = of(&globex);
                assert!(other.email.subject.contains("Globex") && !other.email.html.contains("<img"));
                if !matches!(template, Template::Code | Template::Warning) {
                    assert!(own.email.html.contains("#7a0019") && !other.email.html.contains("#7a0019"));
                }
                assert_eq!(Template::parse(template.as_str()), Some(template));
            }
        }
        let (nobody, globex) = (InstanceId::parse("nobody").unwrap(), globex);
        let look = service.look(&globex).unwrap();
        let lost = preview(&service.config, &nobody, &look, Template::Link, Locale::English);
        assert!(matches!(lost, Err(ServiceError::NotFound)));
    }
}
