//! The flow of an attribute that stands alone, from tokens to tokens. Those that stand together are
//! a [`stack`](crate::stack).

use proc_macro2::TokenStream;

use crate::args::{Args, Keys};
use crate::diagnostics::Errors;
use crate::item::Function;
use crate::krate::Krate;
use crate::rules::Allowed;

/// What an attribute brings to the pipeline.
pub(crate) trait Attribute: Keys + Sized {
    /// Reads the arguments. Total: whatever is wrong is reported and replaced by a default.
    fn parse(args: &mut Args, errors: &mut Errors) -> Self;

    /// Reports what is wrong with the function, and how the arguments do not fit it.
    fn check(&self, function: &Function, allowed: &Allowed, errors: &mut Errors);

    /// Total: nothing fails here.
    fn expand(&self, function: Function, krate: &Krate) -> TokenStream;

    /// What is emitted beside errors: everything that callers name, so that they see no errors that
    /// follow from these.
    fn fall_back(&self, function: &Function, _krate: &Krate) -> TokenStream {
        function.to_tokens()
    }
}

/// Tokens -> arguments and function -> checks -> expansion, and all errors at once.
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
