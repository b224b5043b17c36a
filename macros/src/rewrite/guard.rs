//! Guards: attributes that put something around the user's own block, inside of any race.
//!
//! ```text
//! async fn f(&self) -> R { GUARD(async move { BLOCK }).await }
//! ```
//!
//! A race that is to expand before a guard lets it go first (see [`after_guards`]), so that what is written in any order is made in one: the
//! guard of the block, and then the race of the guard. In the guard, the block is recognised by the names below.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Lifetime, Meta, Pat, Type, TypeReference, parse_quote};

use super::retype::retyped;
use super::{Body, Kind, in_front};
use crate::args::Args;
use crate::diagnostics::Errors;
use crate::function::{Function, braces};
use crate::krate::Krate;
use crate::output;
use crate::params::mentions;
use crate::pipeline;

/// The attributes that are guards.
const GUARDS: [&str; 3] = ["lazy", "once", "single_flight"];

/// The function that a block becomes, and the variable that tells the type of one.
const WORK: &str = "__taskward_work";
const MADE: &str = "__taskward_made";

/// What the guarded block may name.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Scope {
    /// What any block of the function may.
    Function,
    /// Nothing of the function but its parameters: what is made is the same for all generic arguments, and for every `Self`.
    Static,
}

/// The user's block, for a guard to run.
pub(crate) struct Work {
    /// An item that belongs to it, if any.
    pub(crate) item: TokenStream,
    /// A future of what it makes; of a plain `fn`, a closure that makes it.
    pub(crate) run: TokenStream,
}

