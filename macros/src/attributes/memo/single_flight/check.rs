//! The checks of `#[single_flight]`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Expr, Pat, PatType, Type, TypeReference};
use taskward_rules::is_called_context;

use super::sharing::Sharing;
use crate::diagnostics::{Error, Errors, type_to_string};
use crate::item::Function;
use crate::item::body::Body;
use crate::item::context_param::{is_named_ctx, may_be_context};
use crate::syntax::names::Names;
use crate::syntax::scope::bound_by;
use crate::syntax::types::{Borrow, borrow, borrowed_self, ungroup};

/// Parses an item of `shared(…)`.
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

pub(super) fn check(attribute: &Sharing, function: &Function, errors: &mut Errors) {
    if function.body.is_some() && !function.is_async() {
        errors.push(function.not_async("single_flight"));
    }
    for param in function.params() {
        borrows(param, function, errors);
    }
    receiver(attribute, function, errors);
    for name in &attribute.shared {
        let is_param = name == "self" && function.sig.receiver().is_some()
            || function.params().any(|param| bound_by(&param.pat).contains(&name));
        if !is_param {
            errors.push(Error::new(name, format!("there is no parameter `{name}`")).help("remove it"));
        }
    }
    if let Some(key) = &attribute.key {
        covers(attribute, key, function, errors);
    }
    output(function, errors);
}

/// Reports borrowed parameters: the run may outlive the call that starts it.
fn borrows(param: &PatType, function: &Function, errors: &mut Errors) {
    let mut ty = ungroup(&param.ty);
    if is_called_context(&param.ty) && is_first(param, function) {
        return;
    }
    if let Type::Reference(reference) = ty {
        let TypeReference { and_token, lifetime, mutability, .. } = reference;
        if let Some(mutability) = mutability {
            let what = "callers share the run, so it cannot borrow mutably from one of them";
            let error = Error::new(quote!(#and_token #lifetime #mutability), what);
            return errors.push(error.help("take it by value, or return the new value"));
        }
        ty = ungroup(&reference.elem);
        if !matches!(&*param.pat, Pat::Ident(_)) {
            let error = Error::new(&param.pat, "a borrowed parameter cannot be destructured here");
            return errors.push(error.help("give it a name, and destructure it in the body"));
        }
    }
    if let Some(reference) = borrow(ty) {
        let TypeReference { and_token, lifetime, .. } = reference;
        let what = "the run may outlive this call, so it cannot borrow from the caller";
        let owned = match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
            elem => type_to_string(elem),
        };
        errors.push(Error::new(quote!(#and_token #lifetime), what).help(format!("take it by value: `{owned}`")));
    }
}

fn is_first(param: &PatType, function: &Function) -> bool {
    function.params().next().is_some_and(|first| std::ptr::eq(first, param))
}

fn receiver(attribute: &Sharing, function: &Function, errors: &mut Errors) {
    let Some(receiver) = function.sig.receiver() else { return };
    if borrowed_self(receiver) == Some(Borrow::Exclusive) {
        let error = Error::new(receiver, "callers share the run, so it cannot take `self`");
        return errors.push(error.help("write `self: &Arc<Self>`, with a lock around values that change"));
    }
    // Unreadable code does not count: an error is safer than another caller's result.
    let uses_self = |expr: &Option<Expr>| expr.as_ref().is_some_and(|expr| Names::of_expr(expr).uses_word("self"));
    let has_self =
        uses_self(&attribute.table) || uses_self(&attribute.key) || attribute.shared.iter().any(|name| name == "self");
    if !has_self && attribute.key.is_some() {
        let error = Error::new(
            receiver,
            "calls on different objects would share a run, because the whole program has one table",
        );
        errors.push(error.help(
            "write `#[single_flight(self.flights, key = …)]`, with a field `flights: SingleFlight<K, T>`; or add `shared(self)` if any object will do",
        ));
    }
}

/// Reports parameters outside the key: a call with an equal key would get the result of another
/// caller's arguments. Unreadable code does not count as a use.
fn covers(attribute: &Sharing, key: &Expr, function: &Function, errors: &mut Errors) {
    let names = Names::of_expr(key);
    let table = attribute.table.as_ref().map(Names::of_expr).unwrap_or_default();
    let body = function.body.as_ref().map(Body::names).unwrap_or_default();
    for param in function.params() {
        if is_first(param, function) && is_context(param, function, &names) {
            continue;
        }
        let known = |name: &&Ident| {
            names.uses(name) || table.uses(name) || attribute.shared.iter().any(|shared| shared == *name)
        };
        let is_unused = |name: &Ident| name.to_string().starts_with('_') && !body.may_use(name);
        if let Some(name) = bound_by(&param.pat).into_iter().find(|name| !known(name) && !is_unused(name)) {
            let what =
                format!("`{name}` is not in the key, so a call with another `{name}` would get this call's result");
            let help = format!(
                "write `key = ({}, {name})`, or add `shared({name})` if any caller's value will do",
                type_to_string(key)
            );
            errors.push(Error::new(name, what).help(help));
        }
    }
}

/// Returns whether the parameter is the context: its type is a context, or it is named `ctx` and
/// is not in the key. The compiler checks the type of an alias later.
fn is_context(param: &PatType, function: &Function, key: &Names) -> bool {
    is_called_context(&param.ty) || is_named_ctx(param) && may_be_context(param, function) && !key.may_use_word("ctx")
}

/// Reports a borrowed result: the result is shared, and outlives the call.
fn output(function: &Function, errors: &mut Errors) {
    let output = function.output();
    if output.is_opaque() {
        let error = Error::new(output.ty(), "callers share the result, so its type needs a name");
        return errors.push(error.help("write the type, or `Arc<dyn Trait + Send + Sync>`"));
    }
    let ty = output.ty();
    if let Some(reference) = borrow(&ty) {
        let error = Error::new(reference, "callers share the result, so it cannot borrow from one of them");
        let elem = match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
            elem => format!("Arc<{}>", type_to_string(elem)),
        };
        errors.push(error.help(format!("return it by value: `{elem}`")));
    }
}
