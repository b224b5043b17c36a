//! Lifetimes of results that may borrow from the context.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{GenericParam, Lifetime, LifetimeParam, PatType, ReturnType, Type, TypeReference};

use crate::diagnostics::{Error, Errors, type_to_string};
use crate::item::Function;
use crate::item::context_param::{self, Kind};
use crate::syntax::types::{borrow, ungroup};

/// Reports `async fn first(ctx: &Context, s: &str) -> Result<&str, E>`: with a second reference in
/// the signature, the compiler cannot elide the lifetime. Returns the function with a named one.
pub(crate) fn name_elided(function: &Function, errors: &mut Errors) -> Option<Function> {
    let (ctx, ctx_param) = context(function)?;
    let ReturnType::Type(_, output) = &function.sig.output else { return None };
    if function.sig.asyncness.is_none() || function.sig.receiver().is_some() || !Slots::of(output).is_elided() {
        return None;
    }
    let lenders = function.params().enumerate().filter(|(index, _)| *index != ctx);
    let mut slots =
        lenders.flat_map(|(index, param)| Slots::of(&param.ty).0.into_iter().map(move |slot| (index, slot)));
    let (lender, slot) = slots.next()?;
    // With several candidates, the compiler's own message is clear.
    if slots.next().is_some() || lifetime_of(ctx_param).is_some() {
        return None;
    }
    let mut named = function.clone();
    let declared = slot.is_none();
    let lifetime = slot.unwrap_or_else(|| {
        let lifetime = unused_lifetime(function);
        named.sig.generics.params.insert(0, GenericParam::Lifetime(LifetimeParam::new(lifetime.clone())));
        lifetime
    });
    let mut name = Name(&lifetime);
    name.visit_return_type_mut(&mut named.sig.output);
    let param = named.params_mut().nth(lender)?;
    name.visit_type_mut(&mut param.ty);
    let (pat, ty) = (&param.pat, &param.ty);
    let declared = if declared { format!("<{lifetime}>") } else { String::new() };
    let help = format!(
        "name the lifetime: `{}{declared}(…, {}: {}) -> {}`",
        function.name(),
        type_to_string(pat),
        type_to_string(ty),
        type_to_string(named.output().ty()),
    );
    let what = "the lifetime of the result cannot be elided, because the context is a reference too";
    errors.push(Error::new(function.output().ty(), what).help(help));
    Some(named)
}

/// Reports a result that can only borrow from a context that ends with the call. `by` is the
/// attribute that derives the context.
pub(crate) fn check_derived(by: &str, function: &Function, errors: &mut Errors) {
    let Some((ctx, param)) = context(function) else { return };
    let output = function.output().ty();
    let lifetime = lifetime_of(param);
    let others = || function.params().enumerate().filter(|(index, _)| *index != ctx).map(|(_, param)| &*param.ty);
    let borrows = match &lifetime {
        None => {
            function.sig.receiver().is_none()
                && Slots::of(&output).is_elided()
                && others().all(|ty| Slots::of(ty).0.is_empty())
        }
        Some(lifetime) => {
            let is_it = |ty: &Type| Slots::of(ty).0.iter().any(|slot| slot.as_ref() == Some(lifetime));
            is_it(&output) && !others().any(is_it) && function.sig.receiver().is_none()
        }
    };
    if borrows {
        let name = type_to_string(&param.pat);
        let what = format!("the result borrows from `{name}`, which `#[{by}]` drops when the call ends");
        let borrowed = borrow(&output).map_or_else(|| type_to_string(&output), type_to_string);
        errors.push(Error::new(output, what).help(format!("return an owned value instead of `{borrowed}`")));
    }
}

/// The context parameter, if it is a reference.
fn context(function: &Function) -> Option<(usize, &PatType)> {
    let (index, _) = context_param::find(function).filter(|(_, kind)| *kind == Kind::Called)?;
    let param = function.params().nth(index)?;
    matches!(ungroup(&param.ty), Type::Reference(_)).then_some((index, param))
}

/// The lifetime of a reference, if it is named.
fn lifetime_of(param: &PatType) -> Option<Lifetime> {
    match ungroup(&param.ty) {
        Type::Reference(reference) => reference.lifetime.clone().filter(|lifetime| lifetime.ident != "_"),
        _ => None,
    }
}

/// A lifetime name that is unused in the function's generics.
fn unused_lifetime(function: &Function) -> Lifetime {
    let generics = &function.sig.generics.params;
    let is_taken = |name: &Lifetime| {
        generics.iter().any(|param| matches!(param, GenericParam::Lifetime(it) if it.lifetime == *name))
    };
    let mut names = ('a'..='z').map(|letter| Lifetime::new(&format!("'{letter}"), Span::call_site()));
    names.find(|name| !is_taken(name)).unwrap_or_else(|| Lifetime::new("'borrowed", Span::call_site()))
}

/// The lifetimes of a type; `None` for an elided one.
struct Slots(Vec<Option<Lifetime>>);

impl Slots {
    fn of(ty: &Type) -> Self {
        let mut slots = Self(Vec::new());
        slots.visit_type(ty);
        slots
    }

    fn is_elided(&self) -> bool {
        self.0.iter().any(Option::is_none)
    }
}

impl<'a> Visit<'a> for Slots {
    fn visit_type_reference(&mut self, reference: &'a TypeReference) {
        if reference.lifetime.is_none() {
            self.0.push(None);
        }
        visit::visit_type_reference(self, reference);
    }

    fn visit_lifetime(&mut self, lifetime: &'a Lifetime) {
        if lifetime.ident != "static" {
            self.0.push(Some(lifetime.clone()).filter(|lifetime| lifetime.ident != "_"));
        }
    }

    // The lifetimes of a `fn` pointer are its own.
    fn visit_type_fn_ptr(&mut self, _: &'a syn::TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments(&mut self, _: &'a syn::ParenthesizedGenericArguments) {}
}

/// Names the elided lifetimes.
struct Name<'n>(&'n Lifetime);

impl VisitMut for Name<'_> {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(Lifetime::new(&self.0.to_string(), reference.and_token.span));
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = Lifetime::new(&self.0.to_string(), lifetime.span());
        }
    }

    fn visit_type_fn_ptr_mut(&mut self, _: &mut syn::TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut syn::ParenthesizedGenericArguments) {}
}
