//! The inbox page of the demo: what the mail server received, as the requester would see it.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use warp::http::{Response, StatusCode, header};
use warp::reply::Reply;
use warp::{Filter, Rejection, sse};

use super::{MailError, Mailbox, Message};

const TOKENS: &str = include_str!("../../../shared/style/tokens.css");
const STYLE: &str = include_str!("inbox.css");
const SCRIPT: &str = include_str!("inbox.js");

/// How often the mailbox is looked at for an open page.
const POLL: Duration = Duration::from_millis(300);

/// What the inbox page itself may load.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A mail is somebody else's HTML: no scripts, no forms, nothing loaded; its links open in a tab of their own.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
    style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'";

/// A running inbox page. Dropping it closes the port.
#[derive(Debug)]
pub struct Inbox {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Inbox {
    /// Serves `mailbox` on the loopback interface; port 0 takes any free one.
    pub async fn start(mailbox: Mailbox, port: u16) -> Result<Self, MailError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(MailError::io("could not listen for the inbox page"))?;
        let address = listener
            .local_addr()
            .map_err(MailError::io("could not listen for the inbox page"))?;
        let task = tokio::spawn(warp::serve(routes(mailbox)).incoming(listener).run());
        Ok(Self { address, task })
    }

    /// Where the page is.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn routes(mailbox: Mailbox) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let with_mailbox = warp::any().map(move || mailbox.clone());
    let list = warp::path::end()
        .and(with_mailbox.clone())
        .then(async |mailbox| page(&mailbox, None));
    let message = warp::path!("mail" / String)
        .and(with_mailbox.clone())
        .then(async |id: String, mailbox| page(&mailbox, Some(&id)));
    let body = warp::path!("mail" / String / "html")
        .and(with_mailbox.clone())
        .then(async |id: String, mailbox: Mailbox| mail_body(&mailbox, &id));
    let style = warp::path!("inbox.css")
        .then(async || asset("text/css; charset=utf-8", format!("{TOKENS}\n{STYLE}")));
    let script =
        warp::path!("inbox.js").then(async || asset("text/javascript; charset=utf-8", SCRIPT.to_owned()));
    let events = warp::path!("events")
        .and(warp::query::<Seen>())
        .and(with_mailbox)
        .map(|seen: Seen, mailbox| sse::reply(sse::keep_alive().stream(news(mailbox, seen.seen))));
    let anything_else = warp::any().then(async || not_found());
    warp::get()
        .and(
            list.or(message)
                .unify()
                .or(body)
                .unify()
                .or(style)
                .unify()
                .or(script)
                .unify()
                .boxed(),
        )
        .or(warp::get().and(events).boxed())
        .or(anything_else.boxed())
}

/// How many messages an open page shows.
#[derive(serde::Deserialize)]
struct Seen {
    seen: usize,
}

/// One event as soon as the mailbox holds another number of messages than the page shows.
fn news(mailbox: Mailbox, seen: usize) -> impl Stream<Item = Result<sse::Event, Infallible>> + Send {
    stream::once(async move {
        loop {
            // A mailbox that cannot be read now may be readable in a moment.
            if mailbox.messages().is_ok_and(|messages| messages.len() != seen) {
                return Ok(sse::Event::default().data("changed"));
            }
            tokio::time::sleep(POLL).await;
        }
    })
    .chain(stream::pending())
}

fn asset(content_type: &str, body: String) -> Response<String> {
    reply(StatusCode::OK, content_type, "default-src 'none'", body)
}

fn not_found() -> Response<String> {
    reply(
        StatusCode::NOT_FOUND,
        "text/plain; charset=utf-8",
        "default-src 'none'",
        "No such page\n".to_owned(),
    )
}

fn reply(status: StatusCode, content_type: &str, policy: &str, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    response
}

fn mail_body(mailbox: &Mailbox, id: &str) -> Response<String> {
    match mailbox.message(id) {
        // A click must not replace the mail inside its frame.
        Some(message) => reply(
            StatusCode::OK,
            "text/html; charset=utf-8",
            MAIL_POLICY,
            format!("<!doctype html><base target=\"_blank\">{}", message.html),
        ),
        None => not_found(),
    }
}

fn page(mailbox: &Mailbox, open: Option<&str>) -> Response<String> {
    let messages = match mailbox.messages() {
        Ok(messages) => messages,
        Err(error) => {
            return reply(
                StatusCode::INTERNAL_SERVER_ERROR,
                "text/plain; charset=utf-8",
                PAGE_POLICY,
                error.to_string(),
            );
        }
    };
    let shown = match open {
        Some(id) => match messages.iter().find(|message| message.id == id) {
            Some(message) => Some(message),
            None => return not_found(),
        },
        None => messages.last(),
    };
    let mut list = String::new();
    for message in messages.iter().rev() {
        let current = if shown.is_some_and(|shown| shown.id == message.id) {
            " aria-current=\"page\""
        } else {
            ""
        };
        let _ = write!(
            list,
            "<li><a href=\"/mail/{}\"{current}><span class=\"to\">{}</span>{}<br><time>{}</time></a></li>",
            escape(&message.id),
            escape(&message.to),
            escape(&message.subject),
            escape(&message.date)
        );
    }
    let content = match shown {
        Some(message) => format!(
            "<nav aria-label=\"Messages\"><ol>{list}</ol></nav>{}",
            article(message)
        ),
        None => "<p class=\"empty\">No mail yet. It appears here as soon as it arrives.</p>".to_owned(),
    };
    let body = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Inbox ({count})</title><link rel=\"icon\" href=\"data:,\">\
         <link rel=\"stylesheet\" href=\"/inbox.css\"></head><body data-seen=\"{count}\">\
         <header><h1>Inbox</h1><p>Every mail that the demo's SMTP server received, for all recipients.</p></header>\
         <main>{content}</main><script src=\"/inbox.js\"></script></body></html>",
        count = messages.len()
    );
    reply(StatusCode::OK, "text/html; charset=utf-8", PAGE_POLICY, body)
}

fn article(message: &Message) -> String {
    let mut html = format!(
        "<article><h2>{}</h2><dl class=\"meta\"><dt>From</dt><dd>{}</dd><dt>To</dt><dd>{}</dd>\
         <dt>Date</dt><dd>{}</dd></dl>",
        escape(&message.subject),
        escape(&message.from),
        escape(&message.to),
        escape(&message.date)
    );
    let links = message.links();
    if !links.is_empty() {
        html.push_str("<h3>Links in this mail</h3><ol class=\"links\">");
        for link in links {
            let link = escape(&link);
            let _ = write!(
                html,
                "<li><a href=\"{link}\" target=\"_blank\" rel=\"noopener noreferrer\">{link}</a></li>"
            );
        }
        html.push_str("</ol>");
    }
    if !message.html.is_empty() {
        let _ = write!(
            html,
            "<h3>HTML part</h3><iframe title=\"HTML part of the mail\" src=\"/mail/{}/html\" \
             sandbox=\"allow-popups allow-popups-to-escape-sandbox\"></iframe>",
            escape(&message.id)
        );
    }
    let open = if message.html.is_empty() { " open" } else { "" };
    let _ = write!(
        html,
        "<details{open}><summary>Text part</summary><pre>{}</pre></details></article>",
        escape(&message.text)
    );
    html
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
