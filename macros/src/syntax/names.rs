//! The names that code uses: paths and names captured by format strings, but not fields, methods
//! or literals.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprAssign, ExprBinary, Item, Macro, Token};

use super::format_string::{captured, string};
use super::scope::{Scope, visit_scopes};
use super::tokens::{contains, unraw};

/// Macros of the standard library whose first string is a format string.
const FORMAT_MACROS: [&str; 19] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "panic",
    "print",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "write",
    "writeln",
    "dbg",
];

/// The names in a piece of code.
#[derive(Default)]
pub(crate) struct Names {
    /// Variables of the surroundings that the code reads, outside of nested items and of macros
    /// that cannot be read.
    read: HashSet<String>,
    /// Variables of the surroundings that the code uses in any way: it may only assign them, or
    /// pass them to a macro.
    free: HashSet<String>,
    /// Names that the code uses in any way, its own variables included.
    used: HashSet<String>,
    scope: Scope,
    /// `true` if the code is the argument of a macro.
    in_macro: bool,
    /// Tokens that cannot be parsed.
    unknown: TokenStream,
    has_macros: bool,
}

impl Names {
    pub(crate) fn of_expr(expr: &Expr) -> Self {
        let mut names = Self::default();
        names.visit_expr(expr);
        names
    }

    pub(crate) fn of_block(block: &Block) -> Self {
        let mut names = Self::default();
        names.visit_block(block);
        names
    }

    /// The names in tokens that do not parse.
    pub(crate) fn of_tokens(tokens: TokenStream) -> Self {
        Self { unknown: tokens, ..Self::default() }
    }

    /// Returns whether the code certainly reads the surrounding variable of this name.
    pub(crate) fn certainly_read(&self, name: &Ident) -> bool {
        self.read.contains(&unraw(name))
    }

    /// Returns whether the code may use a variable of this name; unknown tokens count.
    pub(crate) fn may_use(&self, name: &Ident) -> bool {
        let name = unraw(name);
        self.used.contains(&name) || contains(&self.unknown, &name) || captured_in(&self.unknown, &name)
    }

    /// Returns whether the code uses the surrounding variable of this name; unknown tokens do not
    /// count.
    pub(crate) fn uses(&self, name: &Ident) -> bool {
        self.free.contains(&unraw(name))
    }

    /// Returns whether the code uses a keyword such as `Self` or `self`; unknown tokens do not
    /// count.
    pub(crate) fn uses_word(&self, word: &str) -> bool {
        self.used.contains(word)
    }

    /// Returns whether the code may use the keyword; unknown tokens count.
    pub(crate) fn may_use_word(&self, word: &str) -> bool {
        self.used.contains(word) || contains(&self.unknown, word) || captured_in(&self.unknown, word)
    }

    pub(crate) fn has_macros(&self) -> bool {
        self.has_macros
    }

    fn read(&mut self, name: String) {
        if !self.in_macro && !self.scope.hides(&name) {
            self.read.insert(name.clone());
        }
        self.used(name);
    }

    fn used(&mut self, name: String) {
        if !self.scope.hides(&name) {
            self.free.insert(name.clone());
        }
        self.used.insert(name);
    }

    /// Visits an assigned place: a variable that is only assigned is not read.
    fn assigned(&mut self, place: &Expr) {
        match place {
            Expr::Path(path) if path.path.get_ident().is_some() => {
                path.path.get_ident().map(unraw).into_iter().for_each(|name| self.used(name));
            }
            other => self.visit_expr(other),
        }
    }
}

