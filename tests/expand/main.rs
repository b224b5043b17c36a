//! What the macros make of a function, as snapshots.
//!
//! `UPDATE_EXPECT=1 cargo test -p taskward-tests --test expand` writes the snapshots anew.

use std::fmt::Write;

use expect_test::{ExpectFile, expect_file};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use self::attributes::{Cancellable, Main, Test, WithTimeout, WorkerPool};
use self::pipeline::Attribute;

mod guards;
mod lazy;
mod testing;

include!("../macros.rs");

fn expand<A: Attribute>(args: &str, item: &str) -> TokenStream {
    pipeline::run::<A>(args.parse().unwrap(), item.parse().unwrap())
}

fn pretty(tokens: &TokenStream) -> String {
    match syn::parse2::<syn::File>(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        // Half typed: no compiler would take it, and neither does the formatter.
        Err(_) => format!("{tokens}\n"),
    }
}

/// Each case in front of what becomes of it.
fn snapshot<A: Attribute>(expected: &ExpectFile, cases: &[(&str, &str)]) {
    let mut all = String::new();
    for (args, item) in cases {
        let args = if args.is_empty() { String::new() } else { format!("({args})") };
        writeln!(all, "// #[{}{args}]", A::NAME).unwrap();
        for line in item.lines() {
            writeln!(all, "// {line}").unwrap();
        }
        writeln!(all, "\n{}", pretty(&expand::<A>(args.trim_matches(['(', ')']), item))).unwrap();
    }
    expected.assert_eq(all.trim_end());
}

#[test]
fn cancellable() {
    snapshot::<Cancellable>(
        &expect_file!["cancellable.rs"],
        &[
            ("", "/// Documented.\npub async fn f(ctx: &Context, n: u8) -> Result<u8, Error> { g(ctx, n).await }"),
            ("", "async fn by_value(ctx: Context) {}"),
            (
                "",
                "async fn patterns(_: &Context, (a, _): (u8, u8), mut n: u8, _unused: u8) -> Option<u8> { n += a; g(n).await }",
            ),
            ("", "async fn alias(ctx: &Ctx) -> io::Result<()> { g().await }"),
            (
                "",
                "#[tracing::instrument] async fn another_attribute_to_come(ctx: &Context) -> Option<()> { g().await }",
            ),
            ("", "async fn method(&self, ctx: &Context) -> Option<()> { self.other(ctx).await }"),
            ("ambient", "async fn ambient(n: u8) -> Option<u8> { g(n).await }"),
            ("ctx = self.ctx", "async fn own(&self) -> Option<()> { self.g().await }"),
            ("grace = \"2s\"", "async fn grace(ctx: &Context, n: u8) -> Option<u8> { g(ctx, n).await }"),
            ("ambient, grace = self.grace", "async fn ambient_grace(&self) -> Option<u8> { g().await }"),
            ("ctx = self.ctx, grace = \"2s\"", "async fn own_grace(&self) -> Option<u8> { g().await }"),
            ("crate = some::path", "async fn elsewhere(ctx: &Context) -> Option<()> { g().await }"),
            ("", "async fn never(ctx: &Context) -> ! { loop { ctx.checkpoint().await; } }"),
        ],
    );
}

#[test]
fn with_timeout() {
    snapshot::<WithTimeout>(
        &expect_file!["with_timeout.rs"],
        &[
            ("\"1m 30s\"", "async fn f(ctx: &Context, n: u8) -> Result<u8, Error> { g(ctx, n).await }"),
            ("\"5s\"", "async fn no_context() -> Option<()> { Some(()) }"),
            ("\"5s\"", "async fn perhaps_a_context(n: Ctx) -> Option<()> { Some(()) }"),
            ("limit * 2", "async fn computed(n: u8, limit: Duration) -> Option<u8> { Some(n) }"),
        ],
    );
}

