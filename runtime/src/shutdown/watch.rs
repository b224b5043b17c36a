//! The thread that receives signals: one per process, with its own runtime, so that blocked
//! threads do not delay it.
//!
//! The first signal ends the context of every [`Shutdown`](super::Shutdown). A signal that finds
//! none to end ends the process, as it would without a handler.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::process;
use std::sync::{Arc, OnceLock, mpsc};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle};
use tokio::sync::Notify;

use super::dump::{Dump, Main};
use super::leftover::Leftover;
use super::signal::{Handlers, QUIT, Request, Signal};
use crate::context::Canceller;
use crate::located::Located;
use crate::sync::plain::{Mutex, MutexGuard, lock};

/// The time after which a reaction that is due counts as blocked.
const PATIENCE: Duration = Duration::from_millis(500);

static WATCHED: Mutex<Vec<Arc<Watched>>> = Mutex::new(Vec::new());

/// Notified when some `last` has changed.
static CHANGED: Notify = Notify::const_new();

/// A `Shutdown`, as this thread sees it.
struct Watched {
    canceller: Canceller,
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) grace: Duration,
    /// The first signal.
    pub(super) signal: Option<Signal>,
    /// The runtime of its tasks, once it runs.
    pub(super) runtime: Option<Handle>,
    /// The body has not returned.
    pub(super) in_body: bool,
    /// The start of the body.
    pub(super) began: Option<Instant>,
    /// Reports where the body waits.
    pub(super) located: Located,
    /// The start of the grace.
    ending: Option<Instant>,
    /// The time at which the `Shutdown` expects to be done.
    done_by: Option<Instant>,
    /// The body runs in a task of that runtime.
    pub(super) in_task: bool,
    /// Tasks were alive after the grace and have been reported.
    pub(super) reported: bool,
}

impl State {
    /// Returns the end of the grace, or `None` if it has not started or has no end.
    fn until(&self) -> Option<Instant> {
        self.ending?.checked_add(self.grace)
    }

    /// Returns the time at which the process ends in any case.
    fn last(&self) -> Option<Instant> {
        let until = self.until()?;
        self.done_by.unwrap_or(until).max(until).checked_add(PATIENCE)
    }

    /// Returns the body and its runtime, for a dump.
    fn main(&self) -> Main {
        let body = self.began.filter(|_| self.in_body);
        Main { body, located: self.located.clone(), runtime: self.runtime.clone(), in_task: self.in_task }
    }

    /// Returns the tasks alive after the grace, or `None` if they have been reported.
    pub(super) fn leftover(&mut self) -> Option<Leftover> {
        let look = || Leftover::find(self.signal, self.grace, self.in_body, self.runtime.as_ref(), self.in_task);
        let leftover = (!self.reported).then(look);
        self.reported = true;
        leftover
    }
}

impl Watched {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// Watched until dropped.
pub(super) struct Guard(Arc<Watched>);

impl Guard {
    /// # Panics
    ///
    /// If the system cannot create a thread, or refuses the handlers.
    pub(super) fn new(canceller: Canceller, grace: Duration) -> Self {
        static LISTENING: OnceLock<()> = OnceLock::new();
        LISTENING.get_or_init(|| start().unwrap_or_else(|error| panic!("cannot listen to signals: {error}")));
        let state = State {
            grace,
            signal: None,
            runtime: None,
            in_body: true,
            began: None,
            located: Located::default(),
            ending: None,
            done_by: None,
            in_task: false,
            reported: false,
        };
        let watched = Arc::new(Watched { canceller, state: Mutex::new(state) });
        all().push(watched.clone());
        Self(watched)
    }

    pub(super) fn canceller(&self) -> &Canceller {
        &self.0.canceller
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state()
    }

    /// Returns the rest of the grace. Starts the grace, unless it has started.
    pub(super) fn remaining(&self) -> Duration {
        let now = Instant::now();
        let mut state = self.state();
        state.ending.get_or_insert(now);
        let remaining = state.until().map_or(Duration::MAX, |until| until.saturating_duration_since(now));
        drop(state);
        CHANGED.notify_one();
        remaining
    }

