//! The live tasks, and the text of a dump.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use std::vec;

use super::owner::{Listed, Owner};
use super::task_info::TaskInfo;
use crate::age::Age;
use crate::located::{Doing, Located};
#[cfg(feature = "dump")]
use crate::waits::place::Place;

/// A live task.
#[derive(Clone)]
pub struct LiveTask {
    info: TaskInfo,
    is_interrupted: bool,
    #[cfg_attr(not(feature = "dump"), expect(dead_code, reason = "nobody asks"))]
    located: Located,
    doing: Doing,
    #[cfg_attr(not(feature = "signal"), expect(dead_code, reason = "nobody counts Tokio's tasks"))]
    is_thread: bool,
}

impl LiveTask {
    /// Returns the task's name, group and place, and its age.
    #[must_use]
    pub const fn info(&self) -> &TaskInfo {
        &self.info
    }

    /// Returns whether the task's context has ended. The task has then not noticed it yet, is in
    /// its grace, or is in a [`shield`](crate::Context::shield).
    #[must_use]
    pub const fn is_interrupted(&self) -> bool {
        self.is_interrupted
    }

    /// Returns whether Tokio does not count the task, because it is a blocking thread.
    #[cfg(feature = "signal")]
    pub(crate) const fn is_thread(&self) -> bool {
        self.is_thread
    }
}

#[cfg(feature = "dump")]
impl LiveTask {
    /// Returns the places at which the task waits, several for joined or selected futures. Empty
    /// before [`LiveTasks::locate`], and for a task that has not answered.
    #[must_use]
    pub fn waits_at(&self) -> &[Place] {
        self.doing.places()
    }

    pub(super) const fn located(&self) -> &Located {
        &self.located
    }

    /// Stores the task's answer.
    pub(super) fn locate(&mut self) {
        self.doing = self.located.doing();
    }
}

/// The live tasks found by [`live_tasks`](crate::live_tasks).
///
/// Its `Display` prints a line for each place where tasks were spawned, oldest tasks first. After
/// `locate` of the feature `dump`, the lines contain the places where the tasks wait.
///
/// ```text
/// `heartbeat`, spawned at src/main.rs:14:10, alive for 62.1 s
/// a task of `connections` spawned at src/main.rs:20:9: 212 of them, alive for 12 ms to 58.3 s, 3 interrupted
/// ```
#[derive(Clone, Debug)]
pub struct LiveTasks(Vec<LiveTask>);

impl LiveTasks {
    pub(super) fn of<'o>(owners: impl Iterator<Item = &'o dyn Owner>) -> Self {
        let mut listed = Vec::new();
        for owner in owners {
            owner.list(&mut listed);
        }
        // Outside of the owners' locks, because this may drop the last reference to a context.
        let tasks = listed.into_iter().map(|Listed { info, node, located, is_thread }| {
            let is_interrupted = node.is_some_and(|node| node.has_ended());
            LiveTask { info, is_interrupted, located, doing: Doing::default(), is_thread }
        });
        Self(tasks.collect())
    }

    #[cfg(feature = "dump")]
    pub(super) fn tasks_mut(&mut self) -> &mut [LiveTask] {
        &mut self.0
    }

    /// Returns the number of tasks.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no tasks.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Iterates over the tasks; those of one owner are in order of spawning.
    pub fn iter(&self) -> std::slice::Iter<'_, LiveTask> {
        self.0.iter()
    }
}

impl fmt::Debug for LiveTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { info, is_interrupted, doing, .. } = self;
        let mut text = f.debug_struct("LiveTask");
        text.field("info", info).field("is_interrupted", is_interrupted).field("doing", doing).finish()
    }
}

impl IntoIterator for LiveTasks {
    type Item = LiveTask;
    type IntoIter = vec::IntoIter<LiveTask>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'t> IntoIterator for &'t LiveTasks {
    type Item = &'t LiveTask;
    type IntoIter = std::slice::Iter<'t, LiveTask>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The tasks of one line.
struct Line {
    count: usize,
    interrupted: usize,
    youngest: Duration,
    oldest: Duration,
}

impl Line {
    fn add(&mut self, age: Duration, is_interrupted: bool) {
        self.count += 1;
        self.interrupted += usize::from(is_interrupted);
        self.youngest = self.youngest.min(age);
        self.oldest = self.oldest.max(age);
    }
}

impl fmt::Display for LiveTasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: BTreeMap<(String, String), Line> = BTreeMap::new();
        for LiveTask { info, is_interrupted, doing, .. } in self {
            let none = Line { count: 0, interrupted: 0, youngest: Duration::MAX, oldest: Duration::ZERO };
            lines.entry((info.to_string(), doing.to_string())).or_insert(none).add(info.age(), *is_interrupted);
        }
        let mut lines: Vec<_> = lines.into_iter().collect();
        lines.sort_by_key(|(_, line)| std::cmp::Reverse(line.oldest));
        for (at, ((task, doing), line)) in lines.iter().enumerate() {
            let Line { count, interrupted, youngest, oldest } = line;
            let (youngest, oldest) = (Age::from(*youngest), Age::from(*oldest));
            let newline = if at == 0 { "" } else { "\n" };
            match count {
                1 => write!(f, "{newline}{task}, alive for {oldest}")?,
                _ if youngest == oldest => write!(f, "{newline}{task}: {count} of them, alive for {oldest}")?,
                _ => write!(f, "{newline}{task}: {count} of them, alive for {youngest} to {oldest}")?,
            }
            match interrupted {
                0 => {}
                _ if interrupted == count => f.write_str(", interrupted")?,
                _ => write!(f, ", {interrupted} interrupted")?,
            }
            f.write_str(doing)?;
        }
        Ok(())
    }
}

#[cfg(all(test, not(taskward_loom)))]
mod tests {
    use std::panic::Location;

    use super::{Doing, LiveTask, LiveTasks, Located, TaskInfo};

    #[test]
    fn tasks_of_one_place_have_one_line() {
        let here = Location::caller();
        let task = |name: Option<&'static str>, is_interrupted| {
            let info = TaskInfo::new(name.map(Into::into), here);
            LiveTask { info, is_interrupted, located: Located::default(), doing: Doing::default(), is_thread: false }
        };
        let text = LiveTasks(vec![task(None, false), task(None, true), task(Some("beat"), true)]).to_string();
        let mut lines: Vec<_> = text.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines[0].starts_with("`beat`, spawned at ") && lines[0].ends_with(" ms, interrupted"), "{text}");
        assert!(lines[1].contains(": 2 of them, alive for ") && lines[1].ends_with(", 1 interrupted"), "{text}");
    }
}
