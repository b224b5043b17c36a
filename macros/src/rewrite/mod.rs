//! The body: where the user's code is in it, and how more is put around it.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::function::braces;
use crate::output::Output;

mod guard;
mod retype;

pub(crate) use self::guard::{Scope, Work, after_guards, is_guard, without_lifetimes};

/// A function's body, as tokens: it may be half typed.
#[derive(Clone)]
pub(crate) struct Body {
    block: Group,
    kind: Kind,
    prologue: TokenStream,
}

#[derive(Clone)]
enum Kind {
    /// As the user wrote it.
    Plain,
    /// `{ Box::pin(async move { … }) }`, from `#[async_trait]`, which expands first: the inner braces.
    Boxed(Group),
    /// Another of our attributes has been here: the user's own braces.
    Raced { by: Layer, inner: Group },
}

/// Which attribute made a body out of the context parameter.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Layer {
    Cancellable,
    /// `#[cancellable(grace = …)]`
    Graceful,
    WithTimeout,
}

impl Layer {
    /// The function or method that its expansion awaits, by which another attribute recognises it.
    pub(crate) fn marker(self) -> &'static str {
        match self {
            Self::Cancellable => "cancellable",
            Self::Graceful => "graceful",
            Self::WithTimeout => "run_limited",
        }
    }
}

impl Body {
    pub(crate) fn new(block: Group, is_async: bool) -> Self {
        let kind = if is_async {
            raced(&block).unwrap_or(Kind::Plain)
        } else {
            boxed(&block).map_or(Kind::Plain, Kind::Boxed)
        };
        Self { block, kind, prologue: TokenStream::new() }
    }

    pub(crate) fn is_boxed(&self) -> bool {
        matches!(self.kind, Kind::Boxed(_))
    }

    /// The attribute that has already made a race of the body, if it can be merged with another one.
    pub(crate) fn layer(&self) -> Option<Layer> {
        match self.kind {
            Kind::Raced { by, .. } => Some(by),
            _ => None,
        }
    }

    /// The body's braces.
    pub(crate) fn block(&self) -> &Group {
        &self.block
    }

    /// All tokens of the body.
    pub(crate) fn stream(&self) -> TokenStream {
        self.block.stream()
    }

    /// The block that the user wrote, as far as another macro has left it whole.
    pub(crate) fn written(&self) -> TokenStream {
        if let Some(work) = guard::work_in(&self.block.stream()) {
            return work.to_token_stream();
        }
        match &self.kind {
            Kind::Plain => self.block.to_token_stream(),
            Kind::Boxed(inner) | Kind::Raced { inner, .. } => inner.to_token_stream(),
        }
    }

    /// Puts a statement in front of the user's.
    pub(crate) fn prepend(&mut self, statement: TokenStream) {
        self.prologue.extend(statement);
    }

