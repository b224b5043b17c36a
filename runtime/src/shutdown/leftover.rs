//! The tasks that are alive after the grace.

use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::time::Duration;

use tokio::runtime::Handle;

use super::others::Others;
use super::signal::Signal;
use crate::registry::{LiveTask, TaskInfo, live_tasks_on};

pub(super) struct Leftover {
    signal: Option<Signal>,
    grace: Duration,
    /// The body has not returned.
    in_body: bool,
    tasks: Vec<TaskInfo>,
    others: Others,
}

impl Leftover {
    /// Finds the live tasks of `runtime`. `in_task` says that the body is one of them.
    pub(super) fn find(
        signal: Option<Signal>,
        grace: Duration,
        in_body: bool,
        runtime: Option<&Handle>,
        in_task: bool,
    ) -> Self {
        let (mut tasks, mut others) = (Vec::new(), Others::default());
        if let Some(runtime) = runtime {
            let owned = live_tasks_on(runtime.id());
            others = Others::count(runtime, &owned, in_task);
            tasks = owned.iter().map(LiveTask::info).cloned().collect();
        }
        Self { signal, grace, in_body, tasks, others }
    }

    pub(super) fn report(&self) {
        say(&self.to_string());
    }
}

/// Reports a blocked thread. Tokio does not know where it was started.
pub(super) fn report_blocked_thread(after: Duration) {
    say(&format!("taskward: a thread of the runtime is still blocked {after:?} later, so left behind\n"));
}

/// Reports the tasks that were dropped at the end of their group's own grace.
pub(super) fn report_cut(signal: Option<Signal>, tasks: &[TaskInfo]) {
    let when = signal.map_or_else(|| "the main function has returned".to_owned(), |signal| signal.to_string());
    let mut text = format!("taskward: {when}, and at the end of their group's grace these were aborted:\n");
    for task in tasks {
        _ = writeln!(text, "    {task}");
    }
    say(&text);
}

/// Writes to standard error, and ignores errors.
pub(super) fn say(text: &str) {
    _ = io::stderr().write_all(text.as_bytes());
}

impl fmt::Display for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { signal, grace, in_body, tasks, others } = self;
        match signal {
            Some(signal) => write!(f, "taskward: {signal}, and ")?,
            None => f.write_str("taskward: the main function has returned, and ")?,
        }
        writeln!(f, "still alive {grace:?} later, so aborted:")?;
        if *in_body {
            writeln!(f, "    the main function")?;
        }
        for task in tasks {
            writeln!(f, "    {task}")?;
        }
        write!(f, "{others}")
    }
}
