//! The result of a run, as its callers share it.

use std::any::Any;
use std::panic::resume_unwind;

use crate::payload::{self, Payload};
use crate::sync::plain::{Mutex, lock};
use crate::test_hooks;

pub(super) enum Published<T> {
    Value(T),
    Panicked {
        message: String,
        /// For the first caller that takes the result.
        payload: Mutex<Option<Payload>>,
    },
    /// The run could not go on.
    Failed(&'static str),
}

impl<T> Published<T> {
    pub(super) fn panicked(payload: Box<dyn Any + Send>) -> Self {
        test_hooks::panic_held(&*payload);
        let message = payload::message(&*payload).unwrap_or_else(|| "the run of a single flight panicked".to_owned());
        Self::Panicked { message, payload: Mutex::new(Some(Payload::new(payload))) }
    }

    /// # Panics
    ///
    /// If the run panicked.
    pub(super) fn into_value(self) -> T {
        match self {
            Self::Value(value) => value,
            other => other.raise(),
        }
    }

    /// # Panics
    ///
    /// If the run panicked, or if `clone` does.
    pub(super) fn clone_value(&self, clone: fn(&T) -> T) -> T {
        match self {
            Self::Value(value) => clone(value),
            other => other.raise(),
        }
    }

    #[cold]
    fn raise(&self) -> ! {
        match self {
            Self::Panicked { message, payload } => {
                let taken = lock(payload).take().map(Payload::into_inner);
                // The panic hook has printed the message.
                resume_unwind(match taken {
                    Some(payload) => {
                        test_hooks::panic_received(&*payload);
                        payload
                    }
                    None => Box::new(message.clone()),
                })
            }
            Self::Failed(why) => panic!("{why}"),
            Self::Value(_) => unreachable!("a value is not a failure"),
        }
    }
}