#[test]
fn stacked() {
    let item = "async fn f(ctx: &Context, n: u8) -> Result<u8, Error> { g(ctx, n).await }";
    // The outer one comes first, and sees the inner one as an attribute.
    let first = expand::<Cancellable>("", &format!("#[inner] {item}")).to_string();
    let timed_last = expand::<WithTimeout>("\"5s\"", &first.replace("# [inner]", ""));
    let first = expand::<WithTimeout>("\"5s\"", &format!("#[inner] {item}")).to_string();
    let cancellable_last = expand::<Cancellable>("", &first.replace("# [inner]", ""));
    let graceful_last = expand::<Cancellable>("grace = \"2s\"", &first.replace("# [inner]", ""));
    let mut all = String::new();
    for (attributes, expansion) in [
        ("#[cancellable] #[with_timeout(\"5s\")]", timed_last),
        ("#[with_timeout(\"5s\")] #[cancellable]", cancellable_last),
        ("#[with_timeout(\"5s\")] #[cancellable(grace = \"2s\")]", graceful_last),
    ] {
        write!(all, "// {attributes}\n// {item}\n\n{}\n", pretty(&expansion)).unwrap();
    }
    all.pop();
    expect_file!["stacked.rs"].assert_eq(&all);
}

#[test]
fn worker_pool() {
    snapshot::<WorkerPool>(
        &expect_file!["worker_pool.rs"],
        &[
            (
                "workers = 8",
                "pub async fn f(ctx: &Context, item: PathBuf, shared: Arc<Shared>) -> Result<u8, Error> { Ok(1) }",
            ),
            (
                "workers = width, on_error = collect, name = all",
                "async fn options(_ctx: &Context, item: u8, width: usize) -> Option<u8> { Some(item) }",
            ),
            ("", "fn blocking(ctx: &Context, item: u8) -> io::Result<u8> { Ok(item) }"),
            ("", "async fn method(self: Arc<Self>, ctx: &Context, item: u8) {}"),
            (
                "order = completion, progress = self.bar.tick, local",
                "async fn local(&self, ctx: &Context, item: &str, seen: &Seen) -> Result<usize, Error> { Ok(1) }",
            ),
            (
                "stream, progress = |progress| println!(\"{progress}\"), queue = 2 * depth, on_error = collect",
                "pub async fn stream<T: Send>(ctx: &Context, item: T, depth: usize) -> Result<u8, Error> where T: Sync { Ok(1) }",
            ),
            (
                "stream, local",
                "async fn local_stream(ctx: &Context, item: (&str, &'static str)) -> Option<u8> { None }",
            ),
        ],
    );
}

#[test]
fn main() {
    snapshot::<Main>(
        &expect_file!["main_attribute.rs"],
        &[
            (
                "grace = \"10s\"",
                "/// Documented.\nasync fn main(ctx: Context) -> Result<(), Error> { serve(ctx).await }",
            ),
            ("flavor = \"current_thread\", grace = config::GRACE", "async fn main() {}"),
            ("worker_threads = 2, crate = some::path", "pub async fn start(ctx: &Context) -> u8 { serve(ctx).await }"),
            ("", "async fn main(_: Context) -> impl Termination { serve().await }"),
            ("grase = \"10s\"", "async fn main(ctx: Context) -> Result<(), Error> { serve(ctx).await }"),
        ],
    );
}

/// Also beside errors, and where the item is only half typed.
#[test]
fn enforce_leaves_the_item_as_it_is() {
    for item in ["mod m { fn f() {} }", "impl T { async fn f() {} }", "trait T { async fn f() { x. } }", "fn f() {}"] {
        let item: TokenStream = item.parse().unwrap();
        let expansion = attributes::enforce::run(TokenStream::new(), item.clone()).to_string();
        assert!(expansion.ends_with(&item.to_string()), "{expansion}");
    }
}

