//! "I cannot do this now": the requester chooses another way of the current step, or says that they have none.

use rusqlite::Transaction;
use serde_json::json;
use shared::words::CheckKind;

use super::super::{Service, ServiceError, record};
use super::progress::proceed;
use super::{Page, change};
use crate::verification::{Check, Session, Verification};

/// Chooses another way. A way that cannot be asked now changes nothing.
pub async fn choose(service: &Service, cookie: &str, kind: CheckKind) -> Result<Page, ServiceError> {
    let choose = move |service: &Service, tx: &Transaction<'_>, verification: Verification| {
        let asked = verification
            .session()
            .and_then(Session::current_check)
            .map(Check::kind);
        let Some(before) = asked.filter(|asked| *asked != kind) else {
            return Ok((verification, ()));
        };
        let chosen = verification.with_session(service.now(), |session| session.choosing(kind))?;
        let now_asked = chosen.session().and_then(Session::current_check).map(Check::kind);
        if now_asked != Some(kind) {
            return Ok((chosen, ()));
        }
        let body = json!({ "instead_of": before.as_str(), "check": kind.as_str() });
        record(service, tx, &chosen, "way.chosen", &body)?;
        Ok((proceed(service, tx, chosen)?, ()))
    };
    change(service, cookie, choose).await.map(|(page, ())| page)
}

/// The requester has none of the ways: the verification is decided now, rather than after its time.
pub async fn give_up(service: &Service, cookie: &str) -> Result<Page, ServiceError> {
    let give_up = |service: &Service, tx: &Transaction<'_>, verification: Verification| {
        let asked = verification
            .session()
            .and_then(Session::current_check)
            .map(Check::kind);
        let Some(asked) = asked else {
            return Ok((verification, ()));
        };
        let now = service.now();
        let ended = verification.with_session(now, |session| session.giving_up(now))?;
        let body = json!({ "check": asked.as_str() });
        record(service, tx, &ended, "way.none_left", &body)?;
        Ok((proceed(service, tx, ended)?, ()))
    };
    change(service, cookie, give_up).await.map(|(page, ())| page)
}
