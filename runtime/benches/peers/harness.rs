//! Rounds, medians and rows.

use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

/// The extent of the measurement.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) rounds: usize,
    /// The number of calls that take nanoseconds.
    pub(crate) calls: u32,
    /// The number of items of a pool.
    pub(crate) items: u32,
    pub(crate) tasks: u32,
}

impl Effort {
    pub(crate) const FULL: Self = Self { rounds: 41, calls: 100_000, items: 1_000_000, tasks: 100_000 };
    pub(crate) const QUICK: Self = Self { rounds: 3, calls: 1_000, items: 10_000, tasks: 1_000 };
}

/// A measured operation: runs it a number of times, and returns the duration.
pub(crate) struct Contestant<'a> {
    name: &'static str,
    run: Box<dyn FnMut(u32) -> Duration + 'a>,
}

pub(crate) fn contestant<'a>(name: &'static str, mut run: impl FnMut(u32) + 'a) -> Contestant<'a> {
    let run = Box::new(move |times| {
        let start = Instant::now();
        run(times);
        start.elapsed()
    });
    Contestant { name, run }
}

/// Measures an operation with a setup before the clock starts.
pub(crate) fn timed<'a>(name: &'static str, run: impl FnMut(u32) -> Duration + 'a) -> Contestant<'a> {
    Contestant { name, run: Box::new(run) }
}

/// Returns the median nanoseconds of one of `times` operations over the rounds, in which all
/// contestants take turns.
pub(crate) fn medians(rounds: usize, times: u32, contestants: &mut [Contestant<'_>]) -> Vec<f64> {
    let mut figures = vec![Vec::with_capacity(rounds); contestants.len()];
    for _ in 0..rounds {
        for (contestant, figures) in contestants.iter_mut().zip(&mut figures) {
            // Runs once unmeasured, so that the previous contestant's state of caches and
            // allocator does not count.
            (contestant.run)(times);
            let time = (contestant.run)(times);
            figures.push(time.as_secs_f64() * 1e9 / f64::from(times));
        }
    }
    let median = |mut figures: Vec<f64>| {
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    figures.into_iter().map(median).collect()
}

/// Prints a heading and a row for each contestant, with ratios to the first.
pub(crate) fn rows(title: &str, contestants: &[Contestant<'_>], figures: &[f64]) {
    println!("| **{title}** | | |");
    for (contestant, figure) in contestants.iter().zip(figures) {
        println!("| {} | {figure:.1} | {:.2} |", contestant.name, figure / figures[0]);
    }
}

/// Like `rows`, without the time of the first contestant, which does only the work.
pub(crate) fn rows_over_first(title: &str, contestants: &[Contestant<'_>], figures: &[f64]) {
    println!("| **{title}** | | |");
    println!("| {} | {:.1} | |", contestants[0].name, figures[0]);
    for (contestant, figure) in contestants.iter().zip(figures).skip(1) {
        let over = |figure: f64| figure - figures[0];
        println!("| {} | +{:.1} | {:.2} |", contestant.name, over(*figure), over(*figure) / over(figures[1]));
    }
}

/// Creates a waker like a task's, with data and a reference count.
pub(crate) fn waker() -> Waker {
    struct Nobody;
    impl Wake for Nobody {
        fn wake(self: Arc<Self>) {}
        fn wake_by_ref(self: &Arc<Self>) {}
    }
    Waker::from(Arc::new(Nobody))
}

/// Polls until the future is ready.
#[inline]
pub(crate) fn drive<F: Future>(waker: &Waker, future: F) -> F::Output {
    let mut future = pin!(future);
    // In memory, as part of a task would be: a plain inlined call would be optimised away.
    let mut future = black_box(future.as_mut());
    let mut task = Context::from_waker(waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut task) {
            return output;
        }
    }
}

/// Pending the first time, ready the second: the smallest body that has to wait.
#[derive(Default)]
pub(crate) struct PendingOnce {
    polled: bool,
}

impl Future for PendingOnce {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.polled, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}
