//! The sign of a state: drawn, so that it needs no font and follows the colour of its meaning.

use leptos::prelude::*;

use crate::logic::card::{Icon, Tone};

/// Wraps shapes in the drawing that they belong to.
macro_rules! svg {
    ($shapes:literal) => {
        concat!("<svg viewBox='0 0 20 20'>", $shapes, "</svg>")
    };
}

/// Outlined, filled, and drawn over the filling. Constants only: this becomes markup.
const fn shapes(icon: Icon) -> &'static str {
    match icon {
        Icon::Empty => svg!("<circle cx='10' cy='10' r='7.25'/>"),
        Icon::Dashed => svg!("<circle cx='10' cy='10' r='7.25' stroke-dasharray='3.3 2.4'/>"),
        Icon::Quarter => {
            svg!("<circle cx='10' cy='10' r='7.25'/><path class='full' d='M10 10V5a5 5 0 0 1 5 5z'/>")
        }
        Icon::Half => {
            svg!("<circle cx='10' cy='10' r='7.25'/><path class='full' d='M10 5a5 5 0 0 1 0 10z'/>")
        }
        Icon::ThreeQuarters => {
            svg!("<circle cx='10' cy='10' r='7.25'/><path class='full' d='M10 10V5a5 5 0 1 1-5 5z'/>")
        }
        Icon::Tick => svg!(
            "<circle class='full' cx='10' cy='10' r='8.25'/><path class='over' d='M6 10.4l2.7 2.7 5.3-5.7'/>"
        ),
        Icon::Cross => {
            svg!("<circle class='full' cx='10' cy='10' r='8.25'/><path class='over' d='M7 7l6 6M13 7l-6 6'/>")
        }
        Icon::Clock => svg!("<circle cx='10' cy='10' r='7.25'/><path d='M10 5.9V10l2.9 1.7'/>"),
        Icon::Stopped => svg!("<circle cx='10' cy='10' r='7.25'/><path d='M6.6 10h6.8'/>"),
        Icon::Warning => svg!("<path d='M10 3l7.9 13.5H2.1zM10 8v3.6M10 13.9v.1'/>"),
    }
}

/// Draws a sign. Hidden from screen readers: a word always stands beside it.
pub fn icon(icon: Icon, tone: Tone) -> AnyView {
    // The markup is ours and constant; a span takes it, and the browser makes it an SVG element.
    view! { <span class=tone.icon_class() aria-hidden="true" inner_html=shapes(icon)></span> }.into_any()
}
