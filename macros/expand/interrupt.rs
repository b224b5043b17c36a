//! Interrupting attributes.

use std::convert;

use expect_test::expect_file;

use super::{expand, snapshot};
use crate::attributes::{Cancellable, Retry, WithTimeout};

#[test]
fn cancellable() {
    snapshot::<Cancellable>(
        &expect_file!["snapshots/cancellable.rs"],
        &[
            ("", "/// Documented.\npub async fn f(ctx: &Context, n: u8) -> Result<u8, Error> { g(ctx, n).await }"),
            ("", "async fn by_value(ctx: Context) {}"),
            (
                "",
                "async fn patterns(_: &Context, (a, _): (u8, u8), mut n: u8, _unused: u8) -> Option<u8> { n += a; g(n).await }",
            ),
            ("", "async fn alias(ctx: &Ctx) -> io::Result<()> { g().await }"),
            (
                "",
                "#[tracing::instrument] async fn another_attribute_to_come(ctx: &Context) -> Option<()> { g().await }",
            ),
            ("", "async fn method(&self, ctx: &Context) -> Option<()> { self.other(ctx).await }"),
            ("ambient", "async fn ambient(n: u8) -> Option<u8> { g(n).await }"),
            ("ctx = self.ctx", "async fn own(&self) -> Option<()> { self.g().await }"),
            ("grace = \"2s\"", "async fn grace(ctx: &Context, n: u8) -> Option<u8> { g(ctx, n).await }"),
            ("ambient, grace = self.grace", "async fn ambient_grace(&self) -> Option<u8> { g().await }"),
            ("ctx = self.ctx, grace = \"2s\"", "async fn own_grace(&self) -> Option<u8> { g().await }"),
            ("crate = some::path", "async fn elsewhere(ctx: &Context) -> Option<()> { g().await }"),
            ("", "async fn never(ctx: &Context) -> ! { loop { ctx.checkpoint().await; } }"),
            (
                "span, fields(user = id, %name), metrics",
                "async fn observed(ctx: &Context, id: u8, name: &str) -> Option<()> { g(ctx, id, name).await }",
            ),
        ],
    );
}

#[test]
fn with_timeout() {
    snapshot::<WithTimeout>(
        &expect_file!["snapshots/with_timeout.rs"],
        &[
            ("\"1m 30s\"", "async fn f(ctx: &Context, n: u8) -> Result<u8, Error> { g(ctx, n).await }"),
            ("\"5s\"", "async fn no_context() -> Option<()> { Some(()) }"),
            ("\"5s\"", "async fn perhaps_a_context(n: Ctx) -> Option<()> { Some(()) }"),
            ("\"5s\", span", "async fn observed(ctx: &Context) -> Option<()> { g(ctx).await }"),
            ("limit * 2", "async fn computed(n: u8, limit: Duration) -> Option<u8> { Some(n) }"),
        ],
    );
}

#[test]
fn retry() {
    snapshot::<Retry>(
        &expect_file!["snapshots/retry.rs"],
        &[
            (
                "attempts = 5, backoff = \"100ms..5s\"",
                "async fn f(ctx: &Context, name: String, n: u8) -> Result<u8, Error> { g(ctx, name, n).await }",
            ),
            (
                "attempts = self.attempts, when = Error::is_transient, budget = self.budget",
                "async fn method(&self, list: &mut Vec<u8>) -> Result<(), Error> { self.g(list).await }",
            ),
            (
                "attempts = 5, span, fields(%name, n = n + 1), metrics",
                "async fn observed(name: String, n: u8) -> Result<u8, Error> { g(name, n).await }",
            ),
        ],
    );
}

#[test]
fn stacked() {
    super::stacked(
        &expect_file!["snapshots/stacked.rs"],
        &[
            "#[cancellable] #[with_timeout(\"5s\")]",
            "#[with_timeout(\"5s\")] #[cancellable]",
            "#[with_timeout(\"5s\")] #[cancellable(grace = \"2s\")]",
        ],
        "async fn f(ctx: &Context, n: u8) -> Result<u8, Error> { g(ctx, n).await }",
        convert::identity,
    );
}

/// The item, and every item that callers name, is emitted beside the errors.
#[test]
fn beside_errors() {
    snapshot::<Cancellable>(
        &expect_file!["snapshots/errors_cancellable.rs"],
        &[
            ("ambiant", "async fn f(ctx: &Context) -> Option<()> { Some(()) }"),
            ("", "async fn rule(ctx: &Context) -> Option<()> { Some(()) }"),
            ("", "fn plain(ctx: &Context) -> Option<()> { Some(()) }"),
            ("", "struct NotAFunction;"),
        ],
    );
}

#[test]
fn the_rules_read_bodies_that_begin_with_an_inner_attribute() {
    let body = "{ #![allow(unused)] tokio::spawn(work()); ctx.cancelled().await; }";
    let expansion = expand::<Cancellable>("", &format!("async fn f(ctx: &Context) {body}")).to_string();
    assert!(expansion.contains("rule: detached_task"), "{expansion}");
}
