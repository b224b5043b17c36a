//! Loom models of the wait-for graph. The lock itself is Tokio's semaphore, which loom does not
//! instrument.

use std::sync::Arc;

use loom::thread;

use super::chain::Link;
use super::place::Place;
use super::wait_graph::WaitGraph;
use crate::sync::{Mutex, lock};

/// In either order, one of two waits for each other is refused, and the other one proceeds.
#[test]
fn of_two_that_would_wait_for_each_other_one_is_told() {
    loom::model(|| {
        let waits = Arc::new(Mutex::new(WaitGraph::new()));
        let wait = |held, wanted| {
            let waits = waits.clone();
            move || {
                let place = Place::of_value("Once");
                lock(&waits).enter(Link::new(held, place), wanted, place, false).is_err()
            }
        };
        let one = thread::spawn(wait(1, 2));
        let other = wait(2, 1)();
        assert_ne!(one.join().unwrap(), other);
    });
}

/// A wait that is over, or whose chain is, closes no cycle.
#[test]
fn what_no_longer_waits_closes_no_cycle() {
    loom::model(|| {
        let waits = Arc::new(Mutex::new(WaitGraph::new()));
        let place = Place::of_value("Once");
        let chain = Link::new(1, place);
        let key = lock(&waits).enter(chain.clone(), 2, place, false).expect("nobody else waits");
        let ending = thread::spawn({
            let waits = waits.clone();
            move || {
                // A holder dropped while it waits does this.
                lock(&waits).leave(key);
                chain.end();
            }
        });
        let early = lock(&waits).enter(Link::new(2, place), 1, place, false);
        ending.join().unwrap();
        if let Ok(early) = early {
            lock(&waits).leave(early);
        }
        assert!(lock(&waits).enter(Link::new(2, place), 1, place, false).is_ok());
    });
}
