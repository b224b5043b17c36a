//! Runs limited calls on two runtimes, with ends at random. Checks that limits are kept in time,
//! memory stays flat, and nothing is left behind.
//!
//! ```text
//! cargo bench -p taskward --bench soak -- 600
//! ```
//!
//! The argument is the number of seconds, 10 by default. 50,000 calls are started per second and
//! runtime. Fails if a body is left at the end, if one call in a hundred ends more than 10 ms
//! after its limit, or if memory grows in the second half. The last two checks are meaningful only
//! on an idle machine.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use taskward::{Context, ContextError, with_timeout};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

const PER_TICK: u64 = 50;
const BUCKETS: usize = 32;

#[derive(Default)]
struct Figures {
    begun: AtomicU64,
    /// The number of calls by milliseconds between their limit and their end.
    late: [AtomicU64; BUCKETS],
    very_late: AtomicU64,
}

/// A running body. The bodies of a runtime share one reference count.
type Alive = Arc<()>;

#[with_timeout(limit)]
async fn call(ctx: &Context, limit: Duration, takes: Duration, _alive: Alive) -> Result<(), ContextError> {
    below(ctx, takes).await
}

#[taskward::cancellable]
async fn below(ctx: &Context, takes: Duration) -> Result<(), ContextError> {
    sleep(takes).await;
    ctx.checkpoint().await
}

async fn one(figures: Arc<Figures>, ctx: Context, alive: Alive, mut random: fastrand::Rng) {
    let limit = Duration::from_millis([20, 50, 100, 250][random.usize(..4)]);
    // A third ends at once, a third in time, and a third waits for its limit or for a
    // cancellation.
    let takes = match random.u8(..3) {
        0 => Duration::ZERO,
        1 => limit.mul_f64(random.f64() * 0.8),
        _ => Duration::from_secs(3600),
    };
    if random.u8(..10) == 0 {
        // Dropped before its end.
        let _ = tokio::time::timeout(limit / 3, call(&ctx, limit, takes, alive)).await;
        return;
    }
    let (ctx, canceller) = ctx.with_cancel();
    if random.u8(..10) == 0 {
        let after = limit.mul_f64(random.f64());
        tokio::spawn(async move {
            sleep(after).await;
            canceller.cancel();
        });
    } else {
        canceller.disarm();
    }
    let begun = Instant::now();
    if let Err(ContextError::DeadlineExceeded(_)) = call(&ctx, limit, takes, alive).await {
        let late = begun.elapsed().saturating_sub(limit).as_millis();
        match figures.late.get(usize::try_from(late).unwrap_or(usize::MAX)) {
            Some(bucket) => bucket.fetch_add(1, Ordering::Relaxed),
            None => figures.very_late.fetch_add(1, Ordering::Relaxed),
        };
    }
}

/// Returns the number of bodies left some time after the last call was started.
async fn load(figures: Arc<Figures>, ctx: Context, until: Instant, seed: u64) -> usize {
    let alive = Alive::new(());
    let mut random = fastrand::Rng::with_seed(seed);
    let mut ticks = interval(Duration::from_millis(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    while ticks.tick().await < until {
        for _ in 0..PER_TICK {
            figures.begun.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(one(figures.clone(), ctx.clone(), alive.clone(), random.fork()));
        }
    }
    // Longer than the longest limit.
    sleep(Duration::from_secs(1)).await;
    Arc::strong_count(&alive) - 1
}

/// Returns the resident memory of this process in KiB, or 0 if unknown.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn main() -> ExitCode {
    let seconds = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(10_u64);
    let figures = Arc::new(Figures::default());
    let (ctx, _canceller) = Context::background().with_cancel();
    let until = Instant::now() + Duration::from_secs(seconds);
    let run = |seed, builder: fn() -> tokio::runtime::Builder| {
        let (figures, ctx) = (figures.clone(), ctx.clone());
        thread::spawn(move || {
            let runtime = builder().enable_time().build().expect("a runtime");
            runtime.block_on(load(figures, ctx, until, seed))
        })
    };
    let one = run(1, tokio::runtime::Builder::new_current_thread);
    let other = run(2, || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1);
        builder
    });
    let mut halves = [0_u64; 2];
    for second in 0..seconds {
        thread::sleep(Duration::from_secs(1));
        let half = &mut halves[usize::from(second >= seconds / 2)];
        *half = memory().max(*half);
    }
    let left: usize = [one, other].map(|load| load.join().expect("no task panics")).into_iter().sum();

    let late: Vec<u64> = figures.late.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect();
    let very_late = figures.very_late.load(Ordering::Relaxed);
    let told: u64 = late.iter().sum::<u64>() + very_late;
    let over = late[10..].iter().sum::<u64>() + very_late;
    println!("{} calls in {seconds} s, {told} of them ended by their limit", figures.begun.load(Ordering::Relaxed));
    println!("told more than 10 ms late: {over}");
    println!("bodies left: {left}");
    println!("most memory in the first half: {} KiB, in the second: {} KiB", halves[0], halves[1]);
    let is_flat = halves[1] <= halves[0] + halves[0] / 10;
    if left == 0 && over * 100 <= told && is_flat { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
