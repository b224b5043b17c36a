//! The causes of deadlines, whose destructors are the user's code.

use std::error::Error;
use std::fmt;
use std::future::pending;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use taskward::{Context, SingleFlight};

const SECOND: Duration = Duration::from_secs(1);

/// Looks at the runs when it is dropped, which waits for their lock.
#[derive(Debug)]
struct Cause {
    flights: &'static SingleFlight<u32, u32>,
    dropped: &'static AtomicUsize,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too slow")
    }
}

impl Error for Cause {}

impl Drop for Cause {
    fn drop(&mut self) {
        _ = self.flights.len();
        _ = self.flights.forget(&0);
        self.dropped.fetch_add(1, SeqCst);
    }
}

#[crate::watched::test(start_paused = true)]
async fn a_cause_that_a_later_deadline_replaces_may_look_at_the_runs() {
    static FLIGHTS: SingleFlight<u32, u32> = SingleFlight::new();
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    let ctx = |seconds| Context::background().with_timeout(seconds * SECOND);
    let of_cause = Context::background().with_timeout_cause(2 * SECOND, Cause { flights: &FLIGHTS, dropped: &DROPPED });

    let mut first = Box::pin(FLIGHTS.run(&of_cause, 1, |_| pending()));
    assert!(futures::poll!(first.as_mut()).is_pending());
    let (sooner, later) = (ctx(1), ctx(3));
    let mut second = Box::pin(FLIGHTS.run(&sooner, 1, |_| pending()));
    assert!(futures::poll!(second.as_mut()).is_pending());
    // Only the run has the cause now.
    drop(first);
    drop(of_cause);
    assert_eq!(DROPPED.load(SeqCst), 0);

    let mut third = Box::pin(FLIGHTS.run(&later, 1, |_| pending()));
    assert!(futures::poll!(third.as_mut()).is_pending());
    assert_eq!((DROPPED.load(SeqCst), FLIGHTS.len()), (1, 1));
}

#[crate::watched::test(start_paused = true)]
async fn a_run_that_is_ready_at_once_leaves_no_cause() {
    static FLIGHTS: SingleFlight<u32, u32> = SingleFlight::new();
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    async fn one(_: Context) -> u32 {
        1
    }
    for round in 1..=3 {
        let ctx = Context::background().with_timeout_cause(SECOND, Cause { flights: &FLIGHTS, dropped: &DROPPED });
        assert_eq!(FLIGHTS.run(&ctx, 1, one).await.unwrap(), 1);
        drop(ctx);
        assert_eq!(DROPPED.load(SeqCst), round);
        let ctx = Context::background().with_timeout(SECOND);
        assert_eq!(FLIGHTS.run(&ctx, 1, one).await.unwrap(), 1);
    }
}
