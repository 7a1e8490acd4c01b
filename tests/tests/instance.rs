//! The emulated instance on its own: small update sets of a made-up application, and what the platform does.

mod instance {
    mod access;
    mod install;
    mod pages;
    mod records;
    mod rest;
    mod rules;
    mod support;
    mod support_web;
}
