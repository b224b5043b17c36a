//! The initializer that a lock is wanted for, for messages.

use std::fmt;
use std::panic::Location;

/// What is initialised, and where in the source that is.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    what: What,
    at: &'static Location<'static>,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Function(&'static str),
    /// A value of this type, by hand.
    Value(&'static str),
}

impl Place {
    /// An annotated function, at the place of the call of this one.
    #[must_use]
    #[track_caller]
    pub const fn of_function(name: &'static str) -> Self {
        Self { what: What::Function(name), at: Location::caller() }
    }

    /// A value of the type `ty`, at the place of the call.
    #[track_caller]
    pub(crate) const fn of_value(ty: &'static str) -> Self {
        Self { what: What::Value(ty), at: Location::caller() }
    }
}

impl Place {
    /// The name of the function, or of the value's type.
    pub(crate) const fn subject(&self) -> &'static str {
        match self.what {
            What::Function(name) | What::Value(name) => name,
        }
    }

    pub(crate) const fn location(&self) -> &'static Location<'static> {
        self.at
    }

    /// As it is named the second time.
    pub(super) fn name(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            What::Function(name) => write!(f, "`{name}`"),
            What::Value(ty) => write!(f, "the same `{ty}`"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        match self.what {
            What::Function(name) => write!(f, "`{name}` ({at})"),
            What::Value(ty) => write!(f, "a `{ty}` ({at})"),
        }
    }
}
