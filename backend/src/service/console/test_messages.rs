//! Test messages: a template with sample data, sent to an address that an administrator names. They go the way of all
//! messages, through the outbox, so that a test tells how a real one would fare.

use shared::words::{Channel, UnixMillis};

use super::{Action, Admin};
use crate::delivery;
use crate::keys::Place;
use crate::locale::Locale;
use crate::ports::random;
use crate::service::templates::{self, Template};
use crate::service::{Service, ServiceError};
use crate::store::console::audit::{self, Entry};
use crate::store::console::outbox::{self as rows, TestRow};
use crate::store::outbox::{self, Due, Message};
use crate::store::verifications;
use crate::verification::limits;
use crate::verification::{Destination, DestinationError, VerificationId};

/// Test messages of one instance within an hour: enough to see every template once by each channel.
pub const MOST_PER_HOUR: u32 = 20;
const HOUR_SECONDS: i64 = 3600;
/// Whoever looks at a test message waits for it; after an hour nobody does.
const LIFE_SECONDS: i64 = 3600;
/// How many of the last ones the page shows.
const SHOWN: u32 = 10;

/// Why a test message was not queued.
#[derive(Debug, thiserror::Error)]
pub enum TestProblem {
    /// What was entered is no address or number.
    #[error("{0}")]
    Destination(#[from] DestinationError),
    /// There is no gateway.
    #[error("Text messages are not set up. Use an email address.")]
    ChannelNotConfigured,
    /// The destination had its share.
    #[error("This address or number has had as many messages as it may get. Use another one, or wait {} min.", .0.div_ceil(60))]
    TooManyThere(u32),
    /// The instance had its share.
    #[error("{MOST_PER_HOUR} test messages were sent within the last hour. Wait a little.")]
    TooMany,
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// What became of a test message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is on its way; perhaps an attempt has failed, for this reason.
    Waiting(Option<String>),
    /// The mail server or the gateway has taken it.
    Accepted,
    /// It was given up, for this reason.
    GivenUp(String),
}

/// A test message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// The template.
    pub template: Template,
    /// The language.
    pub language: Locale,
    /// Where it goes, masked.
    pub to: String,
    /// When it was asked for.
    pub at: UnixMillis,
    /// What became of it.
    pub fate: Fate,
}

/// Queues a test message. It counts among those that its destination may get.
///
/// # Errors
/// See [`TestProblem`]. Nothing is queued then.
pub async fn send_test(
    service: &Service,
    admin: Admin<'_>,
    (template, language): (Template, Locale),
    (channel, address): (Channel, &str),
    client_address: String,
) -> Result<(), TestProblem> {
    let user = admin.session().user.clone();
    let region = service.instance(&user.instance)?.default_region.as_deref();
    let to = Destination::parse(channel, address, region)?;
    if !service.config.channels().contains(&channel) {
        return Err(TestProblem::ChannelNotConfigured);
    }
    let digest = service.config.keys.address_digest(&to.normalized());
    let id = VerificationId::from_random(random(service.entropy.as_ref()).map_err(ServiceError::from)?);
    let nonce = random(service.entropy.as_ref()).map_err(ServiceError::from)?;
    let place = place(user.instance.as_str(), &id);
    let sealed = service.config.keys.seal(place, nonce, to.address().as_bytes());
    let message = Message::Test {
        template: template.as_str().to_owned(),
        language: language.tag().to_owned(),
        channel,
        to: sealed.map_err(|error| ServiceError::Template(error.to_string()))?,
    };
    let subject = format!("{template} in {}, to {}", language.tag(), to.masked());
    let now = service.now();
    service
        .store
        .write(move |tx| {
            let instance = &user.instance;
            if rows::count_tests(tx, instance, now.plus_seconds(-HOUR_SECONDS))? >= MOST_PER_HOUR {
                return Err(TestProblem::TooMany);
            }
            // Of an agent and a requester that do not exist: only the destination has a history.
            let counts = verifications::counts(tx, instance, "", "", &digest, now)?;
            limits::may_send(counts).map_err(|limit| TestProblem::TooManyThere(limit.retry_after()))?;
            verifications::log_message(tx, instance, &digest, now)?;
            outbox::add(tx, instance, &id, id.as_str(), &message, now)?;
            let entry = Entry {
                instance: Some(instance),
                user: Some((user.id, &user.name)),
                action: Action::TestMessageSent,
                subject: &subject,
                client_address: &client_address,
            };
            audit::append(tx, entry, now)?;
            Ok(())
        })
        .await?;
    service.wake.notify_one();
    Ok(())
}

/// The last test messages of the administrator's instance, the newest first.
pub async fn tests(service: &Service, admin: Admin<'_>) -> Result<Vec<Test>, ServiceError> {
    let instance = admin.session().user.instance.clone();
    let of = instance.clone();
    let found = service
        .store
        .read(move |tx| rows::list_tests(tx, &of, SHOWN).map_err(ServiceError::from))
        .await?;
    let read = |row: TestRow| {
        let id = VerificationId::parse(&row.bound_to)?;
        let message: Message = serde_json::from_str(&row.payload).ok()?;
        let (template, language, to) = open(service, instance.as_str(), &id, &message)?;
        Some(Test {
            template,
            language,
            to: to.masked(),
            at: row.created_at,
            fate: match row.state.as_str() {
                "done" => Fate::Accepted,
                "dead" => Fate::GivenUp(row.error.unwrap_or_default()),
                _ => Fate::Waiting(row.error),
            },
        })
    };
    Ok(found.into_iter().filter_map(read).collect())
}

/// The message of a row. `None` when nobody waits for it any more, or it cannot be opened.
pub(in crate::service) fn prepare(
    service: &Service,
    due: &Due,
) -> Result<Option<delivery::Message>, ServiceError> {
    let ends_at = due.since.plus_seconds(LIFE_SECONDS);
    let opened = open(service, due.instance.as_str(), &due.verification, &due.message);
    let Some((template, language, to)) = opened.filter(|_| service.now() < ends_at) else {
        return Ok(None);
    };
    let link_seconds = service.instance(&due.instance)?.link_seconds;
    let look = service.look(&due.instance)?;
    let key = format!("test-{}", due.verification);
    let url = &service.config.server.public_url;
    let message = templates::sample(url, &look, link_seconds, (template, language), to, key);
    Ok(Some(delivery::Message {
        ends_at,
        is_test: true,
        ..message
    }))
}

fn open(
    service: &Service,
    instance: &str,
    id: &VerificationId,
    message: &Message,
) -> Option<(Template, Locale, Destination)> {
    let Message::Test {
        template,
        language,
        channel,
        to,
    } = message
    else {
        return None;
    };
    let opened = service.config.keys.open(place(instance, id), to);
    let bytes = opened
        .inspect_err(|error| tracing::warn!(%error, "a test message"))
        .ok()?;
    let address = std::str::from_utf8(&bytes).ok()?;
    Some((
        Template::parse(template)?,
        Locale::from_tag(language)?,
        // A number is kept with its country code.
        Destination::parse(*channel, address, None).ok()?,
    ))
}

fn place<'a>(instance: &'a str, id: &'a VerificationId) -> Place<'a> {
    Place {
        purpose: "test-message",
        instance,
        subject: id.as_str(),
    }
}

impl From<crate::store::StoreError> for TestProblem {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Service(error.into())
    }
}