/// The item is there beside the errors, and everything that callers name.
#[test]
fn beside_errors() {
    snapshot::<Cancellable>(
        &expect_file!["errors_cancellable.rs"],
        &[
            ("ambiant", "async fn f(ctx: &Context) -> Option<()> { Some(()) }"),
            ("", "async fn rule(ctx: &Context) -> Option<()> { Some(()) }"),
            ("", "fn plain(ctx: &Context) -> Option<()> { Some(()) }"),
            ("", "struct NotAFunction;"),
        ],
    );
    snapshot::<WorkerPool>(
        &expect_file!["errors_worker_pool.rs"],
        &[("workers = 0", "async fn f(ctx: &Context, item: u8) -> Result<u8, Error> { Ok(item) }")],
    );
}

/// Editors complete in bodies that are no code yet: all of the user's tokens are there, in their order.
#[test]
fn half_typed_bodies_survive() {
    let bodies =
        ["{ let reply = fetch(ctx).await?; reply. }", "{ ctx. }", "{ match x { } if }", "{ ) }", "{ foo(; }", "{}"];
    for body in bodies {
        // What brackets do not balance in no macro ever sees.
        let item = format!("async fn f(ctx: &Context, item: u8) -> Result<u8, Error> {body}");
        let (Ok(_), Ok(content)) = (item.parse::<TokenStream>(), body[1..body.len() - 1].parse::<TokenStream>()) else {
            continue;
        };
        let content = content.to_string();
        for expansion in [
            expand::<Cancellable>("", &item),
            expand::<WithTimeout>("\"5s\"", &item),
            expand::<WorkerPool>("workers = 2", &item),
            expand::<Cancellable>("no_such_option", &item),
        ] {
            let expansion = expansion.to_string();
            assert!(expansion.contains(&content), "{expansion}");
            assert!(expansion.contains("fn f (ctx : & Context , item : u8)"), "{expansion}");
        }
        let item = format!("async fn main(ctx: Context) -> Result<u8, Error> {body}");
        for expansion in [expand::<Main>("", &item), expand::<Main>("no_such_option", &item)] {
            let expansion = expansion.to_string();
            assert!(expansion.contains(&content), "{expansion}");
        }
    }
}

/// Go-to-definition and hover land on what the user wrote: each token of theirs is in the expansion with its own span.
#[test]
fn the_users_tokens_keep_their_places() {
    let item = "/// Documented.\npub async fn f<T: Send>(ctx: &Context, item: T, (a, _b): (u8, u8)) -> Result<u8, Error>\n\
                where\n    T: Sync,\n{\n    let reply = fetch(ctx, &item).await?;\n    println!(\"{reply} {}\", a + 1);\n    Ok(reply)\n}";
    for expansion in [
        expand::<Cancellable>("", item),
        expand::<WithTimeout>("\"5s\"", item),
        expand::<WorkerPool>("workers = 2", item),
        expand::<Cancellable>("no_such_option", item),
    ] {
        let mut places = Vec::new();
        words(expansion, &mut places);
        let mut written = Vec::new();
        words(item.parse().unwrap(), &mut written);
        for place in written {
            // The keyword may have gone: `fn … -> impl Future`. Documentation is a string in an attribute.
            let is_there = places.contains(&place) || ["async", "doc"].contains(&place.0.as_str());
            assert!(is_there, "{place:?} is not in {places:?}");
        }
    }
}

#[test]
fn the_users_tokens_in_main_keep_their_places() {
    let item = "/// Documented.\nasync fn main(mut ctx: Context) -> Result<(), Error> {\n    let reply = fetch(&ctx).await?;\n    Ok(reply)\n}";
    let mut written = Vec::new();
    words(item.parse().unwrap(), &mut written);
    for expansion in [
        expand::<Main>("", item),
        expand::<Main>("no_such_option", item),
        expand::<Test>("", item),
        expand::<Test>("no_such_option", item),
    ] {
        let mut places = Vec::new();
        words(expansion, &mut places);
        for place in &written {
            let is_there = places.contains(place) || ["async", "doc"].contains(&place.0.as_str());
            assert!(is_there, "{place:?} is not in {places:?}");
        }
    }
}

/// A message about the whole signature (`missing_docs`) points from its first token to its last, so both are where the user's are.
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

/// Every name, with the line and the column where it was written.
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
