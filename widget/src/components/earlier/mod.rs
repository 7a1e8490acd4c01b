//! The earlier verifications of the ticket, folded away.

use leptos::prelude::*;

use crate::browser::time;
use crate::components::card::{details, moment};
use crate::components::icon::icon;
use crate::logic::card::Earlier as Line;
use crate::logic::words::ago;
use crate::store::Field;

/// `Earlier: 2`, and the list when it is opened.
#[component]
pub fn Earlier(field: Field) -> impl IntoView {
    let lines = Memo::new(move |_| {
        field.verifications.with(|all| {
            all.iter()
                .skip(1)
                .map(|heard| Line::of(&heard.view))
                .collect::<Vec<_>>()
        })
    });
    move || {
        let lines = lines.get();
        (!lines.is_empty()).then(|| {
            view! {
                <details class="earlier">
                    <summary>"Earlier: "{lines.len()}</summary>
                    <ul>{lines.into_iter().map(|line| entry(field, line)).collect_view()}</ul>
                </details>
            }
        })
    }
}

fn entry(field: Field, line: Line) -> impl IntoView {
    let at = line.at;
    let when = move || match ago(field.now.get().millis_since(at)) {
        Some(words) => {
            view! { <time datetime=time::machine(at) title=time::exact(at)>{words}</time> }.into_any()
        }
        None => moment(at).into_any(),
    };
    view! {
        <li>
            {icon(line.icon, line.tone)}
            <span class="main">
                {line.line} <span class="when">" · "{when}</span> <span class="note">" · "{line.by}</span>
                {line.details.map(|(id, url)| view! { " " {details(id, url)} })}
            </span>
        </li>
    }
}
