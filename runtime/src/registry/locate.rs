//! Asks the live tasks where they wait.

use std::time::Instant;

use tokio::task::{spawn_blocking, yield_now};

use super::live_tasks::LiveTasks;
use crate::waits::asked::answers_until;

impl LiveTasks {
    /// Finds the `.await` at which each task waits: polls each task once more, and captures the
    /// stack when it begins to wait. The result is in the [`Display`](Self) and in
    /// [`LiveTask::waits_at`].
    ///
    /// Takes at most 50 ms plus 0.2 ms per task. A task that has not answered by then is being
    /// polled, perhaps because it blocks its thread; its line has the duration of the poll.
    /// Without debug information, the lines name functions.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future loses the answers.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup, live_tasks};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background());
    /// _ = group.spawn(async |_| std::future::pending().await);
    /// tokio::task::yield_now().await;
    /// // a task spawned at src/main.rs:5:11, alive for 3 ms, waiting at src/main.rs:5:47
    /// println!("{}", live_tasks().locate().await);
    /// # }
    /// ```
    ///
    /// [`LiveTask::waits_at`]: crate::LiveTask::waits_at
    pub async fn locate(mut self) -> Self {
        let until = self.ask();
        while !self.have_answered() && Instant::now() < until {
            yield_now().await;
        }
        let read = spawn_blocking(move || {
            self.read();
            self
        });
        read.await.expect("reading debug information does not panic, and the runtime lives")
    }

    /// Like `locate`, for a thread that may block. Also waits until `others` returns true.
    #[cfg(feature = "signal")]
    pub(crate) fn locate_blocking(mut self, others: impl Fn() -> bool) -> Self {
        let until = self.ask();
        while !(self.have_answered() && others()) && Instant::now() < until {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        self.read();
        self
    }

    /// Asks every task. Returns the time limit for the answers.
    fn ask(&self) -> Instant {
        for task in self {
            task.located().ask();
        }
        answers_until(self.len())
    }

    fn have_answered(&self) -> bool {
        self.iter().all(|task| task.located().has_answered())
    }

    fn read(&mut self) {
        for task in self.tasks_mut() {
            task.locate();
        }
    }
}
