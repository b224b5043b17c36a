//! Attributes that start a runtime: `main` and tests.

use expect_test::expect_file;
use proc_macro2::TokenStream;

use super::{pretty, snapshot};
use crate::attributes::{self, CancelTest, Main, RaceTest, Test};

#[test]
fn main() {
    snapshot::<Main>(
        &expect_file!["snapshots/main.rs"],
        &[
            (
                "grace = \"10s\"",
                "/// Documented.\nasync fn main(ctx: Context) -> Result<(), Error> { serve(ctx).await }",
            ),
            ("flavor = \"current_thread\", grace = config::GRACE", "async fn main() {}"),
            ("worker_threads = 2, crate = some::path", "pub async fn start(ctx: &Context) -> u8 { serve(ctx).await }"),
            ("", "async fn main(_: Context) -> impl Termination { serve().await }"),
            ("grase = \"10s\"", "async fn main(ctx: Context) -> Result<(), Error> { serve(ctx).await }"),
        ],
    );
}

/// The rest of the expansion is that of a race test.
#[test]
fn cancel_test() {
    snapshot::<CancelTest>(
        &expect_file!["snapshots/cancel_test.rs"],
        &[
            (
                "max_points = 50, timeout = \"5s\", max_polls = polls(), natural, real_time, crate = some::path",
                "async fn options() { if cancellable(work()).await.is_none() { repair().await } }",
            ),
            ("max_points = 0", "async fn wrong() { cancellable(work()).await; }"),
            ("", "async fn nothing() { assert!(true); }"),
        ],
    );
}

#[test]
fn race_test() {
    snapshot::<RaceTest>(
        &expect_file!["snapshots/race_test.rs"],
        &[
            ("", "/// Documented.\nasync fn plain() { work().await.unwrap().more().await; }"),
            (
                "delays = 3, runs = runs(), timeout = \"5s\", seed = 7, panics = allow, real_time, crate = some::path",
                "#[should_panic] async fn options(ctx: &Context) -> Result<(), Error> { work(ctx).await }",
            ),
            (
                "",
                "async fn spawns(_: Context) { tokio::spawn(async { work().await }); set.spawn(work()); self.set.lock().spawn(work()); spawn_local(work()); group.spawn(|ctx| work(ctx)); thread::spawn(work); }",
            ),
            (
                "",
                "async fn macros() { select! { x = rx.recv() => { work(x).await } else => {} } assert_eq!(work().await, 1, \"{x}\"); vec![x; 2] }",
            ),
            ("delays = 0", "async fn wrong() { work().await }"),
        ],
    );
}

#[test]
fn test_attribute() {
    snapshot::<Test>(
        &expect_file!["snapshots/test.rs"],
        &[
            ("", "/// Documented.\nasync fn plain() { work().await; }"),
            (
                "flavor = \"multi_thread\", worker_threads = 2, name = \"two\", timeout = limit(), settle = \"1s\", leaks = allow, blocked = deny, crate = some::path",
                "#[should_panic] async fn options(ctx: &Context) -> Result<(), Error> { work(ctx).await }",
            ),
            (
                "start_paused = true",
                "async fn spawns(_: Context) { tokio::spawn(work()); let task = tokio::spawn(work()); _ = tokio::task::spawn_local(work()); drop(tokio::spawn(async { tokio::spawn(work()); })); set.spawn(work()); spawn_blocking(|| work()); }",
            ),
            ("leeks = allow", "async fn beside_errors(ctx: Context) { work(ctx).await }"),
        ],
    );
}

/// Below a macro that makes cases of a function, the attribute is on the test of each case; above
/// it, it moves below after reading the body.
#[test]
fn test_attributes_above_cases() {
    type Run = fn(TokenStream, TokenStream) -> TokenStream;
    let rstest = "#[rstest] #[case(1)] async fn each(#[case] n: u32) { tokio::spawn(work(n)); }";
    let test_case = "#[test_case(1)] async fn each(n: u32) { cancellable(work(n)).await; }";
    let all: [(&str, Run, &str, &str); 3] = [
        ("test", attributes::testing::run::<Test>, "start_paused = true, crate = some::path", rstest),
        ("race_test", attributes::testing::run::<RaceTest>, "delays = 1", rstest),
        ("cancel_test", attributes::testing::run::<CancelTest>, "", test_case),
    ];
    let all = all.map(|(name, run, args, item)| {
        let expansion = run(args.parse().unwrap(), item.parse().unwrap());
        format!("// #[taskward::{name}({args})]\n// {item}\n\n{}", pretty(&expansion))
    });
    expect_file!["snapshots/test_cases.rs"].assert_eq(&all.join("\n\n"));
}
