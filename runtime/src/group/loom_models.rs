//! Loom models of the batches of finished tasks.

use std::sync::Arc;

use loom::thread;

use super::ledger::{Awaited, Ledger};
use super::shared::Shared;
use crate::Context;
use crate::sync::lock;

/// A group of `tasks` running tasks.
fn group(tasks: usize) -> Arc<Shared<()>> {
    let shared = Arc::new(Shared::new(&Context::background()));
    shared.ledger().slots = tasks;
    assert!(shared.batches());
    shared
}

fn finish(shared: &Shared<()>, index: usize) {
    if shared.leave_finished(index, (), None).is_err() {
        let mut ledger = shared.ledger();
        ledger.slots -= 1;
        ledger.outcomes.succeeded(index, ());
        _ = ledger.take_change(true);
    }
}

/// Waits for `awaited` while two other threads finish a task each. Then no look is needed to
/// record what the caller waits for.
fn model(awaited: Awaited, has_happened: fn(&mut Ledger<()>) -> bool) {
    loom::model(move || {
        let shared = group(2);
        let finishing = [0, 1].map(|index| {
            let shared = shared.clone();
            thread::spawn(move || finish(&shared, index))
        });
        let mut ledger = shared.ledger();
        if !has_happened(&mut ledger) {
            ledger.awaited = awaited;
        }
        drop(ledger);
        for thread in finishing {
            thread.join().unwrap();
        }
        let mut ledger = lock(&shared.ledger);
        assert!(has_happened(&mut ledger), "the caller waits for ever");
        assert!(!ledger.awaited.idle && !ledger.awaited.outcome, "the caller was not notified");
    });
}

#[test]
fn the_end_of_the_last_task_is_not_left_to_a_batch() {
    model(Awaited { idle: true, ..Awaited::default() }, |ledger| ledger.is_idle());
}

#[test]
fn a_result_that_is_awaited_is_not_left_to_a_batch() {
    model(Awaited { outcome: true, ..Awaited::default() }, |ledger| ledger.outcomes.any_succeeded());
}

#[test]
fn every_task_that_finishes_is_recorded_once() {
    loom::model(|| {
        let shared = group(2);
        let finishing = thread::spawn({
            let shared = shared.clone();
            move || finish(&shared, 0)
        });
        finish(&shared, 1);
        assert!(shared.ledger().slots <= 1);
        finishing.join().unwrap();
        assert_eq!(shared.ledger().slots, 0);
        let ledger = shared.ledger();
        assert!(ledger.is_idle());
        drop(ledger);
    });
}
