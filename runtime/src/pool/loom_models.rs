//! What loom explores of the claims and the end of a run, and of who wakes whom.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Poll, Wake, Waker};

use loom::thread;

use super::belt::Belt;
use super::claims::Claims;
use super::crew::Turns;

/// Counts how often it was told.
#[derive(Default)]
struct Told(AtomicUsize);

impl Told {
    fn new() -> (Arc<Self>, Waker) {
        let told = Arc::new(Self::default());
        (told.clone(), Waker::from(told))
    }

    fn times(&self) -> usize {
        self.0.load(SeqCst)
    }
}

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn each_item_is_claimed_exactly_once() {
    loom::model(|| {
        let claims = Arc::new(Claims::new(vec![0, 1, 2, 3], 2));
        let claim_all = |claims: Arc<Claims<usize>>| {
            let mut mine = Vec::new();
            loop {
                let mut chunk = VecDeque::new();
                let first = claims.claim(2, &mut chunk);
                if chunk.is_empty() {
                    return mine;
                }
                mine.extend(chunk.into_iter().enumerate().map(|(offset, item)| {
                    assert_eq!(first + offset, item, "the index is the item's");
                    item
                }));
            }
        };
        let other = thread::spawn({
            let claims = claims.clone();
            move || claim_all(claims)
        });
        let mut all = claim_all(claims);
        all.extend(other.join().unwrap());
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3]);
    });
}

#[test]
fn nothing_is_claimed_once_the_claims_are_closed() {
    loom::model(|| {
        let claims = Arc::new(Claims::new(vec![0, 1, 2], 1));
        let closing = thread::spawn({
            let claims = claims.clone();
            move || drop(claims.close())
        });
        let mut before = VecDeque::new();
        claims.claim(1, &mut before);
        closing.join().unwrap();
        let mut after = VecDeque::new();
        claims.claim(1, &mut after);
        assert!(before.len() <= 1);
        assert!(after.is_empty());
    });
}

/// One item of a belt.
fn poll_claim(belt: &Belt<u8, u8>, worker: usize, waker: &Waker) -> Poll<Option<u8>> {
    let mut chunk = VecDeque::new();
    belt.poll_claim(worker, 1, &mut chunk, waker).map(|_| chunk.pop_front())
}

#[test]
fn a_worker_that_waits_misses_no_item() {
    loom::model(|| {
        let belt = Arc::new(Belt::<u8, u8>::new(1, true));
        let putting = thread::spawn({
            let belt = belt.clone();
            move || belt.put_on(7)
        });
        let (told, waker) = Told::new();
        let claimed = poll_claim(&belt, 0, &waker);
        let was_awaited = putting.join().unwrap();
        assert_eq!(told.times(), usize::from(was_awaited));
        match claimed {
            Poll::Ready(item) => assert_eq!((item, was_awaited), (Some(7), false)),
            Poll::Pending => assert_eq!((poll_claim(&belt, 0, &waker), was_awaited), (Poll::Ready(Some(7)), true)),
        }
    });
}

#[test]
fn a_worker_that_waits_misses_no_end() {
    loom::model(|| {
        let belt = Arc::new(Belt::<u8, u8>::new(1, true));
        let ending = thread::spawn({
            let belt = belt.clone();
            move || drop(belt.clear())
        });
        let (told, waker) = Told::new();
        let claimed = poll_claim(&belt, 0, &waker);
        ending.join().unwrap();
        assert_eq!(told.times(), usize::from(claimed.is_pending()));
        assert_eq!(poll_claim(&belt, 0, &waker), Poll::Ready(None));
    });
}

#[test]
fn while_an_item_is_there_somebody_is_awake() {
    loom::model(|| {
        let belt = Arc::new(Belt::<u8, u8>::new(2, true));
        let (idle, waker) = Told::new();
        assert!(poll_claim(&belt, 0, &waker).is_pending());
        let putting = thread::spawn({
            let belt = belt.clone();
            move || [belt.put_on(1), belt.put_on(2)]
        });
        let (busy, waker) = Told::new();
        let claimed = poll_claim(&belt, 1, &waker);
        let was_awaited = putting.join().unwrap();
        // Of two items one may be left, for the one who was woken, or for a worker who is to be hired.
        let awake = idle.times() + busy.times() + usize::from(claimed.is_ready());
        let to_hire = was_awaited.iter().filter(|was_awaited| !**was_awaited).count();
        assert!(awake + to_hire >= 2);
    });
}

#[test]
fn a_thread_that_waits_misses_no_item_and_no_end() {
    loom::model(|| {
        let belt = Arc::new(Belt::<u8, u8>::new(1, true));
        let working = thread::spawn({
            let belt = belt.clone();
            move || {
                let mut items = 0;
                while belt.claim_blocking(1, &mut VecDeque::new()).is_some() {
                    items += 1;
                }
                items
            }
        });
        belt.put_on(7);
        belt.close();
        assert_eq!(working.join().unwrap(), 1);
    });
}

#[test]
fn the_owner_misses_no_output() {
    loom::model(|| {
        let belt = Arc::new(Belt::<u8, u8>::new(2, true));
        let handing = thread::spawn({
            let belt = belt.clone();
            move || belt.hand_in(0, 7)
        });
        let (told, waker) = Told::new();
        belt.bell.listen(&waker);
        let output = belt.take_off();
        handing.join().unwrap();
        assert!(output == Some(7) || told.times() == 1 && belt.take_off() == Some(7));
    });
}

/// A worker of the caller's task that is woken while it is being polled is polled again.
#[test]
fn no_turn_is_lost() {
    loom::model(|| {
        let turns = Arc::new(Turns::new());
        let number = turns.join();
        let (told, waker) = Told::new();
        let waking = thread::spawn({
            let turns = turns.clone();
            move || turns.wake(number)
        });
        let ready = turns.begin(&waker);
        assert_eq!((ready, turns.next()), (1, Some(number)));
        waking.join().unwrap();
        // Woken before its turn: that was the turn. Afterwards: it has another one, and the owner knows.
        assert_eq!(turns.begin(&waker), told.times());
    });
}
