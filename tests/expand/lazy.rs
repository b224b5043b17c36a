//! What `#[lazy]` makes of a function.

use expect_test::expect_file;
use proc_macro2::TokenStream;

use super::attributes::Lazy;
use super::{expand, snapshot, words};

#[test]
fn lazy() {
    snapshot::<Lazy>(
        &expect_file!["lazy_attribute.rs"],
        &[
            (
                "self.conn",
                "/// Documented.\npub async fn conn(&self, ctx: &Context) -> Result<Arc<Conn>, Error> { dial(ctx).await }",
            ),
            ("self.shards[n]", "async fn alias(&self, ctx: &Ctx, n: usize) -> Shared { dial(ctx, n).await }"),
            ("self.conn", "fn plain(&self) -> io::Result<Lent<Conn>> { let conn = dial()?; Ok(conn) }"),
            ("CONN, crate = some::path", "async fn elsewhere() -> Arc<Conn> { dial().await }"),
            ("", "async fn own(ctx: &Context) -> Result<Arc<Conn>, Error> { dial(ctx).await }"),
            ("", "fn own_plain() -> Arc<Table> { let mut table = Table::new(); table.fill(); table }"),
        ],
    );
    snapshot::<Lazy>(
        &expect_file!["errors_lazy.rs"],
        &[
            ("self.conn", "async fn argument(&self, url: &str) -> Result<Arc<Conn>, Error> { dial(url).await }"),
            ("", "async fn own(&self) -> Result<Arc<Conn>, Error> { dial().await }"),
        ],
    );
}

#[test]
fn half_typed_bodies_survive() {
    for body in ["{ let reply = fetch().await?; reply. }", "{ match x { } if }", "{}"] {
        let content = body[1..body.len() - 1].parse::<TokenStream>().unwrap().to_string();
        for (args, head) in [
            ("", "async fn f() -> Result<Arc<u8>, Error>"),
            ("", "fn f() -> Arc<u8>"),
            ("self.f", "async fn f(&self) -> Result<Arc<u8>, Error>"),
            ("self.f", "async fn f(&self, n: u8) -> Result<Arc<u8>, Error>"),
            ("self.f", "async fn f(&self)"),
            ("no_such_option = 1", "async fn f() -> Result<Arc<u8>, Error>"),
        ] {
            let expansion = expand::<Lazy>(args, &format!("{head} {body}")).to_string();
            assert!(expansion.contains(&content), "{expansion}");
        }
    }
}

#[test]
fn the_users_tokens_keep_their_places() {
    for (args, item) in [
        (
            "",
            "/// Documented.\npub async fn f(ctx: &Context) -> Result<Arc<u8>, Error> {\n    let reply = fetch(ctx).await?;\n    Ok(reply)\n}",
        ),
        ("self.cell", "pub fn f(&self) -> Result<Arc<u8>, Error> {\n    let reply = fetch(self)?;\n    Ok(reply)\n}"),
    ] {
        let (mut places, mut written) = (Vec::new(), Vec::new());
        words(expand::<Lazy>(args, item), &mut places);
        words(item.parse().unwrap(), &mut written);
        for place in written {
            assert!(places.contains(&place) || place.0 == "doc", "{place:?} is not in {places:?}");
        }
    }
}
