//! In which turns the code that is running works: what is done in a turn may ask for other turns, and what is done in those for more.
//!
//! Blind spots: a task or thread that the work spawns begins a chain of its own, and a future that others poll, too, counts for the chain in which it
//! began to wait.

use std::future::Future;
use std::iter;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;
use scoped_tls::scoped_thread_local;

use super::Place;

scoped_thread_local! {
    /// The innermost turn in which this thread is working.
    static CHAIN: Arc<Link>
}

/// A turn that is held, and the turn in which it was taken.
pub(super) struct Link {
    turn: usize,
    place: Place,
    has_ended: AtomicBool,
    outer: Option<Arc<Link>>,
}

impl Link {
    pub(super) fn new(turn: usize, place: Place) -> Arc<Self> {
        Arc::new(Self { turn, place, has_ended: AtomicBool::new(false), outer: current() })
    }

    /// Its turn goes on to others. What still refers to it, because it was carried out of the work, no longer keeps it waiting.
    pub(super) fn end(&self) {
        self.has_ended.store(true, SeqCst);
    }

    /// From here outwards, as far as they are held.
    pub(super) fn chain(&self) -> impl Iterator<Item = &Self> {
        let held = |link: &&Self| !link.has_ended.load(SeqCst);
        iter::successors(Some(self), |link| link.outer.as_deref()).take_while(held)
    }

    pub(super) fn holds(&self, turn: usize) -> bool {
        self.chain().any(|link| link.turn == turn)
    }

    pub(super) const fn turn(&self) -> usize {
        self.turn
    }

    pub(super) const fn place(&self) -> Place {
        self.place
    }

    /// The turn in which this one was taken, held or not.
    pub(super) const fn outer(&self) -> Option<&Arc<Self>> {
        self.outer.as_ref()
    }

    /// What the chain is about after it took `turn`, outermost first.
    pub(super) fn places_after(&self, turn: usize) -> Vec<Place> {
        let mut places: Vec<_> = self.chain().take_while(|link| link.turn != turn).map(|link| link.place).collect();
        places.reverse();
        places
    }
}

/// The chain that this thread is working in.
pub(super) fn current() -> Option<Arc<Link>> {
    CHAIN.is_set().then(|| CHAIN.with(Arc::clone))
}

pub(super) fn within<R>(link: &Arc<Link>, work: impl FnOnce() -> R) -> R {
    CHAIN.set(link, work)
}

pin_project! {
    /// What is done in a turn.
    pub(crate) struct Driven<F> {
        link: Arc<Link>,
        #[pin]
        work: F,
    }
}

impl<F> Driven<F> {
    pub(super) fn new(link: Arc<Link>, work: F) -> Self {
        Self { link, work }
    }
}

impl<F: Future> Future for Driven<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let this = self.project();
        within(this.link, || this.work.poll(task))
    }
}
