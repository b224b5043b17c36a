//! Time limits, as their errors describe them.

use std::error::Error;
use std::mem;
use std::ops::Deref;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::time::Duration;

/// A user's cause. Behind one thin pointer, because every result of an annotated function has room
/// for a [`ContextError`](crate::ContextError).
pub(crate) type SharedCause = Arc<Box<dyn Error + Send + Sync>>;

/// A time limit, as its error describes it.
#[derive(Clone, Debug)]
pub struct Limit {
    pub(crate) duration: Option<Duration>,
    pub(crate) owner: Option<&'static str>,
    pub(crate) cause: Option<SharedCause>,
    pub(crate) place: &'static Location<'static>,
}

impl Limit {
    /// Creates the time limit on calls of a function.
    #[must_use]
    #[track_caller]
    pub const fn of_call(duration: Duration, owner: &'static str) -> Self {
        Self { duration: Some(duration), owner: Some(owner), cause: None, place: Location::caller() }
    }

    /// Creates a limit that belongs to no function. `duration` is `None` for a point in time.
    #[track_caller]
    pub(crate) fn of_context(duration: Option<Duration>) -> Self {
        Self { duration, owner: None, cause: None, place: Location::caller() }
    }

    /// Becomes a copy of `other`. Returns the old cause, for dropping it unlocked.
    pub(crate) fn set(&mut self, other: &Self) -> Option<SharedCause> {
        let Self { duration, owner, cause, place } = other;
        (self.duration, self.owner, self.place) = (*duration, *owner, *place);
        mem::replace(&mut self.cause, cause.clone())
    }

    pub(crate) fn because(mut self, cause: Box<dyn Error + Send + Sync>) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }
}

/// The limit of a call: a literal, in static memory, or a computed one.
#[derive(Clone, Debug)]
pub enum CallLimit {
    /// A literal.
    Literal(&'static Limit),
    /// The value of an expression.
    Computed(Box<Limit>),
    /// The limit of every request of a route.
    Shared(Arc<Limit>),
}

impl From<&'static Limit> for CallLimit {
    #[inline]
    fn from(limit: &'static Limit) -> Self {
        Self::Literal(limit)
    }
}

impl From<Box<Limit>> for CallLimit {
    fn from(limit: Box<Limit>) -> Self {
        Self::Computed(limit)
    }
}

impl From<Arc<Limit>> for CallLimit {
    fn from(limit: Arc<Limit>) -> Self {
        Self::Shared(limit)
    }
}

impl From<Limit> for CallLimit {
    fn from(limit: Limit) -> Self {
        Self::Computed(Box::new(limit))
    }
}

impl Deref for CallLimit {
    type Target = Limit;

    #[inline]
    fn deref(&self) -> &Limit {
        match self {
            Self::Literal(limit) => limit,
            Self::Computed(limit) => limit,
            Self::Shared(limit) => limit,
        }
    }
}

// The values behind these pointers are immutable.
impl UnwindSafe for Limit {}
impl RefUnwindSafe for Limit {}
