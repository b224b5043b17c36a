//! The flow of every attribute, from tokens to tokens.

use proc_macro2::TokenStream;

use crate::args::{Args, Keys};
use crate::diagnostics::Errors;
use crate::function::Function;
use crate::krate::Krate;
use crate::rewrite;
use crate::rules::Allowed;

/// What an attribute brings to the pipeline.
pub(crate) trait Attribute: Keys + Sized {
    /// Whether it makes a race of the body, which goes around the guards of it.
    const IS_RACE: bool = false;

    /// Reads the arguments. Total: whatever is wrong is reported and replaced by a default.
    fn parse(args: &mut Args, errors: &mut Errors) -> Self;

    /// Reports what is wrong with the function, and how the arguments do not fit it.
    fn check(&self, function: &Function, allowed: &Allowed, errors: &mut Errors);

    /// Total: nothing fails here.
    fn expand(&self, function: Function, krate: &Krate) -> TokenStream;

    /// What is emitted beside errors: everything that callers name, so that they see no errors that follow from these.
    fn fall_back(&self, function: &Function, _krate: &Krate) -> TokenStream {
        function.to_tokens()
    }
}

/// Tokens -> arguments and function -> checks -> expansion, and all errors at once.
pub(crate) fn run<A: Attribute>(args: TokenStream, item: TokenStream) -> TokenStream {
    if A::IS_RACE
        && let Some(item) = rewrite::after_guards::<A>(&args, &item)
    {
        return item;
    }
    let mut errors = Errors::default();

    let mut args = Args::parse::<A>(args, &mut errors);
    let krate = Krate::parse(&mut args, &mut errors);
    let allowed = Allowed::parse(&mut args, &mut errors);
    let attribute = A::parse(&mut args, &mut errors);

    let Some(function) = Function::parse::<A>(&item, &mut errors) else {
        return errors.beside(item);
    };
    attribute.check(&function, &allowed, &mut errors);

    let item = if errors.allow_expansion() {
        attribute.expand(function, &krate)
    } else {
        attribute.fall_back(&function, &krate)
    };
    errors.beside(item)
}
