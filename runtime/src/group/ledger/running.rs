//! The running tasks of a group.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::task::Waker;

use super::memory::shrink;
use crate::context::Context;
use crate::context::tree::node::Node;
use crate::located::Located;
use crate::registry::{Listed, TaskInfo};
use crate::size_gauge::Counted;

pub(crate) struct Running {
    pub(crate) info: TaskInfo,
    /// The node of the task's context. Weak, because ending an unshared context costs nothing.
    node: Weak<Node>,
    located: Located,
    /// Wakes the task at the end of its context. Stored when the task waits.
    pub(crate) waker: Option<Waker>,
    /// The context of the task is about to be ended, or has been.
    pub(crate) is_aborted: bool,
    is_thread: bool,
    _counted: Counted,
}

impl Running {
    /// Describes a task with the context `ctx`.
    #[inline]
    pub(crate) fn new(info: TaskInfo, ctx: &Context, counted: Counted) -> Self {
        let node = ctx.node().map_or_else(Weak::new, Arc::downgrade);
        Self {
            info,
            node,
            located: Located::default(),
            waker: None,
            is_aborted: false,
            is_thread: false,
            _counted: counted,
        }
    }

    /// Marks the task as a thread of the blocking pool, for which no Tokio task waits.
    pub(crate) fn on_thread(self) -> Self {
        Self { is_thread: true, ..self }
    }

    pub(crate) fn located(&self) -> Located {
        self.located.clone()
    }

    /// Returns the description of a task that has stopped.
    pub(crate) fn into_info(self) -> TaskInfo {
        self.info
    }

    /// Describes the task to the registry. Must be dropped after unlocking.
    pub(crate) fn listed(&self) -> Listed {
        Listed { info: self.info.clone(), node: self.node(), located: self.located.clone(), is_thread: self.is_thread }
    }

    /// Returns the node whose end interrupts this task alone, unless the task has stopped. Must be
    /// dropped after unlocking.
    pub(crate) fn node(&self) -> Option<Arc<Node>> {
        self.node.upgrade()
    }
}

/// The number of consecutive indices in a chunk. Allocators are slower from 1 KiB on.
const CHUNK: usize = 15;

/// The running tasks by index, in chunks. A chunk without tasks is freed, so that a long-lived
/// task keeps only its chunk.
#[derive(Default)]
pub(crate) struct RunningTasks {
    /// In order of their numbers. Tasks start nearly in order, so new chunks are appended.
    chunks: VecDeque<Chunk>,
    len: usize,
}

/// The tasks with the indices from `number * CHUNK`.
struct Chunk {
    number: usize,
    used: usize,
    tasks: Vec<Option<Running>>,
}

impl RunningTasks {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn insert(&mut self, index: usize, task: Running) {
        let (number, place) = (index / CHUNK, index % CHUNK);
        let last = self.chunks.back_mut().filter(|chunk| chunk.number == number);
        let chunk = match last {
            Some(chunk) => chunk,
            None => self.chunk(number),
        };
        if place >= chunk.tasks.len() {
            chunk.tasks.resize_with(place, || None);
            chunk.tasks.push(Some(task));
        } else {
            chunk.tasks[place] = Some(task);
        }
        chunk.used += 1;
        self.len += 1;
    }

