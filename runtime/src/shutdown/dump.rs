//! The live tasks of a running process, printed on SIGQUIT.

use std::fmt;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::leftover::say;
use super::others::Others;
use crate::age::Age;
use crate::located::{Doing, Located};
use crate::registry::{LiveTasks, live_tasks, live_tasks_on};

/// A `Shutdown`, as a dump sees it.
pub(super) struct Main {
    /// The start of the body; `None` before it has started and after it has returned.
    pub(super) body: Option<Instant>,
    #[cfg_attr(not(feature = "dump"), expect(dead_code, reason = "nobody asks"))]
    pub(super) located: Located,
    pub(super) runtime: Option<Handle>,
    /// The body runs in a task of that runtime.
    pub(super) in_task: bool,
}

impl Main {
    fn others(&self) -> Others {
        let count = |runtime: &Handle| Others::count(runtime, &live_tasks_on(runtime.id()), self.in_task);
        self.runtime.as_ref().map(count).unwrap_or_default()
    }
}

pub(super) struct Dump {
    bodies: Vec<(Duration, Doing)>,
    tasks: LiveTasks,
    others: Others,
}

impl Dump {
    pub(super) fn find(mains: &[Main]) -> Self {
        let others = mains.iter().map(Main::others).sum();
        let tasks = live_tasks();
        #[cfg(feature = "dump")]
        let tasks = {
            for main in mains {
                main.located.ask();
            }
            tasks.locate_blocking(|| mains.iter().all(|main| main.located.has_answered()))
        };
        let body = |main: &Main| {
            #[cfg(feature = "dump")]
            let doing = main.located.doing();
            #[cfg(not(feature = "dump"))]
            let doing = Doing::default();
            Some((main.body?.elapsed(), doing))
        };
        Self { bodies: mains.iter().filter_map(body).collect(), tasks, others }
    }

    pub(super) fn report(&self) {
        say(&self.to_string());
    }
}

impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bodies, tasks, others } = self;
        writeln!(f, "taskward: SIGQUIT, so this is alive, and the process goes on:")?;
        for (age, doing) in bodies {
            writeln!(f, "    the main function, alive for {}{doing}", Age::from(*age))?;
        }
        for line in tasks.to_string().lines() {
            writeln!(f, "    {line}")?;
        }
        write!(f, "{others}")
    }
}
