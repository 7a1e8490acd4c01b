//! What is drawn. Each folder holds a component and its style sheet.

pub mod acts;
pub mod app;
pub mod card;
pub mod dialog;
pub mod earlier;
pub mod icon;
mod parts;
