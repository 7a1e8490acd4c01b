//! The field's state and what can be done with it. Components read signals and call these functions; they do
//! not talk to anyone themselves.

use std::rc::Rc;

use leptos::prelude::*;
use shared::agent_api::{SendLink, TicketVerifications, VerificationView};
use shared::words::{Channel, Status, UnixMillis};
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

use crate::browser::{tell_parent, time};
use crate::client::{Client, Token};
use crate::live;
use crate::logic::card::Card;
use crate::logic::claims::ShownClaims;
use crate::logic::trouble::{Doing, Trouble};

/// The message to the page around the field after an outcome.
const UPDATED: &str = "imper-verify:updated";

/// A verification and the moment it was heard of: `resend_in` counts from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The verification.
    pub view: VerificationView,
    /// When, by the agent's clock.
    pub at: UnixMillis,
}

impl Heard {
    fn now(view: VerificationView) -> Self {
        Self {
            view,
            at: time::now(),
        }
    }

    /// Seconds until a resend is allowed; `None` when it never will be.
    pub fn resend_in(&self, now: UnixMillis) -> Option<u32> {
        let passed = now.millis_since(self.at).max(0) / 1000;
        let passed = u32::try_from(passed).unwrap_or(u32::MAX);
        self.view.resend_in.map(|seconds| seconds.saturating_sub(passed))
    }
}

/// What the field knows of its ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Load {
    /// Nothing yet.
    Waiting,
    /// It could not be read.
    Failed(Trouble),
    /// Everything.
    Ready,
}

/// The field. A handle: copies are the same field.
#[derive(Clone, Copy)]
pub struct Field {
    client: StoredValue<Rc<Client>, LocalStorage>,
    /// Ends the live stream that is being followed.
    stream: StoredValue<Option<AbortController>, LocalStorage>,
    /// How far reading has come.
    pub load: RwSignal<Load>,
    /// Newest first.
    pub verifications: RwSignal<Vec<Heard>>,
    /// In the order to offer them.
    pub channels: RwSignal<Vec<Channel>>,
    /// Who and what for, to show in the dialog.
    pub shown: RwSignal<Option<ShownClaims>>,
    /// What the agent asked for and is not answered yet.
    pub busy: RwSignal<Option<Doing>>,
    /// Why the last thing that the agent asked for failed.
    pub alert: RwSignal<Option<String>>,
    /// The live stream has been down for a while.
    pub interrupted: RwSignal<bool>,
    /// The present moment; moves once a second while something counts down, otherwise twice a minute.
    pub now: RwSignal<UnixMillis>,
}

impl Field {
    /// A field that has read nothing yet.
    pub fn new(client: Client) -> Self {
        let field = Self {
            client: StoredValue::new_local(Rc::new(client)),
            stream: StoredValue::new_local(None),
            load: RwSignal::new(Load::Waiting),
            verifications: RwSignal::new(Vec::new()),
            channels: RwSignal::new(Vec::new()),
            shown: RwSignal::new(None),
            busy: RwSignal::new(None),
            alert: RwSignal::new(None),
            interrupted: RwSignal::new(false),
            now: RwSignal::new(time::now()),
        };
        field.start_clock();
        on_cleanup(move || field.unfollow());
        field
    }

    fn start_clock(self) {
        let tick = move || {
            let now = time::now();
            let counts = self.newest_with(|heard| !heard.view.status.is_final()) == Some(true);
            if counts || now.millis_since(self.now.get_untracked()) >= 30_000 {
                self.now.set(now);
            }
        };
        if let Ok(interval) = set_interval_with_handle(tick, std::time::Duration::from_secs(1)) {
            on_cleanup(move || interval.clear());
        }
    }

    fn newest_with<T>(self, read: impl FnOnce(&Heard) -> T) -> Option<T> {
        self.verifications
            .try_with_untracked(|all| all.first().map(read))
            .flatten()
    }

    /// What to show, as it is now.
    pub fn card(self) -> Option<Card> {
        self.load.with(|load| *load == Load::Ready).then(|| {
            self.verifications.with(|all| {
                all.first()
                    .map_or_else(Card::required, |heard| Card::of(&heard.view))
            })
        })
    }

    /// Reads everything; follows the newest verification while it is under way.
    pub fn load(self) {
        self.load.set(Load::Waiting);
        self.alert.set(None);
        spawn_local(async move {
            let Some(client) = self.client.try_get_value() else {
                return;
            };
            // Seeing them together keeps a failed token from showing half a field.
            let read = async {
                let token = client.token().await?;
                let all = match client.list().await {
                    // The token was good until a moment ago: once more with a new one.
                    Err(Trouble::Refused(problem)) if problem.status == 401 => client.list().await?,
                    other => other?,
                };
                Ok((token, all))
            };
            match read.await {
                Ok((token, all)) => {
                    self.shown.try_set(token.shown);
                    self.take(all);
                    self.load.try_set(Load::Ready);
                }
                Err(trouble) => {
                    self.load.try_set(Load::Failed(trouble));
                }
            }
        });
    }

    fn take(self, all: TicketVerifications) {
        self.channels.try_set(all.channels);
        self.verifications
            .try_set(all.verifications.into_iter().map(Heard::now).collect());
        self.follow();
    }

