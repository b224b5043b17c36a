//! Expressions of attributes over parameters whose patterns are bound in the body.
//!
//! ```text
//! #[with_timeout(limit * 2)] async fn f((limit, n): (Duration, u8))
//!
//! { let (ref limit, _) = param0; (*limit) * 2 }
//! ```
//!
//! The parameters are borrowed: the body still needs them.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, FieldValue, Pat, PatIdent};

use super::param::Param;
use crate::syntax::names::Names;
use crate::syntax::scope::{Scope, bound_by, visit_scopes};
use crate::syntax::tokens::unraw;

pub(crate) fn over(expr: &Expr, params: &[Param], around: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
    let names = Names::of_expr(expr);
    let mut statements = TokenStream::new();
    let mut rename = Rename::default();
    for param in params {
        let used: Vec<_> = bound_by(&param.pattern).into_iter().filter(|name| names.may_use(name)).cloned().collect();
        if used.is_empty() {
            continue;
        }
        let place = &param.name;
        if let (Pat::Ident(PatIdent { ident, .. }), true) = (&param.pattern, param.is_plain()) {
            rename.places.push((ident.clone(), syn::parse_quote!(#place)));
            // The arguments of a macro keep their names, each bound to a reference.
            if names.has_macros() {
                statements.extend(quote!(#[allow(unused_variables)] let #ident = &#place;));
            }
            continue;
        }
        let mut pattern = param.pattern.clone();
        Borrow(&used).visit_pat_mut(&mut pattern);
        statements.extend(quote!(#[allow(unused_variables)] let #pattern = #place;));
        let is_reference = |name: &Ident| by_reference(&param.pattern).contains(&name);
        rename.places.extend(
            used.iter().filter(|name| !is_reference(name)).map(|name| (name.clone(), syn::parse_quote!((*#name)))),
        );
    }
    if rename.places.is_empty() && statements.is_empty() {
        return around(expr.to_token_stream());
    }
    let mut expr = expr.clone();
    rename.visit_expr_mut(&mut expr);
    let value = around(expr.into_token_stream());
    if statements.is_empty() { value } else { quote!({ #statements #value }) }
}

/// The names that the pattern binds by reference.
fn by_reference(pattern: &Pat) -> Vec<&Ident> {
    struct Finder<'a>(Vec<&'a Ident>);
    impl<'a> Visit<'a> for Finder<'a> {
        fn visit_pat_ident(&mut self, name: &'a PatIdent) {
            self.0.extend(name.by_ref.map(|_| &name.ident));
            visit::visit_pat_ident(self, name);
        }
    }
    let mut finder = Finder(Vec::new());
    finder.visit_pat(pattern);
    finder.0
}

/// Changes a pattern to borrow the names that are used, and to ignore the others.
struct Borrow<'u>(&'u [Ident]);

impl VisitMut for Borrow<'_> {
    fn visit_pat_mut(&mut self, pattern: &mut Pat) {
        visit_mut::visit_pat_mut(self, pattern);
        if let Pat::Ident(name) = pattern {
            if self.0.contains(&name.ident) {
                name.by_ref = Some(syn::token::Ref::default());
                name.mutability = None;
            } else {
                *pattern = match name.subpat.take() {
                    Some((_, inner)) => *inner,
                    None => syn::parse_quote!(_),
                };
            }
        }
    }

    fn visit_field_pat_mut(&mut self, field: &mut syn::FieldPat) {
        let name = match &*field.pat {
            Pat::Ident(name) if field.colon_token.is_none() => Some(name.ident.clone()),
            _ => None,
        };
        visit_mut::visit_field_pat_mut(self, field);
        // In `S { n }`, the name is also the field's.
        if name.is_some_and(|name| !self.0.contains(&name)) {
            field.colon_token = Some(syn::token::Colon::default());
        }
    }
}

/// Replaces the names of parameters by their places.
#[derive(Default)]
struct Rename {
    places: Vec<(Ident, Expr)>,
    scope: Scope,
}

impl VisitMut for Rename {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Path(path) = &*expr
            && let Some(name) = path.path.get_ident()
            && let Some((_, place)) = self.places.iter().find(|(known, _)| known == name)
            && !self.scope.hides(&unraw(name))
        {
            *expr = place.clone();
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
    }

    visit_scopes!(
        [&mut],
        visit_block_mut,
        visit_arm_mut,
        visit_expr_closure_mut,
        visit_expr_for_loop_mut,
        visit_expr_if_mut,
        visit_expr_let_mut,
        visit_expr_while_mut,
        visit_expr_mut,
        visit_pat_mut,
        visit_stmt_mut
    );

    fn visit_field_value_mut(&mut self, field: &mut FieldValue) {
        field.colon_token.get_or_insert_default();
        visit_mut::visit_field_value_mut(self, field);
    }
}
