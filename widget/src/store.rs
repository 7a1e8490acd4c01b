//! The field's state and what can be done with it. Components look at the state and call these functions; they do
//! not talk to anyone themselves.
//!
//! All of the state is one plain struct behind one trigger (and a second one for the passing of time). A signal
//! for each part would be finer than a field of this size needs, and each type of signal costs some kilobytes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::agent_api::{SendLink, TicketVerifications, VerificationView};
use shared::words::{ActionState, Channel, Status, UnixMillis};
use web_sys::{AbortController, HtmlElement, ShadowRoot};

use crate::browser::{find, tell_parent, time};
use crate::client::{Client, Token};
use crate::live;
use crate::logic::card::Card;
use crate::logic::claims::ShownClaims;
use crate::logic::trouble::{Doing, Trouble};

/// The message to the page around the field after an outcome.
const UPDATED: &str = "imper-verify:updated";
/// Nothing counts down: relative times move this often.
const SLOW_TICK_MS: i64 = 30_000;

/// How far reading has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Load {
    /// Nothing is known yet.
    Waiting,
    /// The ticket's verifications could not be read.
    Failed(Trouble),
    /// Everything is known.
    Ready,
}

/// What the dialog holds.
#[derive(Debug, Default)]
pub struct Draft {
    /// `None` until the dialog is opened.
    pub channel: Option<Channel>,
    /// What is wrong with the input.
    pub mistake: Option<String>,
    /// What went wrong otherwise.
    pub alert: Option<String>,
}

/// Everything that the field shows depends on this.
#[derive(Debug)]
pub struct State {
    /// How far reading has come.
    pub load: Load,
    /// Newest first.
    pub verifications: Vec<VerificationView>,
    /// When the newest was last heard of, by the agent's clock: its `resend_in` counts from there.
    pub heard_at: UnixMillis,
    /// In the order to offer them.
    pub channels: Vec<Channel>,
    /// Who and what for, to show in the dialog.
    pub shown: Option<ShownClaims>,
    /// What the agent asked for and is not answered yet.
    pub busy: Option<Doing>,
    /// Why the last thing that the agent asked for failed.
    pub alert: Option<String>,
    /// The live stream has been down for a while.
    pub interrupted: bool,
    /// The agent is asked whether to cancel.
    pub confirming: bool,
    /// What the dialog holds.
    pub draft: Draft,
    /// The last link may have left although no answer came: the next attempt looks before it sends.
    pub uncertain: bool,
    /// The present moment. Moves once a second while something counts down, otherwise twice a minute.
    pub now: UnixMillis,
}

impl State {
    fn newest(&self) -> Option<&VerificationView> {
        self.verifications.first()
    }

    fn is_under_way(&self) -> bool {
        self.newest().is_some_and(|view| !view.status.is_final())
    }

    /// What to show; `None` until everything is known.
    pub fn card(&self) -> Option<Card> {
        (self.load == Load::Ready).then(|| self.newest().map_or_else(Card::required, Card::of))
    }

    /// Seconds until another link may be sent.
    pub fn resend_in(&self) -> u32 {
        let passed = u32::try_from(self.now.millis_since(self.heard_at).max(0) / 1000).unwrap_or(u32::MAX);
        self.newest()
            .and_then(|view| view.resend_in)
            .unwrap_or(0)
            .saturating_sub(passed)
    }
}

/// State, connections, and the place in the page.
pub struct Store {
    /// Talks to instance and service.
    pub client: Client,
    root: ShadowRoot,
    state: RefCell<State>,
    changed: ArcTrigger,
    ticked: ArcTrigger,
    /// Counts the turns of following: what belongs to an earlier one says nothing any more.
    turn: Cell<u32>,
    /// Ends the connection of the present turn.
    stream: RefCell<Option<AbortController>>,
}

/// The store as closures in views want it: copied, and sent (to nowhere; the browser has one thread).
pub type Field = StoredValue<Rc<Store>, LocalStorage>;