    /// Records that the `Shutdown` is not blocked, and will be done within `time`.
    pub(super) fn done_in(&self, time: Duration) {
        self.state().done_by = Instant::now().checked_add(time);
        CHANGED.notify_one();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        all().retain(|watched| !Arc::ptr_eq(watched, &self.0));
    }
}

fn all() -> MutexGuard<'static, Vec<Arc<Watched>>> {
    lock(&WATCHED)
}

/// Starts the thread. The handlers are installed when this returns.
fn start() -> io::Result<()> {
    let (done, installed) = mpsc::sync_channel(1);
    let listen = move || {
        let runtime = Builder::new_current_thread().enable_all().build();
        let handlers = runtime.as_ref().map_or_else(
            |_| None,
            |runtime| {
                let _entered = runtime.enter();
                Some(Handlers::install())
            },
        );
        match (runtime, handlers) {
            (Ok(runtime), Some(Ok(handlers))) => {
                drop(done.send(Ok(())));
                runtime.block_on(listen(handlers));
            }
            (Err(error), _) | (_, Some(Err(error))) => drop(done.send(Err(error))),
            (Ok(_), None) => {}
        }
    };
    thread::Builder::new().name("taskward-signals".into()).spawn(listen)?;
    installed.recv().map_err(io::Error::other)?
}

enum Event {
    Request(Request),
    /// A grace may have been over for long.
    Look,
}

async fn listen(mut handlers: Handlers) {
    loop {
        let last = all().iter().filter_map(|watched| watched.state().last()).min();
        let mut alarm = pin!(async {
            match last {
                Some(last) => tokio::time::sleep_until(last.into()).await,
                None => std::future::pending().await,
            }
        });
        let mut changed = pin!(CHANGED.notified());
        let event = poll_fn(|task| {
            if let Poll::Ready(request) = handlers.poll(task) {
                return Poll::Ready(Event::Request(request));
            }
            let is_time = alarm.as_mut().poll(task).is_ready() | changed.as_mut().poll(task).is_ready();
            if is_time { Poll::Ready(Event::Look) } else { Poll::Pending }
        });
        match event.await {
            Event::Request(Request::Stop(signal)) => hear(signal),
            Event::Request(Request::Dump) => dump(),
            Event::Look => look(),
        }
    }
}

/// Handles a signal: the first ends contexts, the second the process.
fn hear(signal: Signal) {
    let first: Vec<_> = all().iter().filter(|watched| watched.state().signal.is_none()).cloned().collect();
    if first.is_empty() {
        process::exit(signal.exit_code().into());
    }
    for watched in first {
        let mut state = watched.state();
        state.signal = Some(signal);
        state.ending.get_or_insert_with(Instant::now);
        drop(state);
        // Runs user hooks, which may block.
        let cancel = {
            let watched = watched.clone();
            move || watched.canceller.cancel_with(signal)
        };
        if thread::Builder::new().name("taskward-cancel".into()).spawn(cancel).is_err() {
            watched.canceller.cancel_with(signal);
        }
    }
}

/// Prints the live tasks. The process continues.
fn dump() {
    let mains: Vec<_> = all().iter().map(|watched| watched.state().main()).collect();
    if mains.is_empty() {
        process::exit(QUIT.into());
    }
    // On another thread, because a blocked thread may hold the lock on standard error. Without a
    // thread there is no dump, and the process continues.
    drop(thread::Builder::new().name("taskward-dump".into()).spawn(move || Dump::find(&mains).report()));
}

/// Ends the process if a grace is over and its `Shutdown` is blocked.
fn look() {
    let now = Instant::now();
    let is_late = |watched: &&Arc<Watched>| watched.state().last().is_some_and(|last| last <= now);
    let Some(late) = all().iter().find(is_late).cloned() else { return };
    let code = late.state().signal.map_or(1, Signal::exit_code);
    // On another thread, because a blocked thread may hold the lock of standard error.
    let (done, reported) = mpsc::sync_channel::<()>(1);
    let report = move || {
        let leftover = late.state().leftover();
        if let Some(leftover) = leftover {
            leftover.report();
        }
        drop(done);
    };
    if thread::Builder::new().spawn(report).is_ok() {
        // Disconnects when the report is done.
        _ = reported.recv_timeout(PATIENCE);
    }
    process::exit(code.into());
}
