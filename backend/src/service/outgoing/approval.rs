//! The question to the manager on file.

use shared::words::CheckKind;

use super::super::{Service, ServiceError, portal};
use super::prepare::{Envelope, Prepared, envelope};
use crate::verification::{LinkId, Verification};

/// The question to the manager.
pub struct ApprovalMessage {
    /// See [`Envelope`].
    pub envelope: Envelope,
    /// The link of the page with the answer. Secret: never log it.
    pub url: String,
    /// Whom it is about.
    pub requester: String,
    /// True when it replaces an earlier link.
    pub replaces_earlier: bool,
}

impl std::fmt::Debug for ApprovalMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApprovalMessage")
            .field("envelope", &self.envelope)
            .field("replaces_earlier", &self.replaces_earlier)
            .finish_non_exhaustive()
    }
}

/// The message, if the request is still in force.
pub(super) fn prepare(
    service: &Service,
    of: &Verification,
    link: LinkId,
) -> Result<Option<Prepared>, ServiceError> {
    let now = service.now();
    let manager = of.session().and_then(|session| {
        let check = session.check(CheckKind::ManagerApproval)?;
        check.detail.manager_approval()?.manager.clone()
    });
    let wanted =
        portal::approval::request_of(of).filter(|(_, ends_at, current)| *current == link && now < *ends_at);
    let Some((manager, (number, ends_at, _))) = manager.zip(wanted) else {
        return Ok(None);
    };
    let token = service.config.keys.approval_token(link);
    let minutes = i64::from(now.seconds_until(ends_at).div_ceil(60));
    let key = format!("approval-{}-{number}", of.id);
    let mut envelope = envelope(service, of, manager.destination, key, minutes, ends_at)?;
    // The language on file is the requester's.
    envelope.language = service.instance(&of.instance)?.default_language;
    Ok(Some(Prepared::Approval(ApprovalMessage {
        envelope,
        url: format!("{}/approve/{token}", service.config.server.public_url),
        requester: of.requester.name.clone(),
        replaces_earlier: number > 1,
    })))
}
