//! What a finding means, for the admin who reads the page: what happened, and what to do.

use shared::connection::{Finding, Step, StepReport};
use shared::words::UnixMillis;

use super::Reply;
use crate::config::Instance;

/// The report on a step.
pub(super) fn report(
    instance: &Instance,
    step: Step,
    finding: Finding,
    reply: &Reply,
    now: UnixMillis,
) -> StepReport {
    StepReport {
        step,
        ok: finding == Finding::Fine,
        finding,
        text: text(instance, step, finding, reply, now),
        remedy: remedy(finding).into(),
    }
}

/// The report on the clocks: the instance's is `ahead` seconds ahead of ours.
pub(super) fn clock(ahead: i64, is_fine: bool) -> StepReport {
    let finding = if is_fine { Finding::Fine } else { Finding::ClockOff };
    StepReport {
        step: Step::Clock,
        ok: is_fine,
        finding,
        text: match ahead {
            0 => "The two clocks show the same second.".into(),
            _ => off(ahead),
        },
        remedy: remedy(finding).into(),
    }
}

fn off(ahead: i64) -> String {
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    let unit = if ahead.abs() == 1 { "second" } else { "seconds" };
    format!(
        "The clock of the instance is {} {unit} {direction} the backend's.",
        ahead.saturating_abs()
    )
}

fn text(instance: &Instance, step: Step, finding: Finding, reply: &Reply, now: UnixMillis) -> String {
    let url = &instance.url;
    let status = match reply {
        Reply::Answer(answer) => answer.status.as_u16(),
        Reply::None(_) | Reply::Late => 0,
    };
    match finding {
        Finding::Fine if step == Step::Oauth => "The instance gave an OAuth token.".into(),
        Finding::Fine => "The app took a signed event and answered. Token, role and signature are right.".into(),
        Finding::Unreachable | Finding::Certificate => match reply {
            Reply::None(why) => format!("The backend does not reach {url}: {why}."),
            Reply::Answer(_) | Reply::Late => format!("The backend does not reach {url}."),
        },
        Finding::TimedOut => format!("The instance at {url} did not answer in time."),
        Finding::Redirected => format!("{url} answers with a redirect ({status})."),
        Finding::Proxy if status == 401 => {
            "The headers of the signature do not reach the app: something on the way removes or changes them.".into()
        }
        Finding::Proxy => format!(
            "Not the instance's own services answer, but a page or an error of something in between ({status})."
        ),
        Finding::Hibernating => "The instance is hibernating: it answers with a page that says so.".into(),
        Finding::Busy => "The instance asks to wait (429): a limit on requests is reached.".into(),
        Finding::Failed => format!("The instance failed ({status})."),
        Finding::Unreadable => "The instance's answer holds no bearer token.".into(),
        Finding::ClientRefused => format!("The instance refuses the OAuth client or its secret ({status})."),
        Finding::GrantRefused => {
            format!("The instance does not give this client a token for client credentials ({status}).")
        }
        Finding::TokenRefused => "The instance does not accept the token that it has just given (401).".into(),
        Finding::RoleMissing => "The user behind the OAuth client may not deliver results (403).".into(),
        Finding::NotInstalled => format!("The instance has no resource that takes results ({status})."),
        Finding::Outdated => {
            "Token, role and signature are right, but the app is older than the backend and does not know this test."
                .into()
        }
        Finding::SwitchedOff => "The app takes no results: it is switched off or not set up (503).".into(),
        Finding::SignatureRefused => "The app refuses the signature: the two webhook secrets differ.".into(),
        Finding::ClockOff => match reply {
            Reply::Answer(answer) => answer.date.map_or_else(
                || "The clocks differ by more than five minutes.".into(),
                |theirs| off(theirs.unix_seconds().saturating_sub(now.unix_seconds())),
            ),
            Reply::None(_) | Reply::Late => "The clocks differ by more than five minutes.".into(),
        },
    }
}

const fn remedy(finding: Finding) -> &'static str {
    match finding {
        Finding::Fine => "",
        Finding::Unreachable => {
            "Check the instance's url in the backend's configuration, and that the backend's network may reach it: name resolution, firewall, IP address access control of the instance."
        }
        Finding::Certificate => {
            "The certificate is not the instance's own, or not trusted: a proxy that opens TLS stands in between, or the url is wrong. Let the backend reach the instance directly."
        }
        Finding::TimedOut => {
            "Try again. If it stays so, look for a firewall that drops packets, and at the instance's load."
        }
        Finding::Redirected => {
            "Write the instance's final address as url into the backend's configuration, and set glide.servlet.uri to the same. Signed results follow no redirect."
        }
        Finding::Proxy => {
            "Look for a proxy, a firewall for web applications or a sign-in page between backend and instance, and let the paths /oauth_token.do and /api/x_imper_verify pass unchanged."
        }
        Finding::Hibernating => "Wake it: sign in at developer.servicenow.com. Then test again.",
        Finding::Busy => {
            "Raise the rate limit rule for the integration user, or wait until it is over: results are retried."
        }
        Finding::Failed => "Look at the system log of the instance, and test again.",
        Finding::Unreadable => "Look at the OAuth entry of the backend in Application Registry.",
        Finding::ClientRefused => {
            "Compare client ID and client secret in System OAuth > Application Registry with client_id and the client secret in the backend's configuration. The entry must be active and have an OAuth application user, and glide.oauth.inbound.client.credential.grant_type.enabled must be true."
        }
        Finding::GrantRefused => {
            "Set the property glide.oauth.inbound.client.credential.grant_type.enabled to true, and choose client credentials as the grant type of the client in Application Registry."
        }
        Finding::TokenRefused => {
            "The OAuth application user of the client must be active and not locked out. A REST API access policy may also shut it out."
        }
        Finding::RoleMissing => {
            "Give the OAuth application user of the client the role x_imper_verify.integration. If the user has it: users without the role snc_internal are turned away, too, and a REST API access policy may shut them out."
        }
        Finding::NotInstalled => {
            "Import and commit the app's update set in this instance, and see that the resource result of imper.ai Verification API is active."
        }
        Finding::Outdated => "Import the update set that belongs to the backend's version.",
        Finding::SwitchedOff => {
            "Set x_imper_verify.enabled to true, and complete the properties that this page names."
        }
        Finding::SignatureRefused => {
            "Set x_imper_verify.webhook_secret to the webhook secret of the backend's configuration: whsec_ and the same base64 text."
        }
        Finding::ClockOff => {
            "Set both clocks by a time server. From five minutes on, every result is refused."
        }
    }
}
