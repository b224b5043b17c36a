//! SHA-256 of every file below some paths, in the format of `sha256sum`:
//!
//!     cargo run --release --example checksum -- --timeout 30s PATH... > sums
//!     sha256sum --check sums
//!
//! A pool of workers, a time limit for each file, and a Ctrl-C that stops at once and reports the
//! progress.

mod digest;
mod files;
mod report;

use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use taskward::Context;

use crate::digest::{Job, checksum_all};
use crate::files::find;
use crate::report::Report;

/// Prints the SHA-256 of every file below the paths, in path order, in the format of
/// `sha256sum --check`.
///
/// Links to files count as files; links to directories below a path are not followed; other kinds
/// of file are left out.
#[derive(Parser)]
struct Options {
    /// Files and directories.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Number of files to read at a time [default: available parallelism].
    #[arg(long, value_name = "N")]
    workers: Option<NonZero<usize>>,
    /// Time limit for one file: "30s", "1m 30s".
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
}

/// The grace bounds the wait for a thread that hangs in a read and cannot be interrupted.
#[taskward::main(grace = "1s")]
async fn main(ctx: Context) -> ExitCode {
    run(&ctx, Options::parse()).await
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
    if ctx.has_ended() {
        return report.interrupted(Some(found.files.len()));
    }
    report.finished()
}
