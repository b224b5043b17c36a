//! SHA-256 of every file below some paths, in the format of `sha256sum`:
//!
//!     cargo run --release --example checksum -- --timeout 30s PATH... > sums
//!     sha256sum --check sums
//!
//! A pool of workers, a time limit for each file, and a Ctrl-C that stops at once and says how far it got.

mod digest;
mod files;
mod report;

use std::convert::Infallible;
use std::num::NonZero;
use std::path::PathBuf;
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use taskward::{Canceller, Context};
use tokio::runtime::Runtime;
use tokio::signal;

use crate::digest::{Job, checksum_all};
use crate::files::find;
use crate::report::Report;

/// Prints the SHA-256 of every file below the paths, in path order, as `sha256sum --check` reads it.
///
/// Links to files count as files; links to directories below a path are not followed; other kinds of file are left out.
#[derive(Parser)]
struct Options {
    /// Files and directories.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How many files to read at a time; as many as the machine can run, if not given.
    #[arg(long, value_name = "N")]
    workers: Option<NonZero<usize>>,
    /// How long one file may take: "30s", "1m 30s".
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("checksum: no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let (ctx, canceller) = Context::background().with_cancel();
    let code = runtime.block_on(async {
        tokio::select! {
            code = run(&ctx, options) => code,
            never = cancel_on_ctrl_c(canceller) => match never {},
        }
    });
    // A thread that hangs in a read cannot be interrupted, and must not keep the process.
    runtime.shutdown_background();
    code
}

/// Cancels at the first Ctrl-C; the second one does not wait any longer.
async fn cancel_on_ctrl_c(canceller: Canceller) -> Infallible {
    if signal::ctrl_c().await.is_ok() {
        canceller.cancel_with("interrupted");
        if signal::ctrl_c().await.is_ok() {
            process::exit(130);
        }
    }
    std::future::pending().await
}

async fn run(ctx: &Context, options: Options) -> ExitCode {
    let mut report = Report::default();
    let Ok(found) = find(ctx, options.paths).await else { return report.interrupted(None) };
    report.problems(&found.problems);

    let job = Arc::new(Job::new(options.workers, options.timeout, found.files.len()));
    let results = checksum_all(ctx, found.files.clone(), job.clone()).await;
    job.progress.finish_and_clear();

    for (file, result) in found.files.iter().zip(results) {
        report.file(file, result);
    }
    if ctx.is_cancelled() {
        return report.interrupted(Some(found.files.len()));
    }
    report.finished()
}
