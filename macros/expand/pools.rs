//! `#[worker_pool]`.

use expect_test::expect_file;

use super::snapshot;
use crate::attributes::WorkerPool;

#[test]
fn waits() {
    snapshot::<WorkerPool>(
        &expect_file!["snapshots/worker_pool_waits.rs"],
        &[
            (
                "workers = 8",
                "pub async fn f(ctx: &Context, item: PathBuf, shared: Arc<Shared>) -> Result<u8, Error> { Ok(1) }",
            ),
            (
                "workers = width, on_error = collect, name = all",
                "async fn options(_ctx: &Context, item: u8, width: usize) -> Option<u8> { Some(item) }",
            ),
            ("", "fn blocking(ctx: &Context, item: u8) -> io::Result<u8> { Ok(item) }"),
            ("", "async fn method(self: Arc<Self>, ctx: &Context, item: u8) {}"),
            ("span, metrics", "async fn observed(ctx: &Context, item: u8) -> Option<u8> { Some(item) }"),
            ("metrics", "fn measured(ctx: &Context, item: u8) -> Option<u8> { Some(item) }"),
        ],
    );
}

#[test]
fn jobs() {
    snapshot::<WorkerPool>(
        &expect_file!["snapshots/worker_pool_jobs.rs"],
        &[
            (
                "workers = width, jobs = \"thumbs\", attempts = 5, backoff = \"1s..1m\", lease = \"10s\"",
                "pub async fn f(ctx: &Context, item: Url, width: usize) -> Result<Thumb, Error> { Ok(Thumb) }",
            ),
            (
                "jobs = QUEUE, stream, queue = 8, progress = self.bar.tick",
                "async fn method(self: Arc<Self>, ctx: &Context, item: u8) -> Result<u8, Error> { Ok(item) }",
            ),
            (
                "jobs = \"blocking\", on_error = collect",
                "fn blocking(ctx: &Context, item: u8) -> io::Result<u8> { Ok(item) }",
            ),
        ],
    );
}

#[test]
fn local() {
    snapshot::<WorkerPool>(
        &expect_file!["snapshots/worker_pool_local.rs"],
        &[(
            "order = completion, progress = self.bar.tick, local",
            "async fn local(&self, ctx: &Context, item: &str, seen: &Seen) -> Result<usize, Error> { Ok(1) }",
        )],
    );
}

#[test]
fn streams() {
    snapshot::<WorkerPool>(
        &expect_file!["snapshots/worker_pool_streams.rs"],
        &[
            (
                "stream, progress = |progress| println!(\"{progress}\"), queue = 2 * depth, on_error = collect",
                "pub async fn stream<T: Send>(ctx: &Context, item: T, depth: usize) -> Result<u8, Error> where T: Sync { Ok(1) }",
            ),
            (
                "stream, local",
                "async fn local_stream(ctx: &Context, item: (&str, &'static str)) -> Option<u8> { None }",
            ),
        ],
    );
}

#[test]
fn beside_errors() {
    snapshot::<WorkerPool>(
        &expect_file!["snapshots/errors_worker_pool.rs"],
        &[
            ("workers = 0", "async fn f(ctx: &Context, item: u8) -> Result<u8, Error> { Ok(item) }"),
            ("jobs = \"queue\", local", "async fn f(ctx: &Context, item: u8) -> Result<u8, Error> { Ok(item) }"),
        ],
    );
}