impl Function {
    /// The function with a guard in place of the user's block, which makes a `made`. What `guard` returns is an expression of the written type.
    pub(crate) fn guarded(
        &self,
        scope: Scope,
        made: &TokenStream,
        guard: impl FnOnce(Work) -> TokenStream,
    ) -> TokenStream {
        let (head, body) = (self.head(), self.guarded_body(scope, made, guard));
        quote!(#head #body)
    }

    fn guarded_body(&self, scope: Scope, made: &TokenStream, guard: impl FnOnce(Work) -> TokenStream) -> TokenStream {
        let Some(body) = &self.body else { return quote!(;) };
        let (before, block, after) = body.split();
        let block = retyped(&block, made);
        let prologue = &body.prologue;
        let work = match scope {
            Scope::Static => self.work_as_item(&in_front(&block, prologue), made),
            Scope::Function if self.is_async() => {
                let edge = output::edge(&Ident::new(MADE, self.output().span()), made);
                let block = in_front(&block, &quote!(#prologue #edge));
                Work { item: TokenStream::new(), run: quote!(async move #block) }
            }
            Scope::Function => {
                let block = in_front(&block, prologue);
                Work { item: TokenStream::new(), run: quote!(|| -> #made #block) }
            }
        };
        let guard = guard(work);
        match &body.kind {
            Kind::Boxed(_) => body.with(quote!(#(#before)* { #guard } #(#after)*)),
            _ => braces(&body.block, guard),
        }
        .to_token_stream()
    }

    /// The same, where the guard is an expression of a future, as `fn … -> impl Future`.
    pub(crate) fn guarded_future(
        mut self,
        scope: Scope,
        made: &TokenStream,
        guard: impl FnOnce(Work) -> TokenStream,
    ) -> TokenStream {
        let future = self.guarded_body(scope, made, guard);
        self.return_future();
        let head = self.head();
        quote!(#head #future)
    }

    /// An item that cannot name generic parameters or `Self`, as the compiler says itself where it is tried.
    fn work_as_item(&self, block: &Group, made: &TokenStream) -> Work {
        // As the call returns what `made` says, messages about that are about the same place.
        let span = self.output().span();
        let name = Ident::new(WORK, span);
        let params = self.params().map(|param| {
            let mut param = param.clone();
            ElideLifetimes.visit_type_mut(&mut param.ty);
            param
        });
        let args = self.params().map(|param| match &*param.pat {
            Pat::Ident(name) => name.ident.to_token_stream(),
            other => other.to_token_stream(),
        });
        if self.is_async() {
            let item =
                quote_spanned!(span=> #[allow(clippy::type_complexity)] async fn #name(#(#params),*) -> #made #block);
            Work { item, run: quote_spanned!(span=> #name(#(#args),*)) }
        } else {
            let item = quote_spanned!(span=> #[allow(clippy::type_complexity)] fn #name(#(#params),*) -> #made #block);
            // In braces of the expansion: of a bare call Clippy says that the function itself would do, of which the compiler has more to say.
            let call = quote_spanned!(span=> #name(#(#args),*));
            let run = quote_spanned!(span=> || { #call });
            Work { item, run }
        }
    }
}

impl Body {
    /// The user's block, and what `#[async_trait]` has in front of it and behind it.
    fn split(&self) -> (Vec<TokenTree>, Group, Vec<TokenTree>) {
        let Kind::Boxed(inner) = &self.kind else { return (Vec::new(), self.block.clone(), Vec::new()) };
        let mut tokens: Vec<_> = inner.stream().into_iter().collect();
        // `let __ret: R = { … };`
        let ret = tokens.windows(2).position(|tokens| {
            matches!(tokens, [TokenTree::Ident(word), TokenTree::Ident(name)] if word == "let" && name == "__ret")
        });
        let block =
            |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let at = ret.and_then(|ret| Some(ret + tokens[ret..].iter().position(block)?));
        match at.map(|at| (tokens.split_off(at + 1), tokens.pop())) {
            Some((after, Some(TokenTree::Group(block)))) => (tokens, block, after),
            _ => (Vec::new(), inner.clone(), Vec::new()),
        }
    }

    /// An expression of the function's own, such as `self.field`, in the words of the body.
    pub(crate) fn in_words_of_body(&self, tokens: &TokenStream) -> TokenStream {
        if self.has_other_self() { rename_self(tokens.clone()) } else { tokens.clone() }
    }

    /// Gives the block another `self`, which it is to be told of by [`prepend`](Self::prepend). `None` if it has no use for one.
    pub(crate) fn take_self(&mut self) -> Option<Ident> {
        let [this, theirs] = ["self", "__self"].map(|name| Ident::new(name, Span::call_site()));
        let (_, block, _) = self.split();
        if self.has_other_self() && mentions(&block.stream(), &theirs) {
            return Some(theirs);
        }
        if !mentions(&block.stream(), &this) {
            return None;
        }
        match &mut self.kind {
            Kind::Plain => self.block = braces(&self.block, rename_self(self.block.stream())),
            Kind::Boxed(inner) => *inner = braces(inner, rename_self(inner.stream())),
            Kind::Raced { .. } => {}
        }
        Some(theirs)
    }

    /// Whether `#[async_trait]` has `let __self = self;` in front of the block: not where yet another attribute has come between.
    fn has_other_self(&self) -> bool {
        let Kind::Boxed(inner) = &self.kind else { return false };
        let tokens: Vec<_> = inner.stream().into_iter().collect();
        tokens.windows(2).any(|tokens| {
            matches!(tokens, [TokenTree::Ident(word), TokenTree::Ident(name)] if word == "let" && name == "__self")
        })
    }

    /// Whether a race has been made of the body: too late for a guard.
    pub(crate) fn is_race(&self) -> bool {
        let tokens: Vec<_> = self.block.stream().into_iter().collect();
        let is_late = |name: &Ident| name == "cancellable_by" || name == "graceful_by";
        let late = || match tokens.as_slice() {
            [head @ .., TokenTree::Ident(name), TokenTree::Group(_), TokenTree::Punct(_), TokenTree::Ident(_)] => {
                is_late(name) && head.iter().any(super::mentions_private)
            }
            _ => false,
        };
        self.layer().is_some() || late()
    }
}

fn rename_self(tokens: TokenStream) -> TokenStream {
    let mut renamed = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    // What an inner function calls `self` is its own.
    let mut in_item = false;
    while let Some(token) = tokens.next() {
        renamed.extend([match token {
            TokenTree::Ident(word) if word == "fn" => {
                in_item = matches!(tokens.peek(), Some(TokenTree::Ident(_)));
                word.into()
            }
            TokenTree::Ident(word) if word == "self" => {
                let is_path = matches!(tokens.peek(), Some(TokenTree::Punct(colon)) if colon.as_char() == ':');
                if is_path { word.into() } else { TokenTree::from(Ident::new("__self", word.span())) }
            }
            TokenTree::Group(group) => {
                let content = if in_item { group.stream() } else { rename_self(group.stream()) };
                in_item &= group.delimiter() != Delimiter::Brace;
                let mut renamed = Group::new(group.delimiter(), content);
                renamed.set_span(group.span());
                renamed.into()
            }
            other => other,
        }]);
    }
    renamed
}

/// A type as an inner item or block can name it: without the function's lifetimes.
pub(crate) fn without_lifetimes(ty: &Type) -> Type {
    let mut ty = ty.clone();
    ElideLifetimes.visit_type_mut(&mut ty);
    ty
}

/// An item cannot name the function's lifetimes, and need not.
struct ElideLifetimes;

impl VisitMut for ElideLifetimes {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.take_if(|lifetime| lifetime.ident != "static");
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "static" {
            *lifetime = parse_quote!('_);
        }
    }
}

/// The user's block in what a guard has made.
pub(super) fn work_in(tokens: &TokenStream) -> Option<Group> {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    let blocks = tokens.iter().enumerate().filter_map(|(at, token)| match token {
        TokenTree::Group(group) => Some((at, group)),
        _ => None,
    });
    let is_fn = |at: usize| matches!(&tokens[at], TokenTree::Ident(word) if word == "fn");
    let is_work = |at: usize| matches!(&tokens[at], TokenTree::Ident(name) if name == WORK);
    let item = (1..tokens.len()).find(|&at| is_fn(at - 1) && is_work(at));
    let mut blocks = blocks.skip_while(|(at, _)| item.is_some_and(|item| *at < item));
    if item.is_some() {
        return blocks.find(|(_, group)| group.delimiter() == Delimiter::Brace).map(|(_, block)| block.clone());
    }
    blocks.find_map(|(_, block)| if says_made(block) { Some(block.clone()) } else { work_in(&block.stream()) })
}

/// Whether it is the block that says what it makes.
fn says_made(block: &Group) -> bool {
    block.stream().into_iter().any(|token| match token {
        TokenTree::Group(edge) => {
            edge.stream().into_iter().any(|word| matches!(word, TokenTree::Ident(word) if word == MADE))
        }
        _ => false,
    })
}

/// Where a guard is still to come, it goes first: the item, with this attribute behind the guard's.
pub(crate) fn after_guards<A: pipeline::Attribute>(args: &TokenStream, item: &TokenStream) -> Option<TokenStream> {
    let mut function: Function = syn::parse2(item.clone()).ok()?;
    // Behind others that have done the same, so that they stay in their order.
    let place = function.attrs.iter().rposition(is_guard)? + 1;
    let moved = function.attrs[place..].iter().take_while(|attr| is_moved(attr)).count();
    let mut unreported = Errors::default();
    let krate = Krate::parse(&mut Args::parse::<A>(args.clone(), &mut unreported), &mut unreported).private();
    let name = Ident::new(A::NAME, Span::call_site());
    function.attrs.insert(place + moved, parse_quote!(#[#krate::#name(#args)]));
    Some(function.to_tokens())
}

fn is_moved(attr: &Attribute) -> bool {
    attr.path().segments.iter().any(|segment| segment.ident == "__private")
}

/// Also on a condition: `#[cfg_attr(feature = "server", once)]`.
pub(crate) fn is_guard(attr: &Attribute) -> bool {
    let is_called = |name: &&str| match &attr.meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            mentions(&list.tokens, &Ident::new(name, Span::call_site()))
        }
        _ => attr.path().segments.last().is_some_and(|last| last.ident == name),
    };
    GUARDS.iter().any(is_called)
}
