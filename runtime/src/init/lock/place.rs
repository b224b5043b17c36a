//! The initializer that needs a lock, for messages.

use std::fmt;
use std::panic::Location;

/// The initialized value and its place in the source.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    what: What,
    at: &'static Location<'static>,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Function(&'static str),
    /// A value of this type, initialized by hand.
    Value(&'static str),
}

impl Place {
    /// An annotated function, at the place of the caller.
    #[must_use]
    #[track_caller]
    pub const fn of_function(name: &'static str) -> Self {
        Self { what: What::Function(name), at: Location::caller() }
    }

    /// A value of the type `ty`, at the place of the caller.
    #[track_caller]
    pub(crate) const fn of_value(ty: &'static str) -> Self {
        Self { what: What::Value(ty), at: Location::caller() }
    }
}

impl Place {
    /// Returns the name of the function, or of the value's type.
    pub(crate) const fn subject(&self) -> &'static str {
        match self.what {
            What::Function(name) | What::Value(name) => name,
        }
    }

    pub(crate) const fn location(&self) -> &'static Location<'static> {
        self.at
    }

    /// Writes the short name, for a second mention.
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
