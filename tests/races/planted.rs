//! A planted race: two tasks of a group, on two threads, count in one cell without a lock. If
//! `CLEAN`
//! is set, they use a lock.
//!
//! The only file that uses `unsafe`, because a race needs it. It belongs to no crate of the
//! workspace.

use std::cell::UnsafeCell;
use std::sync::{Arc, Barrier};

use taskward::{Context, ContextError, TaskGroup};
use tokio::sync::Mutex;

#[derive(Default)]
struct Counter {
    count: UnsafeCell<u64>,
    turn: Mutex<()>,
}

// This is wrong, and is the bug.
unsafe impl Sync for Counter {}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let counter = Arc::new(Counter::default());
    let locks = std::env::var_os("CLEAN").is_some();
    let both = Arc::new(Barrier::new(2));
    let group = TaskGroup::<Result<(), ContextError>>::new(&Context::background());
    for _ in 0..2 {
        let (counter, both) = (counter.clone(), both.clone());
        drop(group.spawn(move |_ctx| async move {
            both.wait();
            for _ in 0..1_000 {
                let _turn = if locks { Some(counter.turn.lock().await) } else { None };
                unsafe { *counter.count.get() += 1 };
            }
            Ok(())
        }));
    }
    group.join().await.expect("no task fails");
    println!("counted to {}", unsafe { *counter.count.get() });
}
