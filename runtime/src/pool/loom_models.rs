//! Loom models of the item queue, of the end of a run, and of wake-ups.

use std::collections::VecDeque;
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Poll, Wake, Waker};

use loom::thread;

use super::outputs::StreamOutputs;
use super::queue::{Holds, ItemQueue};
use super::worker_set::ReadyWorkers;

/// Counts its wake-ups.
#[derive(Default)]
struct WakeCount(AtomicUsize);

impl WakeCount {
    fn new() -> (Arc<Self>, Waker) {
        let wakes = Arc::new(Self::default());
        (wakes.clone(), Waker::from(wakes))
    }

    fn times(&self) -> usize {
        self.0.load(SeqCst)
    }
}

impl Wake for WakeCount {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// Claims up to `size` items, and finishes them at once.
fn claim<T>(queue: &ItemQueue<T>, size: usize) -> (Option<usize>, VecDeque<T>) {
    let (mut chunk, mut holds) = (VecDeque::new(), Holds::default());
    let first = queue.claim_blocking(size, (&mut chunk, &mut holds));
    queue.give_back(0, VecDeque::new(), &mut holds);
    (first, chunk)
}

/// Works as a blocking thread until it leaves. Returns the number of items.
fn work<T>(queue: &ItemQueue<T>) -> usize {
    let mut holds = Holds::default();
    iter::from_fn(|| queue.claim_blocking(1, (&mut VecDeque::new(), &mut holds))).count()
}

#[test]
fn each_item_is_claimed_exactly_once() {
    loom::model(|| {
        let queue = Arc::new(ItemQueue::preloaded(vec![0, 1, 2, 3], 1));
        let claim_all = |queue: Arc<ItemQueue<usize>>| {
            let mut mine = Vec::new();
            while let (Some(first), chunk) = claim(&queue, 2) {
                mine.extend(chunk.into_iter().enumerate().map(|(offset, item)| {
                    assert_eq!(first + offset, item, "the index is the item's");
                    item
                }));
            }
            mine
        };
        let other = thread::spawn({
            let queue = queue.clone();
            move || claim_all(queue)
        });
        let mut all = claim_all(queue);
        all.extend(other.join().unwrap());
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3]);
    });
}

#[test]
fn what_a_worker_gives_back_is_claimed_by_one_that_waits() {
    loom::model(|| {
        let queue = Arc::new(ItemQueue::preloaded(vec![0, 1, 2, 3], 1));
        let (mut chunk, mut holds) = (VecDeque::new(), Holds::default());
        assert_eq!(queue.claim_blocking(2, (&mut chunk, &mut holds)), Some(0));
        let other = thread::spawn({
            let queue = queue.clone();
            move || {
                let (mut all, mut holds) = (Vec::new(), Holds::default());
                loop {
                    let mut chunk = VecDeque::new();
                    if queue.claim_blocking(1, (&mut chunk, &mut holds)).is_none() {
                        return all;
                    }
                    all.extend(chunk);
                }
            }
        });
        chunk.pop_front();
        queue.give_back(1, chunk, &mut holds);
        let mut all = other.join().unwrap();
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3]);
    });
}

#[test]
fn nothing_is_claimed_after_a_stop() {
    loom::model(|| {
        let queue = Arc::new(ItemQueue::preloaded(vec![0, 1, 2], 1));
        let stopping = thread::spawn({
            let queue = queue.clone();
            move || drop(queue.stop())
        });
        let (_, before) = claim(&queue, 1);
        stopping.join().unwrap();
        let (_, after) = claim(&queue, 1);
        assert!(before.len() <= 1);
        assert!(after.is_empty());
    });
}

/// Claims one item of an open queue.
fn poll_claim(queue: &ItemQueue<u8>, worker: usize, waker: &Waker) -> Poll<Option<u8>> {
    let (mut chunk, mut holds) = (VecDeque::new(), Holds::default());
    queue.poll_claim(worker, 1, (&mut chunk, &mut holds), waker).map(|_| chunk.pop_front())
}

