//! Tests of the queue.

use std::collections::VecDeque;
use std::task::Waker;
use std::thread;

use super::{Holds, ItemQueue, Signal, lock};

fn claim<T>(queue: &ItemQueue<T>, size: usize) -> VecDeque<T> {
    let (mut chunk, mut holds) = (VecDeque::new(), Holds::default());
    queue.claim_blocking(size, (&mut chunk, &mut holds));
    lock(&queue.state).holders -= usize::from(holds.0);
    chunk
}

#[test]
fn the_last_items_are_shared_out_evenly() {
    let queue = ItemQueue::preloaded((0..16).collect(), 4);
    let mut sizes = Vec::new();
    loop {
        let chunk = claim(&queue, 4096);
        if chunk.is_empty() {
            break;
        }
        sizes.push(chunk.len());
    }
    assert_eq!(sizes, [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
}

#[test]
fn nothing_is_claimed_after_the_end() {
    let queue = ItemQueue::preloaded(vec![1, 2], 1);
    drop(queue.stop());
    assert!(claim(&queue, 1).is_empty());
}

#[test]
fn what_is_given_back_is_claimed_by_another_worker_with_its_index() {
    let queue = ItemQueue::preloaded((0..64).collect(), 1);
    let (mut chunk, mut holds) = (VecDeque::new(), Holds::default());
    assert_eq!(queue.claim_blocking(8, (&mut chunk, &mut holds)), Some(0));
    chunk.pop_front();
    queue.give_back(1, std::mem::take(&mut chunk), &mut holds);
    assert_eq!(queue.claim_blocking(3, (&mut chunk, &mut holds)), Some(1));
    assert_eq!(chunk, [1, 2, 3]);
}

#[test]
fn any_number_of_workers_is_one() {
    let queue = ItemQueue::preloaded(vec![1, 2, 3], usize::MAX);
    assert_eq!(claim(&queue, usize::MAX), [1]);
}

#[test]
fn a_thread_that_waits_is_counted_for_one_item_and_not_for_all_that_come_before_it_wakes_up() {
    for _ in 0..100 {
        let queue = ItemQueue::<u32>::open(4, true);
        // The thread waits for the items that another worker holds.
        lock(&queue.state).holders = 1;
        thread::scope(|scope| {
            scope.spawn(|| queue.claim_blocking(1, (&mut VecDeque::new(), &mut Holds::default())));
            while lock(&queue.state).idle_threads == 0 {
                thread::yield_now();
            }
            assert_ne!([queue.push(1), queue.push(2)], [false, false], "one of them needs another worker");
        });
    }
}

#[test]
fn a_thread_that_finds_nothing_leaves_and_the_next_item_starts_another() {
    let queue = ItemQueue::<u32>::open(1, true);
    assert!(queue.push(1));
    assert!(!queue.push(2), "there is one worker at most");
    assert_eq!((claim(&queue, 1), claim(&queue, 1), claim(&queue, 1)), ([1].into(), [2].into(), [].into()));
    assert!(queue.push(3));
}

#[test]
fn a_worker_still_has_to_share_while_another_one_finds_nothing() {
    let queue = ItemQueue::preloaded((0..80).collect(), 1);
    let mut chunks = [(); 2].map(|()| (VecDeque::new(), Holds::default()));
    for (chunk, holds) in &mut chunks {
        queue.claim_blocking(20, (chunk, holds));
    }
    while lock(&queue.state).items.len() > 0 {
        claim(&queue, 1);
    }
    for number in 0..3 {
        let claim = (&mut VecDeque::new(), &mut Holds::default());
        assert!(queue.poll_claim(number, 1, claim, Waker::noop()).is_pending());
    }
    let [(mut first, mut holds), (second, mut others)] = chunks;
    queue.give_back(0, first.split_off(19), &mut holds);
    assert!(queue.signal() == Signal::Share, "one item, and three workers that have nothing to do");
    queue.give_back(20, second, &mut others);
    assert!(queue.signal() == Signal::GoOn);
}
