//! A future that a dump can ask where it waits. Zero-sized without the feature `dump`.

#[cfg(feature = "dump")]
pub(crate) use self::on::{Doing, Located};

#[cfg(not(feature = "dump"))]
pub(crate) use self::off::{Doing, Located};

#[cfg(feature = "dump")]
mod on {
    use std::fmt;
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::task::{Context as Task, Poll};
    use std::time::{Duration, Instant};

    use crate::age::Age;
    use crate::waits::asked::Asked;
    use crate::waits::place::{Place, poll_and_look, write_places};

    /// Shared by the future and the code that asks.
    #[derive(Clone, Default)]
    pub(crate) struct Located(Arc<Asked>);

    impl Located {
        /// Polls the future, and captures its stacks if it was asked where it waits.
        pub(crate) fn poll<F: Future + ?Sized>(&self, future: Pin<&mut F>, task: &mut Task<'_>) -> Poll<F::Output> {
            let (polled, stacks) = if self.0.begin(Instant::now(), task.waker()) {
                let (polled, stacks) = poll_and_look(future, task);
                (polled, Some(stacks))
            } else {
                (future.poll(task), None)
            };
            self.0.end(stacks);
            polled
        }

        pub(crate) fn ask(&self) {
            if !self.0.is_new() {
                self.0.ask();
            }
        }

        /// Returns whether there is no answer to wait for.
        pub(crate) fn has_answered(&self) -> bool {
            self.0.is_new() || self.0.has_answered()
        }

        /// Returns the state of the task. Reads the debug information, which is slow the first
        /// time.
        pub(crate) fn doing(&self) -> Doing {
            match (self.0.polled_for(), self.0.stacks()) {
                (_, Some(stacks)) => Doing::Waits(stacks.places()),
                (Some(time), None) => Doing::Runs(time),
                (None, None) => Doing::Unknown,
            }
        }
    }

    /// The state of a task.
    #[derive(Clone, Debug, Default)]
    pub(crate) enum Doing {
        #[default]
        Unknown,
        Runs(Duration),
        Waits(Vec<Place>),
    }

    impl Doing {
        pub(crate) fn places(&self) -> &[Place] {
            if let Self::Waits(places) = self { places } else { &[] }
        }
    }

    impl fmt::Display for Doing {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self {
                Self::Unknown => Ok(()),
                Self::Runs(time) => write!(f, ", running for {}", Age::from(*time)),
                Self::Waits(places) if places.is_empty() => Ok(()),
                Self::Waits(places) => {
                    f.write_str(", waiting")?;
                    write_places(f, places)
                }
            }
        }
    }
}

#[cfg(not(feature = "dump"))]
mod off {
    use std::fmt;
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context as Task, Poll};

    #[derive(Clone, Default)]
    pub(crate) struct Located(());

    impl Located {
        #[inline]
        #[allow(clippy::unused_self)]
        pub(crate) fn poll<F: Future + ?Sized>(&self, future: Pin<&mut F>, task: &mut Task<'_>) -> Poll<F::Output> {
            future.poll(task)
        }
    }

    #[derive(Clone, Debug, Default)]
    pub(crate) struct Doing(());

    impl fmt::Display for Doing {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            Ok(())
        }
    }
}
