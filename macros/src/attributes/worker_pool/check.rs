//! The requirements of `#[worker_pool]`.

use quote::quote;
use syn::{PatType, Receiver, Type, TypeReference};

use super::options::Options;
use crate::diagnostics::{Error, Errors};
use crate::item::Function;
use crate::rules::context_first;
use crate::syntax::types;

pub(super) fn check(function: &Function, options: &Options, errors: &mut Errors) {
    if let (Some(local), false) = (&options.local, function.is_async()) {
        errors.push(
            Error::new(local, "`local` workers run in the caller's task, which a plain `fn` would block")
                .help("remove `local`, or write an `async fn`"),
        );
    }
    if let (Some(local), Some(_)) = (&options.local, &options.jobs) {
        errors.push(Error::new(local, "`local` and `jobs` exclude each other").help("remove `local` or `jobs`"));
    }
    if let syn::Safety::Unsafe(unsafety) = &function.sig.safety {
        let error = Error::new(unsafety, "`#[worker_pool]` cannot be applied to an `unsafe fn`");
        errors.push(error.help("move it to a safe `fn` that calls this one"));
    }
    if let Some(abi) = &function.sig.abi {
        let error = Error::new(abi, "`#[worker_pool]` cannot be applied to an `extern` function");
        errors.push(error.help("move it to a plain `fn` that calls this one"));
    }
    if let Some(constness) = &function.sig.constness {
        let error = Error::new(constness, "`#[worker_pool]` cannot be applied to a `const fn`");
        errors.push(error.help("remove the `const`"));
    }
    if let Some(opaque) = borrowing(function) {
        let error = Error::new(opaque, "the result outlives the context, from which this `impl Trait` may borrow");
        errors.push(error.help("add `+ use<>`, or return a `Box<dyn Trait + Send>`"));
    }
    let sharing = if options.local.is_some() { Sharing::Borrows } else { Sharing::Owns };
    if let Some(receiver) = function.sig.receiver() {
        sharing.check_self(receiver, errors);
    }
    let mut params = function.params();
    let ctx = params.next();
    let Some(item) = params.next() else {
        let name = &function.sig.ident;
        let error = if ctx.is_some() {
            Error::new(name, format!("`{name}` has no parameter for the item"))
                .help("add one after the context, such as `item: PathBuf`")
        } else {
            Error::new(name, format!("`{name}` has no parameters for the context and the item"))
                .help("add `ctx: &Context`, and one for the item, such as `item: PathBuf`")
        };
        errors.push(error);
        return;
    };
    sharing.check_item(item, errors);
    for shared in params {
        sharing.check_shared(shared, errors);
    }
    if function.body.is_none() {
        errors.push(
            Error::new(&function.sig.ident, "`#[worker_pool]` needs a function with a body")
                .help("move it to the implementation of the trait"),
        );
    }
}

/// The `impl Trait` in the result of an `async fn` that borrows its context.
fn borrowing(function: &Function) -> Option<syn::TypeImplTrait> {
    let is_lent = |ctx: &PatType| matches!(types::ungroup(&ctx.ty), Type::Reference(_));
    let opaque = types::opaque(&function.output().ty()).filter(|_| function.is_async())?;
    let is_free = opaque.bounds.iter().any(|bound| matches!(bound, syn::TypeParamBound::PreciseCapture(_)));
    (!is_free && function.params().next().is_some_and(is_lent)).then_some(opaque)
}

/// How workers share parameters.
enum Sharing {
    /// Workers are tasks or threads, which own their values.
    Owns,
    /// Workers run in the caller's task, and can borrow.
    Borrows,
}

impl Sharing {
    fn check_self(&self, receiver: &Receiver, errors: &mut Errors) {
        let reference = match &receiver.kind {
            syn::ReceiverKind::Typed(_, ty) => match &**ty {
                Type::Reference(reference) => Some(reference.mutability.is_some()),
                _ => return,
            },
            syn::ReceiverKind::Reference(_, _, mutability) => Some(mutability.is_some()),
            _ => None,
        };
        let (what, help) = match (self, reference) {
            (Self::Borrows, Some(false)) => return,
            (Self::Borrows, _) => ("the workers of a pool share `self`", "write `&self`"),
            (Self::Owns, _) => (
                "the workers of a pool are separate tasks and cannot borrow `self`",
                "write `self: Arc<Self>`, or add `local` and write `&self`",
            ),
        };
        errors.push(Error::new(receiver, what).help(help));
    }

    fn check_item(&self, item: &PatType, errors: &mut Errors) {
        if let (Self::Owns, Some(borrow)) = (self, borrow(item)) {
            let help = "take it by value (`String`, `PathBuf`, `Arc<T>`), take `&'static`, or add `local`";
            refuse(borrow, "the item moves to another task, so it cannot be borrowed", help, errors);
        }
    }

    fn check_shared(&self, param: &PatType, errors: &mut Errors) {
        match (self, borrow(param)) {
            (Self::Owns, Some(borrow)) => {
                let help = "take it by value (`Arc<T>`), take `&'static`, or add `local`";
                refuse(borrow, "this parameter is shared between tasks, so it cannot be borrowed", help, errors);
            }
            (Self::Borrows, Some(borrow)) if borrow.mutability.is_some() => {
                let help = "write `&`, with a `Cell` or a `RefCell` for values that change";
                refuse(borrow, "this parameter is shared between the calls, so it cannot be `&mut`", help, errors);
            }
            _ => {}
        }
    }
}

/// The first reference in a parameter's type that is not `'static`.
fn borrow(param: &PatType) -> Option<&TypeReference> {
    if context_first::is_called_context(&param.ty) {
        // The context is misplaced, which was reported.
        return None;
    }
    types::borrow(&param.ty)
}

fn refuse(reference: &TypeReference, what: &str, help: &str, errors: &mut Errors) {
    let TypeReference { and_token, lifetime, mutability, .. } = reference;
    let mutability = mutability.as_ref().filter(|_| what.contains("&mut"));
    errors.push(Error::new(quote!(#and_token #lifetime #mutability), what).help(help));
}