    /// Puts a verification in its place: over its earlier state, or on top as the newest. Tells the page around
    /// the field when an outcome has arrived.
    pub fn apply(self, view: VerificationView) {
        let (id, status) = (view.id.clone(), view.status);
        let before = self.verifications.try_update(|all| {
            let heard = Heard::now(view);
            if let Some(old) = all.iter_mut().find(|old| old.view.id == heard.view.id) {
                // What is final stays final: an older message that arrives late changes nothing.
                if old.view.status.is_final() && !heard.view.status.is_final() {
                    return Some(old.view.status);
                }
                return Some(std::mem::replace(old, heard).view.status);
            }
            all.insert(0, heard);
            None
        });
        self.now.try_set(time::now());
        if status.is_final() && before != Some(Some(status)) {
            tell_parent(UPDATED, status.as_str());
        }
        if status.is_final() && self.newest_with(|heard| heard.view.id == id) == Some(true) {
            self.interrupted.try_set(false);
        }
    }

    /// Listens to the newest verification as long as it can change.
    fn follow(self) {
        self.unfollow();
        let Some(Some(id)) =
            self.newest_with(|heard| (!heard.view.status.is_final()).then(|| heard.view.id.clone()))
        else {
            return;
        };
        let (Ok(stop), Some(client)) = (AbortController::new(), self.client.try_get_value()) else {
            return;
        };
        let signal = stop.signal();
        self.stream.try_update_value(|stream| *stream = Some(stop));
        spawn_local(live::follow(self, client, id, signal));
    }

    fn unfollow(self) {
        if let Some(Some(stop)) = self.stream.try_update_value(Option::take) {
            stop.abort();
        }
        self.interrupted.try_set(false);
    }

    /// Sends a link. `done` hears whether it worked; a failure that belongs to an input is for the caller to show.
    pub fn send(self, link: SendLink, done: impl FnOnce(Result<(), Trouble>) + 'static) {
        self.begin(Doing::Sending);
        let newest_before = self.newest_with(|heard| heard.view.id.clone());
        spawn_local(async move {
            let Some(client) = self.client.try_get_value() else {
                return;
            };
            let result = self.send_now(&client, &link, newest_before).await;
            self.busy.try_set(None);
            done(result);
        });
    }

    async fn send_now(self, client: &Client, link: &SendLink, before: Option<String>) -> Result<(), Trouble> {
        let token = client.fresh_token().await?;
        self.same_requester(&token)?;
        let view = match client.send(&token, link).await {
            // The answer was lost, not necessarily the request: only the service knows.
            Err(Trouble::ServiceUnreachable) => {
                let all = client.list().await.map_err(|_| Trouble::ServiceUncertain)?;
                let newest = all
                    .verifications
                    .first()
                    .filter(|newest| Some(&newest.id) != before.as_ref());
                newest.cloned().ok_or(Trouble::ServiceUnreachable)?
            }
            answer => answer?,
        };
        self.apply(view);
        self.follow();
        Ok(())
    }

    /// The agent sends to the person whose name they see, or to nobody.
    fn same_requester(self, token: &Token) -> Result<(), Trouble> {
        let seen = self.shown.try_get_untracked().flatten();
        self.shown.try_set(token.shown.clone());
        match (seen, &token.shown) {
            (Some(seen), Some(now)) if seen.requester.sys_id != now.requester.sys_id => {
                Err(Trouble::RequesterChanged(now.requester.name.clone()))
            }
            _ => Ok(()),
        }
    }

    /// Sends another link for the newest verification.
    pub fn resend(self) {
        self.act(Doing::Resending);
    }

    /// Stops the newest verification.
    pub fn cancel(self) {
        self.act(Doing::Cancelling);
    }

    fn act(self, doing: Doing) {
        let Some(before) = self.newest_with(|heard| heard.view.clone()) else {
            return;
        };
        if self.busy.get_untracked().is_some() {
            return;
        }
        self.begin(doing);
        spawn_local(async move {
            let Some(client) = self.client.try_get_value() else {
                return;
            };
            let result = act_now(&client, doing, &before).await;
            self.busy.try_set(None);
            match result {
                Ok(view) => self.apply(view),
                Err(trouble) => {
                    self.alert.try_set(Some(trouble.say(doing)));
                }
            }
        });
    }

    fn begin(self, doing: Doing) {
        self.alert.set(None);
        self.busy.set(Some(doing));
    }
}

async fn act_now(
    client: &Client,
    doing: Doing,
    before: &VerificationView,
) -> Result<VerificationView, Trouble> {
    let token = client.fresh_token().await?;
    let answer = match doing {
        Doing::Cancelling => client.cancel(&token, &before.id).await,
        _ => client.resend(&token, &before.id).await,
    };
    match answer {
        Err(Trouble::ServiceUnreachable) => {
            let view = client
                .read(&before.id)
                .await
                .map_err(|_| Trouble::ServiceUncertain)?;
            let happened = match doing {
                Doing::Cancelling => view.status.is_final(),
                _ => view.status == Status::Sending || view.sent_at != before.sent_at,
            };
            if happened {
                Ok(view)
            } else {
                Err(Trouble::ServiceUnreachable)
            }
        }
        answer => answer,
    }
}