#[test]
fn a_worker_that_waits_misses_no_item() {
    loom::model(|| {
        let queue = Arc::new(ItemQueue::<u8>::open(1, true));
        let pushing = thread::spawn({
            let queue = queue.clone();
            move || !queue.push(7)
        });
        let (wakes, waker) = WakeCount::new();
        let claimed = poll_claim(&queue, 0, &waker);
        let was_awaited = pushing.join().unwrap();
        assert_eq!(wakes.times(), usize::from(was_awaited));
        match claimed {
            Poll::Ready(item) => assert_eq!((item, was_awaited), (Some(7), false)),
            Poll::Pending => assert_eq!((poll_claim(&queue, 0, &waker), was_awaited), (Poll::Ready(Some(7)), true)),
        }
    });
}

#[test]
fn a_worker_that_waits_misses_no_end() {
    loom::model(|| {
        let queue = Arc::new(ItemQueue::<u8>::open(1, false));
        let ending = thread::spawn({
            let queue = queue.clone();
            move || drop(queue.stop())
        });
        let (wakes, waker) = WakeCount::new();
        let claimed = poll_claim(&queue, 0, &waker);
        ending.join().unwrap();
        assert_eq!(wakes.times(), usize::from(claimed.is_pending()));
        assert_eq!(poll_claim(&queue, 0, &waker), Poll::Ready(None));
    });
}

#[test]
fn while_an_item_is_there_somebody_is_awake() {
    loom::model(|| {
        let queue = Arc::new(ItemQueue::<u8>::open(2, true));
        let (idle, waker) = WakeCount::new();
        assert!(poll_claim(&queue, 0, &waker).is_pending());
        let pushing = thread::spawn({
            let queue = queue.clone();
            move || [!queue.push(1), !queue.push(2)]
        });
        let (busy, waker) = WakeCount::new();
        let claimed = poll_claim(&queue, 1, &waker);
        let was_awaited = pushing.join().unwrap();
        // One of two items may be left for the worker that was woken, or for a worker to be
        // started.
        let awake = idle.times() + busy.times() + usize::from(claimed.is_ready());
        let to_start = was_awaited.iter().filter(|was_awaited| !**was_awaited).count();
        assert!(awake + to_start >= 2);
    });
}

#[test]
fn a_thread_that_waits_misses_no_item_and_no_end() {
    loom::model(|| {
        let queue = Arc::new(ItemQueue::<u8>::open(1, false));
        let working = thread::spawn({
            let queue = queue.clone();
            move || work(&queue)
        });
        queue.push(7);
        queue.close();
        assert_eq!(working.join().unwrap(), 1);
    });
}

#[test]
fn a_thread_that_leaves_takes_the_item_or_another_is_started() {
    loom::model(|| {
        let queue = Arc::new(ItemQueue::<u8>::open(1, true));
        assert!(queue.push(1));
        let working = thread::spawn({
            let queue = queue.clone();
            move || work(&queue)
        });
        let starts = queue.push(2);
        assert_eq!(working.join().unwrap() + usize::from(starts), 2);
    });
}

#[test]
fn the_owner_misses_no_output() {
    loom::model(|| {
        let outputs = Arc::new(StreamOutputs::<u8>::new(true));
        let handing = thread::spawn({
            let outputs = outputs.clone();
            move || outputs.hand_in(0, 7)
        });
        let (wakes, waker) = WakeCount::new();
        outputs.owner.register(&waker);
        let output = outputs.take();
        handing.join().unwrap();
        assert!(output == Some(7) || wakes.times() == 1 && outputs.take() == Some(7));
    });
}

/// A worker in the caller's task that is woken while being polled is polled again.
#[test]
fn no_turn_is_lost() {
    loom::model(|| {
        let workers = Arc::new(ReadyWorkers::new());
        let number = workers.join();
        let (wakes, waker) = WakeCount::new();
        let waking = thread::spawn({
            let workers = workers.clone();
            move || workers.wake(number)
        });
        let ready = workers.begin(&waker);
        assert_eq!((ready, workers.next()), (1, Some(number)));
        waking.join().unwrap();
        // If woken before its turn, that was the turn. Otherwise it has another turn, and the
        // owner was woken.
        assert_eq!(workers.begin(&waker), wakes.times());
    });
}
