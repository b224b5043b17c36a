//! What the Tokio tasks of a group are aborted by. Apart from the seats, so that a spawn does not wait a second time for the lock
//! that the tasks take when they end.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;

use tokio::task::{AbortHandle, JoinHandle};

use crate::sync::{Mutex, lock};

#[derive(Default)]
pub(super) struct Handles {
    list: Mutex<List>,
    /// Some task is to be aborted, or was: from now on whoever spawns looks whether it is theirs.
    is_aborting: AtomicBool,
}

#[derive(Default)]
struct List {
    /// With the [`id`](super::shared::Seat::id) of the seat.
    handles: Vec<(usize, JoinHandle<()>)>,
    /// When there are so many, those of finished tasks are thrown out.
    tidy_at: usize,
}

impl Handles {
    /// Keeps a handle. Returns another one if the task may be to be aborted and was not found, because its handle was not here yet.
    pub(super) fn keep(&self, id: usize, handle: JoinHandle<()>) -> Option<AbortHandle> {
        let mut list = lock(&self.list);
        if list.handles.len() >= list.tidy_at.max(64) {
            list.handles.retain(|(_, handle)| !handle.is_finished());
            list.tidy_at = 2 * list.handles.len();
        }
        list.handles.push((id, handle));
        // Whoever aborts says so before it takes the lock.
        self.is_aborting.load(SeqCst).then(|| list.handles[list.handles.len() - 1].1.abort_handle())
    }

    /// To be called before the seats are looked at.
    pub(super) fn begin_to_abort(&self) {
        self.is_aborting.store(true, SeqCst);
    }

    /// Aborts the tasks with these ids, as far as their handles are here.
    pub(super) fn abort(&self, mut ids: Vec<usize>) {
        ids.sort_unstable();
        let list = lock(&self.list);
        let chosen = list.handles.iter().filter(|(id, _)| ids.binary_search(id).is_ok());
        let handles: Vec<_> = chosen.map(|(_, handle)| handle.abort_handle()).collect();
        drop(list);
        for handle in handles {
            handle.abort();
        }
    }
}

#[cfg(all(test, not(taskward_loom)))]
mod tests {
    use super::{Handles, lock};

    #[tokio::test]
    async fn handles_of_finished_tasks_do_not_pile_up() {
        let handles = Handles::default();
        for id in 0..10_000 {
            assert!(handles.keep(id, tokio::spawn(async {})).is_none());
            tokio::task::yield_now().await;
        }
        assert!(lock(&handles.list).handles.len() <= 64);
    }

    #[tokio::test]
    async fn whoever_aborts_before_a_handle_is_there_leaves_it_to_the_spawner() {
        let handles = Handles::default();
        let task = tokio::spawn(std::future::pending());
        handles.begin_to_abort();
        handles.abort(vec![7]);
        assert!(handles.keep(7, task).is_some());
        handles.abort(vec![7]);
        tokio::task::yield_now().await;
        assert!(lock(&handles.list).handles[0].1.is_finished());
    }
}