impl Store {
    /// A field that has read nothing yet. Ends what it does when its owner is cleaned up.
    pub fn create(client: Client, root: ShadowRoot) -> Field {
        let state = State {
            load: Load::Waiting,
            verifications: Vec::new(),
            heard_at: time::now(),
            channels: Vec::new(),
            shown: None,
            busy: None,
            alert: None,
            interrupted: false,
            confirming: false,
            draft: Draft::default(),
            uncertain: false,
            now: time::now(),
        };
        let store = Rc::new(Self {
            client,
            root,
            state: RefCell::new(state),
            changed: ArcTrigger::new(),
            ticked: ArcTrigger::new(),
            turn: Cell::new(0),
            stream: RefCell::new(None),
        });
        let clock = Rc::clone(&store);
        let interval = set_interval_with_handle(move || clock.tick(), Duration::from_secs(1));
        let field = StoredValue::new_local(store);
        on_cleanup(move || {
            if let Ok(interval) = interval {
                interval.clear();
            }
            if let Some(store) = field.try_get_value() {
                store.unfollow();
            }
        });
        field
    }

    /// Looks at the state; what looks is drawn anew when the state changes.
    pub fn see<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        self.changed.track();
        self.peek(look)
    }

    /// Looks at the state, and again whenever time has passed.
    pub fn watch<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        self.ticked.track();
        self.see(look)
    }

    /// Looks at the state once.
    pub fn peek<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.borrow())
    }

    /// Changes the state.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state.borrow_mut());
        self.changed.notify();
        result
    }

    fn tick(&self) {
        let now = time::now();
        let is_due = self.peek(|state| state.is_under_way() || now.millis_since(state.now) >= SLOW_TICK_MS);
        if is_due {
            self.state.borrow_mut().now = now;
            self.ticked.notify();
        }
    }

    /// An element of the field.
    pub fn find(&self, id: &str) -> Option<HtmlElement> {
        find(&self.root, id)
    }

    /// Puts the focus on an element, once it has been drawn.
    pub fn focus(self: &Rc<Self>, id: &'static str) {
        let store = Rc::clone(self);
        request_animation_frame(move || {
            if let Some(element) = store.find(id) {
                // Fails only for an element that is not in the document.
                _ = element.focus();
            }
        });
    }

    /// Reads everything; follows the newest verification while it is under way.
    pub fn load(self: &Rc<Self>) {
        self.change(|state| {
            state.load = Load::Waiting;
            state.alert = None;
        });
        let store = Rc::clone(self);
        spawn_local(async move {
            match store.client.list().await {
                Ok(all) => store.take(all),
                Err(trouble) => store.change(|state| state.load = Load::Failed(trouble)),
            }
        });
    }

    fn take(self: &Rc<Self>, all: TicketVerifications) {
        let shown = self.client.shown();
        self.change(|state| {
            state.shown = shown;
            state.channels = all.channels;
            state.verifications = all.verifications;
            state.now = time::now();
            state.heard_at = state.now;
            state.load = Load::Ready;
        });
        self.follow();
    }

    /// Puts a verification in its place: over its earlier state, or on top as the newest. Tells the page around
    /// the field when an outcome has arrived.
    pub fn apply(&self, view: VerificationView) {
        let status = view.status;
        let is_news = self.change(|state| {
            state.now = time::now();
            let Some(place) = state.verifications.iter().position(|old| old.id == view.id) else {
                state.heard_at = state.now;
                state.verifications.insert(0, view);
                return true;
            };
            let old = &state.verifications[place];
            let (before, done) = (old.status, old.granted.as_ref().map(|granted| granted.state));
            // What is final stays final: an older message that arrives late changes nothing.
            if before.is_final() && !status.is_final() {
                return false;
            }
            if place == 0 {
                state.heard_at = state.now;
                state.interrupted = false;
                state.confirming &= !status.is_final();
            }
            let now_done = view.granted.as_ref().map(|granted| granted.state);
            state.verifications[place] = view;
            before != status || (done != now_done && now_done == Some(ActionState::Performed))
        });
        if is_news && status.is_final() {
            tell_parent(UPDATED, status.as_str());
        }
    }

    /// Listens to the newest verification as long as it can change.
    fn follow(self: &Rc<Self>) {
        self.unfollow();
        let id = self.peek(|state| {
            state
                .newest()
                .filter(|view| view.is_live())
                .map(|view| view.id.clone())
        });
        if let Some(id) = id {
            spawn_local(live::follow(Rc::clone(self), id, self.turn.get()));
        }
    }

    /// Ends the present turn and its connection.
    pub fn unfollow(&self) {
        self.turn.set(self.turn.get().wrapping_add(1));
        if let Some(connection) = self.stream.take() {
            connection.abort();
        }
        self.change(|state| state.interrupted = false);
    }

    /// True until another turn of following has begun.
    pub fn is_turn(&self, turn: u32) -> bool {
        self.turn.get() == turn
    }

    /// Keeps what ends the present connection.
    pub fn keep_stream(&self, connection: AbortController) {
        self.stream.replace(Some(connection));
    }

    /// Sends a link. `done` hears whether it worked, and shows why not.
    pub fn send(self: &Rc<Self>, link: SendLink, done: impl FnOnce(Result<(), Trouble>) + 'static) {
        self.begin(Doing::Sending);
        let store = Rc::clone(self);
        spawn_local(async move {
            let result = store.send_now(&link).await;
            store.change(|state| {
                state.busy = None;
                state.uncertain = matches!(result, Err(Trouble::ServiceUncertain));
            });
            done(result);
        });
    }

    async fn send_now(self: &Rc<Self>, link: &SendLink) -> Result<(), Trouble> {
        let before = self.peek(|state| state.newest().map(|view| view.id.clone()));
        let sent = if self.peek(|state| state.uncertain) {
            self.newer_than(before.as_ref()).await?
        } else {
            None
        };
        let view = match sent {
            Some(view) => view,
            None => self.send_new(link, before.as_ref()).await?,
        };
        self.apply(view);
        self.follow();
        Ok(())
    }

    async fn send_new(&self, link: &SendLink, before: Option<&String>) -> Result<VerificationView, Trouble> {
        let token = self.client.fresh_token().await?;
        self.same_requester(&token)?;
        match token.send(link).await {
            Err(trouble) if trouble.may_hide_success() => self.newer_than(before).await?.ok_or(trouble),
            answer => answer,
        }
    }

    /// The newest verification that the service knows, if it is not this one.
    async fn newer_than(&self, before: Option<&String>) -> Result<Option<VerificationView>, Trouble> {
        let all = self.client.list().await.map_err(|_| Trouble::ServiceUncertain)?;
        Ok(all
            .verifications
            .into_iter()
            .next()
            .filter(|newest| Some(&newest.id) != before))
    }

    /// The agent sends to the person whose name they see, or to nobody.
    fn same_requester(&self, token: &Token) -> Result<(), Trouble> {
        let seen = self.change(|state| std::mem::replace(&mut state.shown, token.shown.clone()));
        match (seen, &token.shown) {
            (Some(seen), Some(now)) if seen.requester.sys_id != now.requester.sys_id => {
                Err(Trouble::RequesterChanged(now.requester.name.clone()))
            }
            _ => Ok(()),
        }
    }

    /// Sends another link for the newest verification, or stops it.
    pub fn act(self: &Rc<Self>, doing: Doing) {
        let Some(before) = self.peek(|state| state.newest().filter(|_| state.busy.is_none()).cloned()) else {
            return;
        };
        self.begin(doing);
        let store = Rc::clone(self);
        spawn_local(async move {
            let result = store.act_now(doing, &before).await;
            store.change(|state| state.busy = None);
            match result {
                Ok(view) => store.apply(view),
                Err(trouble) => store.change(|state| state.alert = Some(trouble.say(doing))),
            }
        });
    }

    async fn act_now(&self, doing: Doing, before: &VerificationView) -> Result<VerificationView, Trouble> {
        let token = self.client.fresh_token().await?;
        let what = match doing {
            Doing::Cancelling | Doing::TakingBack => "cancel",
            Doing::Releasing => "release",
            Doing::Confirming => "confirm",
            _ => "resend",
        };
        match token.act(&before.id, what).await {
            Err(trouble) if trouble.may_hide_success() => {
                let view = self
                    .client
                    .read(&before.id)
                    .await
                    .map_err(|_| Trouble::ServiceUncertain)?;
                let happened = match doing {
                    Doing::Cancelling => view.status.is_final(),
                    Doing::TakingBack | Doing::Releasing | Doing::Confirming => {
                        view.granted != before.granted
                    }
                    _ => view.status == Status::Sending || view.sent_at != before.sent_at,
                };
                if happened { Ok(view) } else { Err(trouble) }
            }
            answer => answer,
        }
    }

    fn begin(&self, doing: Doing) {
        self.change(|state| {
            state.alert = None;
            state.busy = Some(doing);
        });
    }
}
