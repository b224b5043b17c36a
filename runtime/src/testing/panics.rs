//! Panics in a run are kept instead of printed: there may be thousands of runs.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic::{self, PanicHookInfo};
use std::rc::Rc;
use std::sync::Once;

use super::session;

/// What a panic said, and where.
#[derive(Clone, Debug)]
pub(crate) struct Panic {
    pub(crate) message: String,
    /// `file:line:column`. Not known if another hook was set in the meantime.
    pub(crate) at: Option<String>,
    /// No task of the test was being polled.
    is_unseen: bool,
}

type Notes = Rc<RefCell<Vec<Panic>>>;

thread_local! {
    /// `None`: they are printed.
    static KEPT: RefCell<Option<Notes>> = const { RefCell::new(None) };
}

/// What panics on this thread until this is dropped is kept.
#[must_use]
pub(crate) struct Keeping {
    notes: Notes,
    before: Option<Notes>,
}

pub(crate) fn keep() -> Keeping {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !KEPT.try_with(|kept| note(kept, info)).unwrap_or(false) {
                print(info);
            }
        }));
    });
    let notes = Notes::default();
    let before = KEPT.with(|kept| kept.replace(Some(notes.clone())));
    Keeping { notes, before }
}

impl Keeping {
    /// All of them, in the order of time.
    pub(crate) fn all(&self) -> Vec<Panic> {
        self.notes.borrow().clone()
    }

    /// The first one that no task of the test had: it was in one that the test does not know.
    pub(crate) fn unseen(&self) -> Option<Panic> {
        self.notes.borrow().iter().find(|panic| panic.is_unseen).cloned()
    }

    /// The last panic.
    pub(crate) fn last(&self) -> Option<Panic> {
        self.notes.borrow().last().cloned()
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        let before = self.before.take();
        drop(KEPT.try_with(|kept| kept.replace(before)));
    }
}

fn note(kept: &RefCell<Option<Notes>>, info: &PanicHookInfo<'_>) -> bool {
    let Ok(kept) = kept.try_borrow() else { return false };
    let Some(notes) = kept.as_ref() else { return false };
    let at = info.location().map(ToString::to_string);
    notes.borrow_mut().push(Panic { message: message(info.payload()), at, is_unseen: !session::is_polling() });
    true
}

impl Panic {
    pub(crate) fn unknown() -> Self {
        Self { message: "no message".to_owned(), at: None, is_unseen: false }
    }

    /// Tokio's words, where a runtime has no driver for sockets and the like.
    pub(crate) fn speaks_of_io(&self) -> bool {
        self.message.contains("enable_io") || self.message.contains("IO is disabled")
    }

    pub(crate) fn of(payload: &(dyn Any + Send)) -> Self {
        Self { message: message(payload), at: None, is_unseen: false }
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) => write!(f, "panicked at {at}: {}", self.message),
            None => write!(f, "panicked: {}", self.message),
        }
    }
}

/// What the payload of a panic says.
fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a payload that is no text").to_owned()
}
