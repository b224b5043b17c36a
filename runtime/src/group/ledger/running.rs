//! The running tasks of a group.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, Weak};

use crate::context::tree::node::Node;
use crate::group::job::Job;
use crate::located::Located;
use crate::registry::{Listed, TaskInfo};
use crate::size_gauge::Counted;

pub(crate) struct Running {
    pub(crate) info: TaskInfo,
    /// The node of the task's context. Weak, because ending an unshared context costs nothing.
    node: Weak<Node>,
    located: Located,
    _counted: Counted,
}

impl Running {
    pub(crate) fn new<B>(info: TaskInfo, job: &Job<B>, counted: Counted) -> Self {
        let node = job.ctx.node().map_or_else(Weak::new, Arc::downgrade);
        Self { info, node, located: job.located.clone(), _counted: counted }
    }

    /// Returns the description of a task that has stopped.
    pub(crate) fn into_info(self) -> TaskInfo {
        self.info
    }

    /// Describes the task to the registry. Must be dropped after unlocking.
    pub(crate) fn listed(&self) -> Listed {
        Listed { info: self.info.clone(), node: self.node(), located: self.located.clone(), is_thread: false }
    }

    /// Returns the node whose end interrupts this task alone, unless the task has stopped. Must be
    /// dropped after unlocking.
    pub(crate) fn node(&self) -> Option<Arc<Node>> {
        self.node.upgrade()
    }
}

/// The running tasks by index. Frees memory after a peak.
#[derive(Default)]
pub(crate) struct RunningTasks {
    by_index: HashMap<usize, Running, BuildHasherDefault<IndexHasher>>,
}

impl RunningTasks {
    pub(crate) fn len(&self) -> usize {
        self.by_index.len()
    }

    pub(crate) fn insert(&mut self, index: usize, task: Running) {
        self.by_index.insert(index, task);
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Running> {
        self.by_index.get(&index)
    }

    pub(crate) fn remove(&mut self, index: usize) -> Option<Running> {
        let task = self.by_index.remove(&index);
        let (len, capacity) = (self.by_index.len(), self.by_index.capacity());
        if capacity > 64 && len < capacity / 8 {
            self.by_index.shrink_to(2 * len);
        }
        task
    }

    /// Describes each task, with its index, in any order.
    pub(crate) fn describe<T>(&self, describe: impl Fn(&Running) -> T) -> Vec<(usize, T)> {
        self.by_index.iter().map(|(index, task)| (*index, describe(task))).collect()
    }
}

/// Spreads consecutive numbers. Indices are not attacker-controlled.
#[derive(Default)]
struct IndexHasher(u64);

impl Hasher for IndexHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(byte.into());
        }
    }

    fn write_usize(&mut self, number: usize) {
        self.0 = (self.0 ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    }
}

#[cfg(all(test, not(taskward_loom)))]
mod tests {
    use super::{Running, RunningTasks};
    use crate::Context;
    use crate::group::job::Job;
    use crate::registry::TaskInfo;
    use crate::size_gauge::{Counted, SizeGauge};

    #[test]
    fn a_peak_is_given_back_while_one_task_stays() {
        let mut tasks = RunningTasks::default();
        for index in 0..10_000 {
            let info = TaskInfo::new(None, std::panic::Location::caller());
            let job = Job::new(&Context::background(), |_| async {});
            tasks.insert(index, Running::new(info, &job, Counted::by(&SizeGauge::default())));
        }
        for index in 0..9_999 {
            assert!(tasks.remove(index).is_some());
        }
        assert!(tasks.by_index.capacity() <= 64, "{}", tasks.by_index.capacity());
        assert!(tasks.get(9_999).is_some());
    }
}
