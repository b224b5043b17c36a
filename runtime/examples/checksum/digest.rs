//! Hashes one file, and many.

use std::fs::File;
use std::io::{self, Read};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use sha2::{Digest as _, Sha256};
use taskward::{Context, ContextError, with_timeout, worker_pool};
use tokio::task::spawn_blocking;

pub(crate) type Digest = [u8; 32];

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Read(#[from] io::Error),
    #[error(transparent)]
    Interrupted(#[from] ContextError),
}

/// The state shared by all workers.
pub(crate) struct Job {
    workers: usize,
    limit: Duration,
    pub(crate) progress: ProgressBar,
}

impl Job {
    pub(crate) fn new(workers: Option<NonZero<usize>>, limit: Option<Duration>, files: usize) -> Self {
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} files, {eta} left").expect("a valid template");
        let as_many = || thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        Self {
            workers: workers.unwrap_or_else(as_many).get(),
            limit: limit.unwrap_or(Duration::MAX),
            // Shown only if standard error is a terminal.
            progress: ProgressBar::new(files as u64).with_style(style),
        }
    }
}

/// Hashes one file. The workers call this.
#[worker_pool(workers = job.workers, on_error = collect)]
pub(crate) async fn checksum(ctx: &Context, path: PathBuf, job: Arc<Job>) -> Result<Digest, Error> {
    let digest = digest(ctx, path, job.limit).await;
    job.progress.inc(1);
    digest
}

/// Reads on a thread, which checks the context, and with it the limit, and so stops with this
/// call.
#[with_timeout(limit)]
async fn digest(ctx: &Context, path: PathBuf, limit: Duration) -> Result<Digest, Error> {
    let reading = spawn_blocking({
        let ctx = ctx.clone();
        move || read(&ctx, &path)
    });
    reading.await.map_err(io::Error::from)?
}

/// Reads in pieces, so that memory does not grow with the file.
fn read(ctx: &Context, path: &Path) -> Result<Digest, Error> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 128 * 1024];
    loop {
        ctx.check()?;
        match file.read(&mut piece) {
            Ok(0) => return Ok(hash.finalize().into()),
            Ok(length) => hash.update(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}
