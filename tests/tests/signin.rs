//! Company sign-in at a real identity provider (npm `oidc-provider`, installed by `cargo xtask setup`), and manager
//! approval over a real mail server: the running service, over HTTP and in real browsers.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod signin {
    mod approval;
    mod at_provider;
    mod browsers;
    mod jar;
    mod provider;
    mod scene;
}
