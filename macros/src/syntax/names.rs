//! The names that code uses: paths and captured names of format strings, not fields, methods or literals.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprAssign, ExprBinary, Item, Macro, Pat, PatIdent, Token};

use super::format_string::{captured, string};
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

/// What is known of the names in a piece of code.
#[derive(Default)]
pub(crate) struct Names {
    /// Read as a variable, outside of nested items and of macros that cannot be read.
    read: HashSet<String>,
    /// Bound again, in a pattern or as a nested item: a use may mean that one.
    bound: HashSet<String>,
    /// Used in some way, perhaps only assigned.
    used: HashSet<String>,
    /// Tokens that no parser understands.
    unknown: TokenStream,
    has_macros: bool,
}

impl Names {
    pub(crate) fn of_expr(expr: &Expr) -> Self {
        let mut names = Self::default();
        names.visit_expr(expr);
        names
    }

    /// Of the content of a block. If it does not parse, everything in it is unknown.
    pub(crate) fn of_block(tokens: &TokenStream) -> Self {
        let mut names = Self::default();
        match Block::parse_within.parse2(without_inner_attributes(tokens)) {
            Ok(statements) => statements.iter().for_each(|statement| names.visit_stmt(statement)),
            Err(_) => names.unknown.extend(tokens.clone()),
        }
        names
    }

    /// Whether the code certainly reads the variable of this name that is in scope where the code begins.
    pub(crate) fn certainly_read(&self, name: &Ident) -> bool {
        let name = unraw(name);
        self.read.contains(&name) && !self.bound.contains(&name)
    }

    /// Whether the code perhaps uses a variable of this name: what cannot be read counts.
    pub(crate) fn may_use(&self, name: &Ident) -> bool {
        let name = unraw(name);
        self.used.contains(&name) || contains(&self.unknown, &name) || captured_in(&self.unknown, &name)
    }

    /// Whether the code uses the name, as far as it can be read: what cannot be read does not count.
    pub(crate) fn uses(&self, name: &Ident) -> bool {
        self.used.contains(&unraw(name))
    }

    /// The same as [`uses`](Self::uses), for a keyword such as `Self` or `self`.
    pub(crate) fn uses_word(&self, word: &str) -> bool {
        self.used.contains(word)
    }

    /// Whether the keyword is used, or may be: what cannot be read counts.
    pub(crate) fn may_use_word(&self, word: &str) -> bool {
        self.used.contains(word) || contains(&self.unknown, word) || captured_in(&self.unknown, word)
    }

    pub(crate) fn has_macros(&self) -> bool {
        self.has_macros
    }

    fn read(&mut self, name: String) {
        self.used.insert(name.clone());
        self.read.insert(name);
    }

    /// A name that is only assigned is not read.
    fn assigned(&mut self, place: &Expr) {
        match place {
            Expr::Path(path) if path.path.get_ident().is_some() => {
                self.used.extend(path.path.get_ident().map(unraw));
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

    fn visit_pat_ident(&mut self, pattern: &'a PatIdent) {
        self.bound.insert(unraw(&pattern.ident));
        visit::visit_pat_ident(self, pattern);
    }

    /// A nested item names none of the variables around it.
    fn visit_item(&mut self, item: &'a Item) {
        match item {
            Item::Const(item) => _ = self.bound.insert(unraw(&item.ident)),
            Item::Static(item) => _ = self.bound.insert(unraw(&item.ident)),
            Item::Fn(item) => _ = self.bound.insert(unraw(&item.sig.ident)),
            Item::Macro(_) | Item::Verbatim(_) => self.unknown.extend(quote::ToTokens::to_token_stream(item)),
            _ => {}
        }
    }

    fn visit_macro(&mut self, mac: &'a Macro) {
        self.has_macros = true;
        let is_std = mac.path.get_ident().is_some_and(|name| FORMAT_MACROS.iter().any(|known| name == known));
        let Ok(arguments) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone()) else {
            return self.unknown.extend(mac.tokens.clone());
        };
        let mut inner = Self::default();
        arguments.iter().for_each(|argument| inner.visit_expr(argument));
        if is_std {
            let strings = mac.tokens.clone().into_iter().filter_map(|token| string(&token));
            strings.flat_map(|text| captured(&text)).for_each(|name| inner.read(name));
            self.read.extend(inner.read);
        } else {
            // Some other macro: what it does with its arguments, and with a string, it knows alone.
            self.unknown.extend(mac.tokens.clone());
        }
        self.bound.extend(inner.bound);
        self.used.extend(inner.used);
        self.unknown.extend(inner.unknown);
    }
}

/// The names that a pattern binds.
pub(crate) fn bound_by(pattern: &Pat) -> Vec<&Ident> {
    struct Bound<'a>(Vec<&'a Ident>);
    impl<'a> Visit<'a> for Bound<'a> {
        fn visit_pat_ident(&mut self, pattern: &'a PatIdent) {
            self.0.push(&pattern.ident);
            visit::visit_pat_ident(self, pattern);
        }
    }
    let mut bound = Bound(Vec::new());
    bound.visit_pat(pattern);
    bound.0
}

/// Whether a string among the tokens would capture the name if it were a format string.
fn captured_in(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match &token {
        TokenTree::Group(group) => captured_in(&group.stream(), name),
        token => string(token).is_some_and(|text| captured(&text).iter().any(|captured| captured == name)),
    })
}

/// `#![…]` at the beginning of a body is no statement.
fn without_inner_attributes(tokens: &TokenStream) -> TokenStream {
    let is =
        |token: Option<&TokenTree>, sign| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
    let mut rest: &[TokenTree] = &tokens.clone().into_iter().collect::<Vec<_>>();
    while is(rest.first(), '#') && is(rest.get(1), '!') && rest.len() > 2 {
        rest = &rest[3..];
    }
    rest.iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use quote::quote;

    use super::*;

    fn certainly(tokens: &TokenStream) -> bool {
        Names::of_block(tokens).certainly_read(&Ident::new("x", Span::call_site()))
    }

    fn perhaps(tokens: &TokenStream) -> bool {
        Names::of_block(tokens).may_use(&Ident::new("x", Span::call_site()))
    }

    #[test]
    fn a_variable_is_read_in_paths_and_format_strings() {
        for code in [quote!(f(x)), quote!(x.y), quote!(println!("{x}")), quote!(move || x + 1), quote!(S { x })] {
            assert!(certainly(&code), "{code}");
        }
    }

    #[test]
    fn fields_literals_items_and_assignments_are_no_reads() {
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
    fn what_cannot_be_read_or_is_shadowed_is_uncertain() {
        for code in [quote!(known_to_nobody! { x => 1 }), quote!(let x = 1; f(x)), quote!(json!({"u": x}))] {
            assert!(!certainly(&code) && perhaps(&code), "{code}");
        }
        assert!(!perhaps(&quote!(f(y.x, "x"))));
    }
}
