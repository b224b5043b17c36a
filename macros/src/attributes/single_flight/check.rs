//! What `#[single_flight]` asks of a function.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::{Expr, Pat, PatType, ReceiverKind, Type, TypeReference};

use super::SingleFlight;
use crate::attributes::not_async;
use crate::attributes::with_timeout::may_be_context;
use crate::diagnostics::{Error, Errors, spelled};
use crate::function::Function;
use crate::output::ungroup;
use crate::params::mentions;
use crate::rewrite::{Body, is_guard};
use crate::rules::context_first::is_called_context;

/// An item of `shared(…)`.
pub(super) fn param_name(item: TokenStream, errors: &mut Errors) -> Option<Ident> {
    if let Ok(name) = syn::parse2::<Ident>(item.clone()) {
        return Some(name);
    }
    if let Ok(this) = syn::parse2::<syn::Token![self]>(item.clone()) {
        return Some(Ident::new("self", this.span));
    }
    errors.push(Error::new(item, "`shared(…)` takes names of parameters").help("write `shared(client)`"));
    None
}

pub(super) fn check(attribute: &SingleFlight, function: &Function, errors: &mut Errors) {
    let name = function.name();
    if function.body.is_none() {
        let error = Error::new(&function.sig.ident, format!("`{name}` has no body, which could be run"));
        errors.push(error.help("move `#[single_flight]` to the functions that implement it"));
    } else if !function.is_async() {
        errors.push(not_async::<SingleFlight>(function));
    }
    if function.body.as_ref().is_some_and(Body::is_race) {
        let what = "`#[single_flight]` comes too late: the body is already a race against a context";
        let error = Error::new(&function.sig.ident, what);
        errors.push(error.help("put it above `#[cancellable]` and `#[with_timeout]`"));
    }
    if let Some(guard) = function.attrs.iter().find(|attr| is_guard(attr)) {
        let error = Error::new(guard, "the callers share the body in two ways");
        errors.push(error.help("keep one of the two attributes"));
    }
    for param in function.params() {
        borrows(param, function, errors);
    }
    receiver(attribute, function, errors);
    for name in &attribute.shared {
        let is_param = name == "self" && function.sig.receiver().is_some()
            || function.params().any(|param| mentions(&param.pat.to_token_stream(), name));
        if !is_param {
            errors.push(Error::new(name, format!("there is no parameter `{name}`")).help("remove it"));
        }
    }
    if let Some(key) = &attribute.key {
        covers(attribute, key, function, errors);
    }
    output(function, errors);
}

