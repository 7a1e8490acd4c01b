//! Twilio's Messages resource for tests: as strict as its API reference, with the magic numbers of its test credentials
//! (<https://www.twilio.com/docs/iam/test-credentials>).

use std::collections::BTreeMap;

use serde_json::json;
use url::{Url, form_urlencoded};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(super) const ACCOUNT: &str = "AC00000000000000000000000000000001";

/// Every parameter that the reference names for creating a message.
const PARAMETERS: [&str; 25] = [
    "To",
    "StatusCallback",
    "ApplicationSid",
    "MaxPrice",
    "ProvideFeedback",
    "Attempt",
    "ValidityPeriod",
    "ForceDelivery",
    "ContentRetention",
    "AddressRetention",
    "SmartEncoded",
    "PersistentAction",
    "TrafficType",
    "ShortenUrls",
    "ScheduleType",
    "SendAt",
    "SendAsMms",
    "ContentVariables",
    "RiskCheck",
    "From",
    "MessagingServiceSid",
    "Body",
    "MediaUrl",
    "ContentSid",
    "FallbackFrom",
];

struct Messages {
    user: String,
    password: String,
}

/// Starts the double; it lets in who shows this name and password.
pub(super) async fn start(user: &str, password: &str) -> MockServer {
    let server = MockServer::start().await;
    let messages = Messages {
        user: user.into(),
        password: password.into(),
    };
    Mock::given(any()).respond_with(messages).mount(&server).await;
    server
}

/// The parameters of the requests that came so far.
pub(super) async fn received(server: &MockServer) -> Vec<BTreeMap<String, String>> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .map(|request| form_urlencoded::parse(&request.body).into_owned().collect())
        .collect()
}

/// Status, code and message of a refusal.
type Fault = (u16, u32, &'static str);

fn error((status, code, message): Fault) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({
        "code": code, "message": message, "more_info": format!("https://www.twilio.com/docs/errors/{code}"), "status": status
    }))
}

fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

impl Messages {
    fn check(&self, request: &Request) -> Result<BTreeMap<String, String>, Fault> {
        use base64::Engine as _;
        let header = |name: &str| {
            request
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        if request.url.path() != format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json") {
            return Err((404, 20_404, "The requested resource was not found"));
        }
        if request.method.as_str() != "POST" {
            return Err((405, 20_004, "Method not allowed"));
        }
        let login = format!("{}:{}", self.user, self.password);
        let expected = format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(login)
        );
        if header("authorization") != expected {
            return Err((401, 20_003, "Authenticate"));
        }
        if header("content-type") != "application/x-www-form-urlencoded" {
            return Err((415, 20_415, "Unsupported Media Type"));
        }
        let pairs: Vec<(String, String)> = form_urlencoded::parse(&request.body).into_owned().collect();
        let form: BTreeMap<String, String> = pairs.iter().cloned().collect();
        if form.len() != pairs.len() || form.keys().any(|name| !PARAMETERS.contains(&name.as_str())) {
            return Err((400, 20_001, "Unknown or repeated parameters"));
        }
        check_values(&form)?;
        Ok(form)
    }
}

fn check_values(form: &BTreeMap<String, String>) -> Result<(), Fault> {
    let of = |name: &str| form.get(name).map(String::as_str);
    match of("To") {
        None | Some("") => return Err((400, 21_604, "A 'To' phone number is required.")),
        Some("+15005550001") => {
            return Err((400, 21_211, "Invalid 'To' Phone Number: +1500555XXXX"));
        }
        Some("+15005550002") => return Err((400, 21_612, "Not currently reachable")),
        Some("+15005550003") => {
            return Err((400, 21_408, "Permission to send an SMS has not been enabled"));
        }
        Some("+15005550004") => {
            return Err((400, 21_610, "Attempt to send to unsubscribed recipient"));
        }
        Some("+15005550009") => {
            return Err((400, 21_614, "'To' number is not a valid mobile number"));
        }
        Some(to) if !is_e164(to) => return Err((400, 21_211, "Invalid 'To' Phone Number")),
        Some(_) => {}
    }
    match (of("From"), of("MessagingServiceSid")) {
        (None, None) => return Err((400, 21_603, "A 'From' phone number is required.")),
        (Some("+15005550008"), _) => return Err((429, 21_611, "SMS queue is full")),
        (Some("+15005550001"), _) => return Err((400, 21_212, "Invalid From")),
        (None, Some(sid)) if !(sid.starts_with("MG") && sid.len() == 34) => {
            return Err((400, 21_701, "The Messaging Service does not exist"));
        }
        _ => {}
    }
    match of("Body") {
        None | Some("") => return Err((400, 21_602, "Message body is required.")),
        Some(body) if body.chars().count() > 1_600 => {
            return Err((
                400,
                21_617,
                "The concatenated message body exceeds the 1600 character limit",
            ));
        }
        Some(_) => {}
    }
    if let Some(callback) = of("StatusCallback") {
        let url = Url::parse(callback)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        if url.and_then(|url| url.domain().map(|host| host.contains('.') && !host.contains('_')))
            != Some(true)
        {
            return Err((400, 21_609, "The 'StatusCallback' URL is not a valid URL."));
        }
    }
    if let Some(seconds) = of("ValidityPeriod")
        && !seconds
            .parse()
            .is_ok_and(|seconds: u32| (1..=36_000).contains(&seconds))
    {
        return Err((
            400,
            21_619,
            "ValidityPeriod must be an integer between 1 and 36000",
        ));
    }
    Ok(())
}

impl Respond for Messages {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let form = match self.check(request) {
            Ok(form) => form,
            Err(fault) => return error(fault),
        };
        ResponseTemplate::new(201).set_body_json(json!({
            "account_sid": ACCOUNT,
            "api_version": "2010-04-01",
            "body": form["Body"],
            "date_created": "Sun, 22 Nov 2026 10:00:00 +0000",
            "date_sent": null,
            "date_updated": "Sun, 22 Nov 2026 10:00:00 +0000",
            "direction": "outbound-api",
            "error_code": null,
            "error_message": null,
            "from": form.get("From"),
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "1",
            "price": null,
            "price_unit": null,
            "sid": "SM00000000000000000000000000000001",
            "status": if form.contains_key("MessagingServiceSid") { "accepted" } else { "queued" },
            "to": form["To"],
            "uri": format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/SM00000000000000000000000000000001.json"),
        }))
    }
}
