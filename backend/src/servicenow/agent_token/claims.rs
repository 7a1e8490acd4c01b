//! Whether the claims have possible values. The signature says that the app wrote them; this says that they fit where
//! they are going: database columns, messages, pages.

use shared::agent_token::{AgentClaims, MAX_DESCRIPTION_CHARS};

use super::TokenError;

/// Display names and logins. ServiceNow's own columns hold 40 to 151 characters.
const NAME_CHARS: usize = 200;
/// Short description and category; the platform's own column holds 160, an admin may widen it.
const LINE_CHARS: usize = 1000;
/// RFC 5321 allows 254 characters for an address.
const ADDRESS_CHARS: usize = 320;
/// The app sends one contact for each configured field of the user record.
const MAX_CONTACTS: usize = 20;

/// The first claim with an impossible value, if any.
pub(super) fn check(claims: &AgentClaims) -> Result<(), TokenError> {
    let contacts_fit =
        claims.requester.contacts.len() <= MAX_CONTACTS
            && claims.requester.contacts.iter().all(|contact| {
                is_line(&contact.address, ADDRESS_CHARS) && is_line(&contact.source, NAME_CHARS)
            });
    let (agent, ticket, requester) = (&claims.agent, &claims.ticket, &claims.requester);
    let checks = [
        (
            "jti",
            (8..=128).contains(&claims.jti.len()) && claims.jti.bytes().all(|byte| byte.is_ascii_graphic()),
        ),
        ("agent.sys_id", is_sys_id(&agent.sys_id)),
        ("sub", claims.sub == agent.sys_id),
        ("agent.user_name", is_line(&agent.user_name, NAME_CHARS)),
        ("agent.name", is_line(&agent.name, NAME_CHARS)),
        ("ticket.table", is_table(&ticket.table)),
        ("ticket.sys_id", is_sys_id(&ticket.sys_id)),
        (
            "ticket.number",
            !ticket.number.is_empty() && is_line(&ticket.number, 40),
        ),
        (
            "ticket.short_description",
            is_text(&ticket.short_description, LINE_CHARS),
        ),
        (
            "ticket.description",
            is_text(&ticket.description, MAX_DESCRIPTION_CHARS),
        ),
        ("ticket.category", is_line(&ticket.category, NAME_CHARS)),
        ("requester.sys_id", is_sys_id(&requester.sys_id)),
        ("requester.user_name", is_line(&requester.user_name, NAME_CHARS)),
        ("requester.name", is_line(&requester.name, NAME_CHARS)),
        ("requester.email", is_line(&requester.email, ADDRESS_CHARS)),
        ("requester.contacts", contacts_fit),
        ("requester.time_zone", is_line(&requester.time_zone, 64)),
        ("requester.language", is_line(&requester.language, 35)),
    ];
    match checks.into_iter().find(|(_, holds)| !holds) {
        Some((claim, _)) => Err(TokenError::BadClaim(claim)),
        None => Ok(()),
    }
}

/// 32 lower-case hex digits.
fn is_sys_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_table(text: &str) -> bool {
    (1..=80).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

/// One line: short enough, without control characters, so that it can stand in a mail header or a log.
fn is_line(text: &str, most_chars: usize) -> bool {
    text.chars().count() <= most_chars && !text.chars().any(char::is_control)
}

/// Several lines: short enough, without control characters other than line breaks and tabs.
fn is_text(text: &str, most_chars: usize) -> bool {
    let allowed = |char: char| !char.is_control() || matches!(char, '\n' | '\r' | '\t');
    text.chars().count() <= most_chars && text.chars().all(allowed)
}
