//! The expansion as an editor sees it: it contains the user's tokens, with their spans.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::expand;
use crate::attributes::{
    self, CancelTest, Cancellable, Lazy, Main, Once, RaceTest, SingleFlight, Test, WithTimeout, WorkerPool,
};

type Expand = fn(&str, &str) -> TokenStream;

/// Also beside errors, and if the item is half typed.
#[test]
fn enforce_leaves_the_item_as_it_is() {
    for item in ["mod m { fn f() {} }", "impl T { async fn f() {} }", "trait T { async fn f() { x. } }", "fn f() {}"] {
        let item: TokenStream = item.parse().unwrap();
        let expansion = attributes::enforce::run(TokenStream::new(), item.clone()).to_string();
        assert!(expansion.ends_with(&item.to_string()), "{expansion}");
    }
}

/// Editors complete in bodies that do not parse yet: the expansion contains all of the user's
/// tokens, in order.
#[test]
fn half_typed_bodies_survive() {
    const PLAIN: &str = "async fn f(ctx: &Context, item: u8) -> Result<u8, Error>";
    const MAIN: &str = "async fn main(ctx: Context) -> Result<u8, Error>";
    let heads: [(Expand, &str, &str); 24] = [
        (expand::<Cancellable>, "", PLAIN),
        (expand::<Cancellable>, "no_such_option", PLAIN),
        (expand::<WithTimeout>, "\"5s\"", PLAIN),
        (expand::<WorkerPool>, "workers = 2", PLAIN),
        (expand::<SingleFlight>, "key = item", PLAIN),
        (expand::<Main>, "", MAIN),
        (expand::<Main>, "no_such_option", MAIN),
        (expand::<Test>, "", MAIN),
        (expand::<Test>, "no_such_option", MAIN),
        (expand::<RaceTest>, "", MAIN),
        (expand::<RaceTest>, "no_such_option", MAIN),
        (expand::<CancelTest>, "", MAIN),
        (expand::<CancelTest>, "no_such_option", MAIN),
        (expand::<Once>, "", "async fn f() -> Result<&'static u8, Error>"),
        (expand::<Once>, "", "fn f() -> &'static u8"),
        (expand::<Once>, "self.f", "async fn f(&self) -> Result<&u8, Error>"),
        (expand::<Once>, "", "async fn f(n: u8) -> Result<&'static u8, Error>"),
        (expand::<Once>, "", "async fn f() -> Result<u8, Error>"),
        (expand::<Lazy>, "", "async fn f() -> Result<Arc<u8>, Error>"),
        (expand::<Lazy>, "", "fn f() -> Arc<u8>"),
        (expand::<Lazy>, "self.f", "async fn f(&self) -> Result<Arc<u8>, Error>"),
        (expand::<Lazy>, "self.f", "async fn f(&self, n: u8) -> Result<Arc<u8>, Error>"),
        (expand::<Lazy>, "self.f", "async fn f(&self)"),
        (expand::<Lazy>, "no_such_option = 1", "async fn f() -> Result<Arc<u8>, Error>"),
    ];
    for body in ["{ let reply = fetch(ctx).await?; reply. }", "{ ctx. }", "{ match x { } if }", "{ foo(;) }", "{}"] {
        let content = body[1..body.len() - 1].parse::<TokenStream>().unwrap().to_string();
        for (expand, args, head) in heads {
            let expansion = expand(args, &format!("{head} {body}")).to_string();
            assert!(expansion.contains(&content), "{expansion}");
            assert!(head != PLAIN || expansion.contains("fn f (ctx : & Context , item : u8)"), "{expansion}");
        }
    }
}

/// Go-to-definition and hover work on the user's code: each of its tokens is in the expansion with
/// its own span.
#[test]
fn the_users_tokens_keep_their_places() {
    const PLAIN: &str = "/// Documented.\npub async fn f<T: Send>(ctx: &Context, item: T, (a, _b): (u8, u8)) -> Result<u8, Error>\n\
                         where\n    T: Sync,\n{\n    let reply = fetch(ctx, &item).await?;\n    println!(\"{reply} {}\", a + 1);\n    Ok(reply)\n}";
    const MAIN: &str = "/// Documented.\nasync fn main(mut ctx: Context) -> Result<(), Error> {\n    let reply = fetch(&ctx).await?;\n    Ok(reply)\n}";
    let kept = |ty| {
        format!(
            "/// Documented.\npub async fn f(ctx: &Context) -> Result<{ty}, Error> {{\n    let reply = fetch(ctx).await?;\n    Ok(reply)\n}}"
        )
    };
    let field =
        |ty| format!("pub fn f(&self) -> Result<{ty}, Error> {{\n    let reply = fetch(self)?;\n    Ok(reply)\n}}");
    let all: [(Expand, &str, &str); 12] = [
        (expand::<Cancellable>, "", PLAIN),
        (expand::<Cancellable>, "no_such_option", PLAIN),
        (expand::<WithTimeout>, "\"5s\"", PLAIN),
        (expand::<WorkerPool>, "workers = 2", PLAIN),
        (expand::<Main>, "", MAIN),
        (expand::<Main>, "no_such_option", MAIN),
        (expand::<Test>, "", MAIN),
        (expand::<Test>, "no_such_option", MAIN),
        (expand::<Once>, "", &kept("&'static u8")),
        (expand::<Once>, "self.cell", &field("&u8")),
        (expand::<Lazy>, "", &kept("Arc<u8>")),
        (expand::<Lazy>, "self.cell", &field("Arc<u8>")),
    ];
    for (expand, args, item) in all {
        let (mut places, mut written) = (Vec::new(), Vec::new());
        words(expand(args, item), &mut places);
        words(item.parse().unwrap(), &mut written);
        for place in written {
            // The keyword may be gone: `fn … -> impl Future`. Documentation is a string in an
            // attribute.
            let is_there = places.contains(&place) || ["async", "doc"].contains(&place.0.as_str());
            assert!(is_there, "{place:?} is not in {places:?}");
        }
    }
}

/// A message about the whole signature (`missing_docs`) points from its first token to its last,
/// so both need the user's spans.
#[test]
fn a_signature_begins_and_ends_where_it_was_written() {
    let item = "pub async fn f(ctx: &Context) -> Result<u8, Error> { g(ctx).await }";
    let expansion = expand::<Cancellable>("", item);
    let signature: Vec<_> = expansion
        .into_iter()
        .take_while(|token| !matches!(token, TokenTree::Group(body) if body.delimiter() == Delimiter::Brace))
        .collect();
    let place = |token: Option<&TokenTree>| token.map(|token| token.span().start().column);
    assert_eq!(place(signature.first()), item.find("pub"));
    assert_eq!(place(signature.last()), item.find("Result"));
}

/// The failing call, and so its panic, has the span of the test's name.
#[test]
fn a_test_that_fails_points_to_its_name() {
    let item = "async fn shop() { cancellable(work()).await; }";
    let all: [(&str, Expand); 3] =
        [("run_test", expand::<Test>), ("race_test", expand::<RaceTest>), ("cancel_test", expand::<CancelTest>)];
    for (call, expand) in all {
        let mut places = Vec::new();
        words(expand("", item), &mut places);
        let column = item.find("shop").unwrap();
        assert!(places.contains(&(call.to_owned(), (1, column))), "{places:?}");
    }
}

/// Collects every name with its line and column.
fn words(tokens: TokenStream, found: &mut Vec<(String, (usize, usize))>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => words(group.stream(), found),
            TokenTree::Ident(word) => {
                let start = word.span().start();
                found.push((word.to_string(), (start.line, start.column)));
            }
            _ => {}
        }
    }
}