    /// The body as it stands, with a statement in front.
    pub(crate) fn after(&self, statement: &TokenStream) -> Group {
        let body = self.block.stream();
        braces(&self.block, quote!(#statement #body))
    }

    /// The user's code as the content of an `async move` block: `capture`, what was put in front, and a statement that
    /// tells the compiler the block's type. With `merge`, what another attribute has put around it is left out, so that
    /// arguments are not stored once more for each attribute.
    pub(crate) fn future(&self, output: &Output, merge: bool, capture: &TokenStream) -> TokenStream {
        let (inner, edge) = match &self.kind {
            // What another macro made says its type itself.
            Kind::Raced { inner, .. } if merge => (inner, TokenStream::new()),
            Kind::Boxed(inner) => (inner, TokenStream::new()),
            _ => (&self.block, output.return_edge()),
        };
        let prologue = &self.prologue;
        let block = in_front(inner, &quote!(#capture #prologue #edge));
        quote!(async move #block)
    }

    /// If `#[with_timeout]` has been here: the body with what it limits replaced by a future that is made of that, also inside of
    /// `#[async_trait]`'s box.
    pub(crate) fn limited(&self, around: impl FnOnce(TokenStream) -> TokenStream) -> Option<Group> {
        let is_limited = |kind: &Kind| matches!(kind, Kind::Raced { by: Layer::WithTimeout, .. });
        let prologue = &self.prologue;
        match &self.kind {
            Kind::Boxed(inner) if raced(inner).as_ref().is_some_and(is_limited) => {
                let tokens = replace_future(inner.stream(), around)?;
                Some(self.with(quote!(#prologue #tokens)))
            }
            kind if is_limited(kind) => {
                let tokens = replace_future(self.block.stream(), around)?;
                Some(braces(&self.block, quote!(#prologue #tokens)))
            }
            _ => None,
        }
    }

    /// The body with other statements in it.
    pub(crate) fn with(&self, statements: TokenStream) -> Group {
        match &self.kind {
            Kind::Boxed(inner) => {
                let block = braces(inner, statements);
                // `Box::pin`, in the words of the other macro.
                let mut path: Vec<_> = self.block.stream().into_iter().collect();
                path.pop();
                braces(&self.block, quote!(#(#path)* (async move #block)))
            }
            _ => braces(&self.block, statements),
        }
    }
}

impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if self.prologue.is_empty() {
            self.block.to_tokens(tokens);
        } else {
            self.after(&self.prologue).to_tokens(tokens);
        }
    }
}

/// The user's block with statements of ours in front.
fn in_front(block: &Group, ours: &TokenStream) -> Group {
    let content = block.stream();
    if ours.is_empty() {
        block.clone()
    } else if is_one_expression(&content) {
        // Of braces around a lone expression the compiler says that they are not needed.
        braces(block, quote!(#ours #content))
    } else {
        // The user's braces as they are: so that the compiler's errors are those of the plain function, each once.
        braces(block, quote!(#ours #block))
    }
}

/// No statement, no attribute of the whole block, and nothing that is still being typed, as `name.` is.
fn is_one_expression(content: &TokenStream) -> bool {
    let is = |token: &TokenTree, sign: char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign);
    let tokens: Vec<_> = content.clone().into_iter().collect();
    let is_whole = |last: &TokenTree| is(last, '?') || !matches!(last, TokenTree::Punct(_));
    tokens.first().is_some_and(|first| !is(first, '#'))
        && tokens.last().is_some_and(is_whole)
        && !tokens.iter().any(|token| is(token, ';'))
}

/// The braces in `{ Box::pin(async move { … }) }`.
fn boxed(block: &Group) -> Option<Group> {
    let tokens: Vec<_> = block.stream().into_iter().collect();
    let (TokenTree::Group(call), path) = tokens.split_last()? else { return None };
    let names: Vec<_> =
        path.iter().filter(|token| matches!(token, TokenTree::Ident(_))).map(ToString::to_string).collect();
    if !names.ends_with(&["Box".into(), "pin".into()]) {
        return None;
    }
    async_block(&call.stream().into_iter().collect::<Vec<_>>())
}

/// The braces of the last `async move { … }`.
fn async_block(tokens: &[TokenTree]) -> Option<Group> {
    async_block_at(tokens).map(|(_, block)| block)
}

/// The same, and where they are.
fn async_block_at(tokens: &[TokenTree]) -> Option<(usize, Group)> {
    tokens.windows(3).enumerate().rev().find_map(|(at, tokens)| match tokens {
        [TokenTree::Ident(word), TokenTree::Ident(capture), TokenTree::Group(block)]
            if word == "async" && capture == "move" && block.delimiter() == Delimiter::Brace =>
        {
            Some((at + 2, block.clone()))
        }
        _ => None,
    })
}

/// Puts something around the content of the `async move { … }` that [`raced`] finds.
fn replace_future(tokens: TokenStream, around: impl FnOnce(TokenStream) -> TokenStream) -> Option<TokenStream> {
    let mut tokens: Vec<_> = tokens.into_iter().collect();
    if let Some((at, block)) = async_block_at(&tokens) {
        tokens[at] = braces(&block, around(quote!(async move #block))).into();
        return Some(tokens.into_iter().collect());
    }
    let (at, group) = tokens.iter().enumerate().rev().find_map(|(at, token)| match token {
        TokenTree::Group(group) => {
            async_block(&group.stream().into_iter().collect::<Vec<_>>()).map(|_| (at, group.clone()))
        }
        _ => None,
    })?;
    tokens[at] = braces(&group, replace_future(group.stream(), around)?).into();
    Some(tokens.into_iter().collect())
}

/// Recognises the expansion of another of our attributes: `… let future = async move { … }; ….MARKER(…).await`.
fn raced(block: &Group) -> Option<Kind> {
    let tokens: Vec<_> = block.stream().into_iter().collect();
    let [head @ .., TokenTree::Ident(name), TokenTree::Group(_), TokenTree::Punct(_), TokenTree::Ident(word)] =
        tokens.as_slice()
    else {
        return None;
    };
    let by =
        [Layer::Cancellable, Layer::Graceful, Layer::WithTimeout].into_iter().find(|layer| name == layer.marker())?;
    let ours = word == "await" && head.iter().any(mentions_private);
    let in_block = |token: &TokenTree| match token {
        TokenTree::Group(block) => async_block(&block.stream().into_iter().collect::<Vec<_>>()),
        _ => None,
    };
    let inner = async_block(head).or_else(|| head.iter().rev().find_map(in_block))?;
    ours.then_some(Kind::Raced { by, inner })
}

fn mentions_private(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(name) => name == "__private",
        TokenTree::Group(group) => group.stream().into_iter().any(|token| mentions_private(&token)),
        _ => false,
    }
}
