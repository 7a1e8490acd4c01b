//! The sign of a state: drawn, so that it needs no font and follows the colour of its meaning.

use leptos::prelude::*;

use crate::logic::card::{Icon, Tone};

const RING: &str = "M10 2.75a7.25 7.25 0 1 1 0 14.5a7.25 7.25 0 1 1 0-14.5z";
const DISC: &str = "M10 1.75a8.25 8.25 0 1 1 0 16.5a8.25 8.25 0 1 1 0-16.5z";

/// Three layers: what is outlined, what is filled, what is drawn over the filling.
const fn layers(icon: Icon) -> (&'static str, &'static str, &'static str) {
    match icon {
        Icon::Empty | Icon::Dashed => (RING, "", ""),
        Icon::Quarter => (RING, "M10 10V5A5 5 0 0 1 15 10Z", ""),
        Icon::Half => (RING, "M10 5A5 5 0 0 1 10 15Z", ""),
        Icon::ThreeQuarters => (RING, "M10 10V5A5 5 0 1 1 5 10Z", ""),
        Icon::Tick => ("", DISC, "M6 10.4l2.7 2.7 5.3-5.7"),
        Icon::Cross => ("", DISC, "M7 7l6 6M13 7l-6 6"),
        Icon::Clock => (
            "M10 2.75a7.25 7.25 0 1 1 0 14.5a7.25 7.25 0 1 1 0-14.5zM10 5.9V10l2.9 1.7",
            "",
            "",
        ),
        Icon::Stopped => (
            "M10 2.75a7.25 7.25 0 1 1 0 14.5a7.25 7.25 0 1 1 0-14.5zM6.6 10h6.8",
            "",
            "",
        ),
        Icon::Warning => ("M10 3L17.9 16.5H2.1ZM10 8v3.6M10 13.9v.1", "", ""),
    }
}

/// Draws a sign. Hidden from screen readers: a word always stands beside it.
pub fn icon(icon: Icon, tone: Tone) -> impl IntoView {
    let (line, fill, over) = layers(icon);
    let dashed = if icon == Icon::Dashed {
        "icon dashed"
    } else {
        "icon"
    };
    view! {
        <svg class=format!("{dashed} {}", tone.class()) viewBox="0 0 20 20" aria-hidden="true">
            <path class="outline" d=line />
            <path class="filling" d=fill />
            <path class="over" d=over />
        </svg>
    }
}
