//! The report that `main` prints when it ends with an error: the error's `Display`, and its
//! sources.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::iter::successors;

use super::leftover::say;
use super::signal::Signal;
use crate::error::ContextError;

/// Prints an error, unless it is only the interruption by the signal. Returns whether it did.
pub(super) fn print(error: &(dyn Error + 'static), signal: Option<Signal>, text: impl fmt::Display) -> bool {
    let is_news = !signal.is_some_and(|signal| is_interruption(error, signal));
    if is_news {
        say(&format!("Error: {text}\n"));
    }
    is_news
}

/// Returns whether the error is the end of the context that the signal has ended. A transparent
/// variant of an enum hides the interruption from the chain of sources, but has its text.
fn is_interruption(error: &(dyn Error + 'static), signal: Signal) -> bool {
    let found = ContextError::find(error).and_then(ContextError::cause);
    let text = ContextError::cancelled_with(signal.into()).to_string();
    found.is_some_and(<dyn Error + Send + Sync>::is::<Signal>) || chain(error).any(|error| error.to_string() == text)
}

/// Returns the error and its sources, one per line. Omits a source whose text has been printed,
/// because many errors contain that of their source.
pub(super) fn with_sources(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    for source in chain(error).skip(1) {
        let source = source.to_string();
        if !text.contains(&source) {
            _ = write!(text, "\ncaused by: {source}");
        }
    }
    text
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    successors(Some(error), |&error| error.source())
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::Context;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot start")]
    struct Start(#[source] io::Error);

    #[derive(Debug, thiserror::Error)]
    #[error(transparent)]
    struct Hidden(#[from] ContextError);

    #[test]
    fn an_error_is_printed_with_its_causes_each_once() {
        let inner = io::Error::other(io::Error::other("the disk is full"));
        assert_eq!(with_sources(&Start(inner)), "cannot start\ncaused by: the disk is full");
    }

    #[test]
    fn an_interruption_by_a_signal_is_recognised_through_other_errors() {
        let (ctx, canceller) = Context::background().with_cancel();
        canceller.cancel_with(Signal::Terminate);
        let why = ctx.check().unwrap_err();
        let is_interruption = |error: &(dyn Error + 'static)| is_interruption(error, Signal::Terminate);
        assert!(is_interruption(&why));
        assert!(is_interruption(&Hidden(why.clone())));
        assert!(is_interruption(&Start(why.into())));
        assert!(!is_interruption(&Start(io::Error::other("the disk is full"))));
    }
}
