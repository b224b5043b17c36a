//! Guards: attributes that go around the user's own block, inside of any race.

use std::fmt::Write;

use expect_test::expect_file;
use proc_macro2::TokenStream;
use quote::ToTokens;

use super::attributes::{Cancellable, Once, SingleFlight, WithTimeout};
use super::{expand, pipeline, pretty, snapshot, words};

#[test]
fn once() {
    snapshot::<Once>(
        &expect_file!["once_attribute.rs"],
        &[
            ("", "/// Documented.\npub async fn f() -> Result<&'static Config, Error> { load().await }"),
            ("", "fn plain() -> &'static Table { let mut table = Table::new(); table.fill(); table }"),
            ("", "async fn context(_ctx: &Context) -> Result<&'static Config, Error> { load(_ctx).await }"),
            ("self.config", "async fn field(&self) -> io::Result<&Config> { load(&self.path).await }"),
            ("self.table", "fn plain_field(&self) -> &Table { Table::of(self.size) }"),
            ("CONFIG, crate = some::path", "async fn elsewhere() -> Alias { load().await }"),
        ],
    );
    snapshot::<Once>(
        &expect_file!["errors_once.rs"],
        &[
            ("", "async fn argument(n: u8) -> Result<&'static Config, Error> { load(n).await }"),
            ("", "async fn owned() -> Result<Config, Error> { load().await }"),
        ],
    );
}

#[test]
fn single_flight() {
    snapshot::<SingleFlight>(
        &expect_file!["single_flight.rs"],
        &[
            (
                "key = id",
                "/// Documented.\npub async fn f(ctx: &Context, id: u64) -> Result<User, Error> { load(ctx, id).await }",
            ),
            (
                "key = (tenant, id), shared(db),",
                "async fn borrowed(tenant: &str, id: u64, db: &Db) -> Option<u8> { let row = db.row(tenant, id).await; row }",
            ),
            (
                "self.flights, key = user.id(),",
                "async fn method(self: &Arc<Self>, _: &Context, user: User) -> io::Result<()> { self.load(user).await }",
            ),
            ("key = ctx", "async fn perhaps_a_context(mut ctx: Ctx) -> Option<u8> { ctx += 1; g(ctx).await }"),
            ("key = (), crate = some::path", "async fn elsewhere() -> Alias { load().await }"),
        ],
    );
    snapshot::<SingleFlight>(
        &expect_file!["errors_single_flight.rs"],
        &[
            ("", "async fn no_key(id: u64) -> u64 { id }"),
            ("key = id", "async fn not_in_the_key(id: u64, page: u64) -> u64 { id + page }"),
        ],
    );
}

/// What the compiler makes of an item with several of our attributes: the first that is written expands first, and sees the others. And the errors on
/// the way.
fn fully(item: &str) -> (TokenStream, String) {
    let mut errors = String::new();
    let mut item: TokenStream = item.parse().unwrap();
    loop {
        let mut function = None;
        for part in syn::parse2::<syn::File>(item.clone()).unwrap().items {
            match part {
                syn::Item::Fn(it) => function = Some(it),
                error => errors += &error.to_token_stream().to_string(),
            }
        }
        let mut function = function.unwrap();
        if function.attrs.is_empty() {
            return (function.into_token_stream(), errors);
        }
        let first = function.attrs.remove(0);
        let args = first.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default();
        let rest = function.into_token_stream();
        item = match first.path().segments.last().unwrap().ident.to_string().as_str() {
            "cancellable" => pipeline::run::<Cancellable>(args, rest),
            "with_timeout" => pipeline::run::<WithTimeout>(args, rest),
            "once" => pipeline::run::<Once>(args, rest),
            "single_flight" => pipeline::run::<SingleFlight>(args, rest),
            other => panic!("{other}"),
        };
    }
}

const ITEM: &str =
    "async fn f(ctx: &Context) -> Result<&'static Config, Error> { let config = load(ctx).await?; Ok(config) }";