impl<'a> Visit<'a> for Names {
    fn visit_expr_path(&mut self, path: &'a syn::ExprPath) {
        if let Some(name) = path.path.get_ident() {
            self.read(unraw(name));
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if let Some(first) = path.segments.first().filter(|first| first.ident == "Self") {
            self.used.insert(first.ident.to_string());
        }
        visit::visit_path(self, path);
    }

    fn visit_expr_assign(&mut self, assign: &'a ExprAssign) {
        self.assigned(&assign.left);
        self.visit_expr(&assign.right);
    }

    fn visit_expr_binary(&mut self, binary: &'a ExprBinary) {
        use syn::BinOp::{
            AddAssign, BitAndAssign, BitOrAssign, BitXorAssign, DivAssign, MulAssign, RemAssign, ShlAssign, ShrAssign,
            SubAssign,
        };
        if matches!(
            binary.op,
            AddAssign(_)
                | SubAssign(_)
                | MulAssign(_)
                | DivAssign(_)
                | RemAssign(_)
                | BitXorAssign(_)
                | BitAndAssign(_)
                | BitOrAssign(_)
                | ShlAssign(_)
                | ShrAssign(_)
        ) {
            self.assigned(&binary.left);
            return self.visit_expr(&binary.right);
        }
        visit::visit_expr_binary(self, binary);
    }

    /// A nested item cannot use the variables around it.
    fn visit_item(&mut self, item: &'a Item) {
        if let Item::Macro(_) | Item::Verbatim(_) = item {
            self.unknown.extend(quote::ToTokens::to_token_stream(item));
        }
    }

    visit_scopes!(
        [&'a],
        visit_block,
        visit_arm,
        visit_expr_closure,
        visit_expr_for_loop,
        visit_expr_if,
        visit_expr_let,
        visit_expr_while,
        visit_expr,
        visit_pat,
        visit_stmt
    );

    fn visit_macro(&mut self, mac: &'a Macro) {
        self.has_macros = true;
        let is_std = mac.path.get_ident().is_some_and(|name| FORMAT_MACROS.iter().any(|known| name == known));
        let Ok(arguments) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone()) else {
            return self.unknown.extend(mac.tokens.clone());
        };
        if is_std {
            let strings = mac.tokens.clone().into_iter().filter_map(|token| string(&token));
            strings.flat_map(|text| captured(&text)).for_each(|name| self.read(name));
        } else {
            // Only an unknown macro knows how it uses its arguments, and their strings.
            self.unknown.extend(mac.tokens.clone());
        }
        let around = self.in_macro;
        self.in_macro |= !is_std;
        for argument in &arguments {
            self.visit_expr(argument);
        }
        self.in_macro = around;
    }
}

/// Returns whether a string among the tokens would capture the name as a format string.
fn captured_in(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match &token {
        TokenTree::Group(group) => captured_in(&group.stream(), name),
        token => string(token).is_some_and(|text| captured(&text).iter().any(|captured| captured == name)),
    })
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Delimiter, Group, Span};
    use quote::quote;

    use super::*;
    use crate::syntax::tokens::block;

    fn names(tokens: &TokenStream) -> Names {
        let block = block(&Group::new(Delimiter::Brace, tokens.clone()));
        block.map_or_else(|| Names::of_tokens(tokens.clone()), |block| Names::of_block(&block))
    }

    fn certainly(tokens: &TokenStream) -> bool {
        names(tokens).certainly_read(&Ident::new("x", Span::call_site()))
    }

    fn perhaps(tokens: &TokenStream) -> bool {
        names(tokens).may_use(&Ident::new("x", Span::call_site()))
    }

    #[test]
    fn a_variable_is_read_in_paths_and_format_strings() {
        for code in [quote!(f(x)), quote!(x.y), quote!(println!("{x}")), quote!(move || x + 1), quote!(S { x })] {
            assert!(certainly(&code), "{code}");
        }
    }

    #[test]
    fn fields_literals_items_and_assignments_are_not_reads() {
        for code in [
            quote!(s.x),
            quote!(s.x()),
            quote!("x"),
            quote!(println!("x")),
            quote!(
                fn f(x: u8) {}
            ),
            quote!(x = 1;),
        ] {
            assert!(!certainly(&code), "{code}");
        }
    }

    #[test]
    fn unreadable_and_shadowed_names_are_uncertain() {
        for code in [quote!(known_to_nobody! { x => 1 }), quote!(let x = 1; f(x)), quote!(json!({"u": x}))] {
            assert!(!certainly(&code) && perhaps(&code), "{code}");
        }
        assert!(!perhaps(&quote!(f(y.x, "x"))));
    }

    #[test]
    fn a_local_variable_is_not_the_surrounding_one() {
        let x = Ident::new("x", Span::call_site());
        for code in [
            quote!(|x| x + 1),
            quote!({
                let x = y;
                x
            }),
            quote!(match y {
                Some(x) if x > 1 => x,
                _ => 0,
            }),
            quote!(if let Some(x) = y
                && x > 1
            {
                x
            } else {
                0
            }),
            quote!(for x in y {
                f(x)
            }),
            quote!({
                fn x() {}
                x()
            }),
            quote!({
                let x = 1;
                format!("{x}")
            }),
            quote!(X { x: 1 }.x),
        ] {
            assert!(!Names::of_expr(&syn::parse2(code.clone()).unwrap()).uses(&x), "{code}");
        }
        for code in [
            quote!({
                let x = x;
                x
            }),
            quote!(if let Some(x) = y { x } else { x }),
            quote!((|x| x, x)),
            quote!(for x in x {
                f(x)
            }),
            quote!({
                {
                    let x = 1;
                }
                x
            }),
        ] {
            assert!(Names::of_expr(&syn::parse2(code.clone()).unwrap()).uses(&x), "{code}");
        }
    }
}
