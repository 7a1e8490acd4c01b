//! The services over HTTP.
