//! The pipeline of an attribute that stands alone, from tokens to tokens. Attributes that can be
//! combined form a [`stack`](crate::stack).

use proc_macro2::TokenStream;

use crate::args::{Args, Keys};
use crate::diagnostics::Errors;
use crate::item::Function;
use crate::krate::Krate;
use crate::rules::Allowed;

/// The parts of the pipeline that each attribute implements.
pub(crate) trait Attribute: Keys + Sized {
    /// Reads the arguments. Never fails: errors are reported, and defaults used instead.
    fn parse(args: &mut Args, errors: &mut Errors) -> Self;

    /// Reports errors of the function, and arguments that do not fit it.
    fn check(&self, function: &Function, allowed: &Allowed, errors: &mut Errors);

    /// Expands the function. Never fails.
    fn expand(&self, function: Function, krate: &Krate) -> TokenStream;

    /// The code to emit beside errors: every item that callers name, so that they see no further
    /// errors.
    fn fall_back(&self, function: &Function, _krate: &Krate) -> TokenStream {
        function.to_tokens()
    }
}

/// Parses arguments and function, checks them, expands, and emits all errors at once.
pub(crate) fn run<A: Attribute>(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();

    let mut args = Args::parse::<A>(args, &mut errors);
    let krate = Krate::parse(&mut args, &mut errors);
    let allowed = Allowed::parse(&mut args, &mut errors);
    let attribute = A::parse(&mut args, &mut errors);

    let Some(function) = Function::parse(A::NAME, &item, &mut errors) else {
        return errors.emit_before(item);
    };
    attribute.check(&function, &allowed, &mut errors);

    let item = if errors.allow_expansion() {
        attribute.expand(function, &krate)
    } else {
        attribute.fall_back(&function, &krate)
    };
    errors.emit_before(item)
}
