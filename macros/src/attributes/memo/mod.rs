//! Memoizing attributes: callers share the value of the body.

mod lazy;
mod once;
mod single_flight;

pub(crate) use self::lazy::Lazy;
pub(crate) use self::once::Once;
pub(crate) use self::single_flight::SingleFlight;

use proc_macro2::TokenStream;

use crate::diagnostics::{Error, Errors};
use crate::item::Function;
use crate::krate::Krate;

/// An attribute around the user's block, inside of the interrupting ones.
pub(crate) enum Memo {
    Lazy(Lazy),
    Once(Box<Once>),
    SingleFlight(Box<SingleFlight>),
}

impl Memo {
    fn name(&self) -> &'static str {
        use crate::args::Keys;
        match self {
            Self::Lazy(_) => Lazy::NAME,
            Self::Once(_) => Once::NAME,
            Self::SingleFlight(_) => SingleFlight::NAME,
        }
    }

    pub(crate) fn check(&self, function: &Function, errors: &mut Errors) {
        let (name, attribute) = (function.name(), self.name());
        if function.body.is_none() {
            let what = format!("`#[{attribute}]` needs a body, and `{name}` has none");
            errors.push(Error::new(&function.sig.ident, what).help("move it to the implementations"));
        }
        if let Some(constness) = &function.sig.constness {
            let error = Error::new(constness, format!("`#[{attribute}]` cannot be applied to a `const fn`"));
            errors.push(error.help("remove the `const`"));
        }
        match self {
            Self::Lazy(it) => it.check(function, errors),
            Self::Once(it) => it.check(function, errors),
            Self::SingleFlight(it) => it.check(function, errors),
        }
    }

    /// The type of the user's block, if it differs from the written type.
    pub(crate) fn made(&self, function: &Function, krate: &Krate) -> Option<TokenStream> {
        match self {
            Self::Lazy(_) => Some(Lazy::made(function, krate)),
            Self::Once(it) => Some(it.made(function, krate)),
            Self::SingleFlight(_) => None,
        }
    }

    /// The function to emit beside errors.
    pub(crate) fn fall_back(&self, function: &Function, krate: &Krate) -> TokenStream {
        match self {
            Self::Lazy(_) => Lazy::fall_back(function, krate),
            Self::Once(it) => it.fall_back(function, krate),
            Self::SingleFlight(_) => function.to_tokens(),
        }
    }
}