/// The run may outlive the call that starts it.
fn borrows(param: &PatType, function: &Function, errors: &mut Errors) {
    let mut ty = ungroup(&param.ty);
    if is_called_context(&param.ty) && is_first(param, function) {
        return;
    }
    if let Type::Reference(reference) = ty {
        let TypeReference { and_token, lifetime, mutability, .. } = reference;
        if let Some(mutability) = mutability {
            let what = "a run belongs to several callers, so it cannot change what one of them has lent";
            let error = Error::new(quote!(#and_token #lifetime #mutability), what);
            return errors.push(error.help("take it by value, or return what has changed"));
        }
        ty = ungroup(&reference.elem);
        if !matches!(&*param.pat, Pat::Ident(_)) {
            let error =
                Error::new(&param.pat, "a parameter that is borrowed needs a name here, because the run gets a copy");
            return errors.push(error.help("give it a name, and take it apart in the body"));
        }
    }
    if let Some(reference) = borrow(ty) {
        let TypeReference { and_token, lifetime, .. } = reference;
        let what = "a run may outlive the call that starts it, so it cannot borrow from its caller";
        let owned = match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
            elem => spelled(elem),
        };
        errors.push(Error::new(quote!(#and_token #lifetime), what).help(format!("take it by value: `{owned}`")));
    }
}

fn is_first(param: &PatType, function: &Function) -> bool {
    function.params().next().is_some_and(|first| std::ptr::eq(first, param))
}

/// The first reference in it that is not `'static`.
fn borrow(ty: &Type) -> Option<&TypeReference> {
    struct Borrow<'a>(Option<&'a TypeReference>);
    impl<'a> Visit<'a> for Borrow<'a> {
        fn visit_type_reference(&mut self, reference: &'a TypeReference) {
            let lives_on = reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static");
            if !lives_on && self.0.is_none() {
                self.0 = Some(reference);
            }
            visit::visit_type_reference(self, reference);
        }
    }
    let mut borrow = Borrow(None);
    borrow.visit_type(ty);
    borrow.0
}

fn receiver(attribute: &SingleFlight, function: &Function, errors: &mut Errors) {
    let Some(receiver) = function.sig.receiver() else { return };
    let is_mut = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
        ReceiverKind::Typed(_, ty) => matches!(ungroup(ty), Type::Reference(TypeReference { mutability: Some(_), .. })),
        _ => false,
    };
    if is_mut {
        let error = Error::new(receiver, "a run belongs to several callers, so it cannot have `self` for itself");
        return errors.push(error.help("write `self: &Arc<Self>`, and let what changes be behind a lock"));
    }
    let this = Ident::new("self", receiver.self_token.span);
    let is_told = |tokens: TokenStream| mentions(&tokens, &this);
    let told = attribute.table.as_ref().is_some_and(|table| is_told(table.to_token_stream()))
        || attribute.key.as_ref().is_some_and(|key| is_told(key.to_token_stream()))
        || attribute.shared.iter().any(|name| name == "self");
    if !told && attribute.key.is_some() {
        let error = Error::new(
            receiver,
            "calls on different objects would share a run: the table is one for the whole program",
        );
        errors.push(error.help(
            "give each object a table: `#[single_flight(self.flights, key = …)]`, with a field `flights: SingleFlight<K, T>`; or say that any will do: `shared(self)`",
        ));
    }
}

/// Whether a call with an equal key, and other arguments, would get the result of somebody else's arguments.
fn covers(attribute: &SingleFlight, key: &Expr, function: &Function, errors: &mut Errors) {
    let key = key.to_token_stream();
    let table = attribute.table.to_token_stream();
    for param in function.params() {
        if is_first(param, function) && is_context(param, function, &key) {
            continue;
        }
        let mut names = Names(Vec::new());
        names.visit_pat(&param.pat);
        let known = |name: &&Ident| {
            mentions(&key, name) || mentions(&table, name) || attribute.shared.iter().any(|shared| shared == *name)
        };
        let is_unused = |name: &Ident| {
            name.to_string().starts_with('_')
                && !function.body.as_ref().is_some_and(|body| mentions(&body.stream(), name))
        };
        if let Some(name) = names.0.iter().copied().find(|name| !known(name) && !is_unused(name)) {
            let what =
                format!("`{name}` is not in the key: a call with another `{name}` would get the result of this one");
            let help = format!(
                "put it into the key: `key = ({}, {name})`; or, if any caller's will do, say so: `shared({name})`",
                spelled(&key)
            );
            errors.push(Error::new(name, what).help(help));
        }
    }
}

/// What looks like one is one, unless it is in the key. An alias is called `ctx`, or what it likes, and the type decides: it is let
/// pass here only by that name.
fn is_context(param: &PatType, function: &Function, key: &TokenStream) -> bool {
    let is_ctx = matches!(&*param.pat, Pat::Ident(name) if matches!(name.ident.to_string().as_str(), "ctx" | "_ctx"));
    is_called_context(&param.ty)
        || is_ctx
            && may_be_context(param, function)
            && !mentions(key, &Ident::new("ctx", proc_macro2::Span::call_site()))
}

/// The names that a pattern binds.
struct Names<'a>(Vec<&'a Ident>);

impl<'a> Visit<'a> for Names<'a> {
    fn visit_pat_ident(&mut self, pattern: &'a syn::PatIdent) {
        self.0.push(&pattern.ident);
        visit::visit_pat_ident(self, pattern);
    }
}

/// The result is shared, and outlives the call.
fn output(function: &Function, errors: &mut Errors) {
    let output = function.output();
    if output.is_opaque() {
        let error = Error::new(output.ty(), "the result is handed to several callers, and so needs a type with a name");
        return errors.push(error.help("write the type, or `Arc<dyn Trait + Send + Sync>`"));
    }
    let ty = output.ty();
    if let Some(reference) = borrow(&ty) {
        let error =
            Error::new(reference, "the result is handed to several callers, so it cannot borrow from one of them");
        let elem = match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
            elem => format!("Arc<{}>", spelled(elem)),
        };
        errors.push(error.help(format!("return it by value: `{elem}`")));
    }
}