#[test]
fn a_guard_is_inside_of_every_race() {
    let mut all = String::new();
    for attributes in [
        "#[cancellable] #[once]",
        "#[once] #[with_timeout(\"5s\")] #[cancellable]",
        "#[cancellable(grace = \"2s\")] #[once]",
    ] {
        let expansion = pretty(&fully(&format!("{attributes} {ITEM}")).0);
        writeln!(all, "// {attributes}\n// {ITEM}\n\n{expansion}").unwrap();
    }
    expect_file!["stacked_guards.rs"].assert_eq(all.trim_end());
}

#[test]
fn it_does_not_matter_which_one_is_written_first() {
    let same = |one: &str, other: &str| {
        let [one, other] = [one, other].map(|attributes| pretty(&fully(&format!("{attributes} {ITEM}")).0));
        assert_eq!(one, other);
    };
    same("#[cancellable] #[once]", "#[once] #[cancellable]");
    same("#[with_timeout(\"5s\")] #[once]", "#[once] #[with_timeout(\"5s\")]");
    same("#[cancellable] #[with_timeout(\"5s\")] #[once]", "#[once] #[cancellable] #[with_timeout(\"5s\")]");
    same("#[cancellable] #[once] #[with_timeout(\"5s\")]", "#[once] #[cancellable] #[with_timeout(\"5s\")]");
    same("#[with_timeout(\"5s\")] #[cancellable] #[once]", "#[once] #[with_timeout(\"5s\")] #[cancellable]");
    same("#[cancellable(grace = \"2s\")] #[once]", "#[once] #[cancellable(grace = \"2s\")]");
}

/// What a rule finds in the user's body, it finds behind a guard: once, whichever attribute comes first.
#[test]
fn rules_see_the_users_own_body_in_a_guard() {
    for attributes in
        ["#[cancellable] #[once]", "#[once] #[cancellable]", "#[once] #[with_timeout(\"5s\")] #[cancellable]"]
    {
        let item = format!(
            "{attributes} async fn f(ctx: &Context) -> Result<&'static u8, Error> {{ std::fs::read(path); ctx.checkpoint().await?; Ok(1) }}"
        );
        let errors = fully(&item).1;
        assert_eq!(errors.matches("silence with").count(), 1, "{errors}");
    }
}

#[test]
fn half_typed_bodies_survive() {
    for body in ["{ let reply = fetch().await?; reply. }", "{ match x { } if }", "{}"] {
        let content = body[1..body.len() - 1].parse::<TokenStream>().unwrap().to_string();
        for (args, head) in [
            ("", "async fn f() -> Result<&'static u8, Error>"),
            ("", "fn f() -> &'static u8"),
            ("self.f", "async fn f(&self) -> Result<&u8, Error>"),
            ("", "async fn f(n: u8) -> Result<&'static u8, Error>"),
            ("", "async fn f() -> Result<u8, Error>"),
        ] {
            let expansion = expand::<Once>(args, &format!("{head} {body}")).to_string();
            assert!(expansion.contains(&content), "{expansion}");
        }
    }
}

#[test]
fn the_users_tokens_keep_their_places() {
    for (args, item) in [
        (
            "",
            "/// Documented.\npub async fn f(ctx: &Context) -> Result<&'static u8, Error> {\n    let reply = fetch(ctx).await?;\n    Ok(reply)\n}",
        ),
        ("self.cell", "pub fn f(&self) -> Result<&u8, Error> {\n    let reply = fetch(self)?;\n    Ok(reply)\n}"),
    ] {
        let (mut places, mut written) = (Vec::new(), Vec::new());
        words(expand::<Once>(args, item), &mut places);
        words(item.parse().unwrap(), &mut written);
        for place in written {
            assert!(
                places.contains(&place) || ["async", "doc"].contains(&place.0.as_str()),
                "{place:?} is not in {places:?}"
            );
        }
    }
}
