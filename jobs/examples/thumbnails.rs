//! Thumbnails of images, on any number of machines.
//!
//! ```text
//! cargo run -p taskward-jobs --example thumbnails -- worker        # as many of these as you like
//! cargo run -p taskward-jobs --example thumbnails -- submit *.ppm  # prints a line for each image
//! ```
//!
//! The jobs are in `sqlite://thumbnails.db`, or where `JOBS_URL` says:
//! `postgres://user@host/database`. Without images, `submit` makes some. Ctrl-C of a worker gives
//! its jobs back; Ctrl-C of `submit` cancels the batch, also in the workers.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use taskward::{Context, ContextError, Progress, worker_pool};
use taskward_jobs::Jobs;

#[derive(Debug, Serialize, Deserialize)]
struct Thumbnail {
    image: PathBuf,
    path: PathBuf,
    width: usize,
    height: usize,
}

#[derive(Debug, Serialize, Deserialize, thiserror::Error)]
enum Error {
    #[error("{path}: {reason}")]
    File { path: PathBuf, reason: String },
    #[error(transparent)]
    Interrupted(#[from] ContextError),
}

/// Makes a small image of a large one: a plain `fn`, which runs on a thread of its own.
#[worker_pool(jobs = "thumbnails", attempts = 3, backoff = "1s..10s", progress = show)]
fn thumbnail(ctx: &Context, path: PathBuf) -> Result<Thumbnail, Error> {
    ctx.check()?;
    let failed = |error: io::Error| Error::File { path: path.clone(), reason: error.to_string() };
    let image = Image::read(&path).map_err(failed)?;
    let small = image.shrink(ctx, 64)?;
    let target = path.with_extension("thumb.ppm");
    small.write(&target).map_err(failed)?;
    Ok(Thumbnail { image: path, path: target, width: small.width, height: small.height })
}

fn show(progress: Progress) {
    let Progress { done, total, .. } = progress;
    let total = total.unwrap_or(done).max(1);
    eprint!("\r[{:<40}] {progress}", "#".repeat(done * 40 / total));
    if done == total {
        eprintln!();
    }
}

#[taskward::main(grace = "10s")]
async fn main(ctx: Context) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let url = std::env::var("JOBS_URL").unwrap_or_else(|_| "sqlite://thumbnails.db".to_owned());
    let jobs = Jobs::connect(&url).await?;
    match args.split_first().map(|(command, rest)| (command.as_str(), rest)) {
        Some(("worker", [])) => {
            eprintln!("working on the jobs in {url}; Ctrl-C stops");
            jobs.serve(&ctx, [thumbnail_job()]).await?;
        }
        Some(("submit", images)) => {
            let images = if images.is_empty() { samples()? } else { absolute(images)? };
            for thumbnail in thumbnail_all(&ctx.with_value(jobs), images).await? {
                let Thumbnail { image, path, width, height } = thumbnail;
                println!("{} -> {} ({width} x {height})", image.display(), path.display());
            }
        }
        _ => eprintln!("usage: thumbnails worker | thumbnails submit [IMAGE.ppm]…"),
    }
    Ok(())
}

/// Workers may run elsewhere in the file system.
fn absolute(images: &[String]) -> io::Result<Vec<PathBuf>> {
    images.iter().map(std::path::absolute).collect()
}

/// Some images in a temporary folder.
fn samples() -> io::Result<Vec<PathBuf>> {
    let folder = std::env::temp_dir().join("taskward-thumbnails");
    std::fs::create_dir_all(&folder)?;
    (0..24_u8)
        .map(|number| {
            let shade = |at: usize| u8::try_from(at / 4 % 256).unwrap_or_default();
            let pixel = |x: usize, y: usize| [number * 10, shade(x), shade(y)];
            let pixels = (0..600 * 800).map(|at| pixel(at % 800, at / 800)).collect();
            let path = folder.join(format!("{number:02}.ppm"));
            Image { width: 800, height: 600, pixels }.write(&path)?;
            Ok(path)
        })
        .collect()
}

/// An image in the format `P6` of netpbm.
struct Image {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Image {
    fn read(path: &Path) -> io::Result<Self> {
        let bytes = std::fs::read(path)?;
        let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("not a P6 image: {what}"));
        let mut rest = bytes.as_slice();
        let mut words = [""; 4];
        for word in &mut words {
            let end = rest.iter().position(u8::is_ascii_whitespace).ok_or_else(|| bad("no header"))?;
            *word = std::str::from_utf8(&rest[..end]).map_err(|_| bad("the header is no text"))?;
            rest = &rest[end + 1..];
        }
        let number = |word: &str| word.parse::<usize>().map_err(|_| bad("a size is no number"));
        let (width, height) = (number(words[1])?, number(words[2])?);
        let (pixels, _) = rest.as_chunks::<3>();
        if words[0] != "P6" || words[3] != "255" || width == 0 || height == 0 || pixels.len() != width * height {
            return Err(bad("sizes that do not match"));
        }
        Ok(Self { width, height, pixels: pixels.to_vec() })
    }

    /// The mean of the pixels that each new one stands for.
    fn shrink(&self, ctx: &Context, longest: usize) -> Result<Self, ContextError> {
        let scale = self.width.max(self.height).div_ceil(longest).max(1);
        let (width, height) = (self.width.div_ceil(scale), self.height.div_ceil(scale));
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            ctx.check()?;
            pixels.extend((0..width).map(|x| self.mean(x * scale, y * scale, scale)));
        }
        Ok(Self { width, height, pixels })
    }

    fn mean(&self, left: usize, top: usize, size: usize) -> [u8; 3] {
        let rows = top..(top + size).min(self.height);
        let columns = left..(left + size).min(self.width);
        let all = rows.flat_map(|y| columns.clone().map(move |x| self.pixels[y * self.width + x]));
        let (mut sums, mut count) = ([0_usize; 3], 0);
        for pixel in all {
            count += 1;
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += usize::from(value);
            }
        }
        sums.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX))
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = io::BufWriter::new(std::fs::File::create(path)?);
        write!(file, "P6\n{} {}\n255\n", self.width, self.height)?;
        file.write_all(self.pixels.as_flattened())?;
        file.flush()
    }
}