    /// Returns the chunk, new if there is none.
    #[cold]
    fn chunk(&mut self, number: usize) -> &mut Chunk {
        let at = match self.chunks.binary_search_by_key(&number, |chunk| chunk.number) {
            Ok(at) => at,
            Err(at) => {
                self.chunks.insert(at, Chunk { number, used: 0, tasks: Vec::with_capacity(CHUNK) });
                at
            }
        };
        &mut self.chunks[at]
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Running> {
        self.chunks[self.find(index)?].tasks.get(index % CHUNK)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut Running> {
        let at = self.find(index)?;
        self.chunks[at].tasks.get_mut(index % CHUNK)?.as_mut()
    }

    /// Returns the wakers of all tasks that wait, in order of spawning.
    pub(crate) fn take_wakers(&mut self) -> Vec<Waker> {
        let tasks = self.chunks.iter_mut().flat_map(|chunk| &mut chunk.tasks).flatten();
        tasks.filter_map(|task| task.waker.take()).collect()
    }

    #[inline]
    pub(crate) fn remove(&mut self, index: usize) -> Option<Running> {
        let at = self.find(index)?;
        let chunk = &mut self.chunks[at];
        let task = chunk.tasks.get_mut(index % CHUNK)?.take()?;
        self.len -= 1;
        chunk.used -= 1;
        if chunk.used == 0 {
            self.free(at);
        }
        Some(task)
    }

    #[cold]
    fn free(&mut self, at: usize) {
        // The last chunk is still being filled.
        if at + 1 < self.chunks.len() || self.chunks[at].tasks.len() == CHUNK {
            self.chunks.remove(at);
            shrink(&mut self.chunks);
        }
    }

    /// Returns the position of the chunk of a task.
    #[inline]
    fn find(&self, index: usize) -> Option<usize> {
        let number = index / CHUNK;
        let last = self.chunks.len().checked_sub(1)?;
        if self.chunks[last].number == number {
            return Some(last);
        }
        let without_gaps = number.checked_sub(self.chunks.front()?.number)?;
        match self.chunks.get(without_gaps) {
            Some(chunk) if chunk.number == number => Some(without_gaps),
            _ => self.chunks.binary_search_by_key(&number, |chunk| chunk.number).ok(),
        }
    }

    /// Describes each task, in order of spawning.
    pub(crate) fn describe<T>(&self, describe: impl Fn(&Running) -> T) -> Vec<T> {
        self.chunks.iter().flat_map(|chunk| &chunk.tasks).flatten().map(describe).collect()
    }
}

#[cfg(all(test, not(taskward_loom)))]
mod tests {
    use super::{CHUNK, Running, RunningTasks};
    use crate::Context;
    use crate::registry::TaskInfo;
    use crate::size_gauge::{Counted, SizeGauge};

    fn running() -> Running {
        let info = TaskInfo::new(None, std::panic::Location::caller());
        Running::new(info, &Context::background(), Counted::by(&SizeGauge::default()))
    }

    #[test]
    fn a_peak_is_given_back_while_one_task_stays() {
        for stays in [0, 5_000, 9_999] {
            let mut tasks = RunningTasks::default();
            for index in 0..10_000 {
                tasks.insert(index, running());
            }
            for index in (0..10_000).filter(|index| *index != stays) {
                assert!(tasks.remove(index).is_some());
            }
            assert!(tasks.get(stays).is_some());
            assert_eq!(tasks.len(), 1);
            assert!(tasks.chunks.len() <= 2, "{}", tasks.chunks.len());
            assert!(tasks.chunks.capacity() <= 64, "{}", tasks.chunks.capacity());
        }
    }

    #[test]
    fn tasks_that_end_in_any_order_are_found() {
        let mut tasks = RunningTasks::default();
        for index in 0..1_000 {
            tasks.insert(index, running());
        }
        for index in (0..1_000).filter(|index| index % 5 != 2) {
            assert!(tasks.remove(index).is_some(), "{index}");
            assert!(tasks.remove(index).is_none(), "{index}");
        }
        assert!((0..1_000).all(|index| tasks.get(index).is_some() == (index % 5 == 2)));
        assert_eq!((tasks.len(), tasks.describe(|_| ()).len()), (200, 200));
    }

    #[test]
    fn a_task_with_reserved_room_starts_before_queued_ones() {
        let mut tasks = RunningTasks::default();
        let later = 3 * CHUNK;
        for index in [later, 0, later - 1, 1, CHUNK] {
            tasks.insert(index, running());
        }
        assert_eq!(tasks.describe(|_| ()).len(), 5);
        for index in [CHUNK, 0, later, 1, later - 1] {
            assert!(tasks.remove(index).is_some(), "{index}");
        }
        assert_eq!((tasks.len(), tasks.chunks.len()), (0, 1), "the last chunk is being filled");
        tasks.insert(later + 1, running());
        assert!(tasks.get(later + 1).is_some());
    }
}
