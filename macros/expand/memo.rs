//! Memoizing attributes: they wrap the user's block, inside of interrupting attributes.

use expect_test::expect_file;
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::{expand, fully, pretty, snapshot, stacked};
use crate::attributes::{Lazy, Once, SingleFlight};

#[test]
fn once() {
    snapshot::<Once>(
        &expect_file!["snapshots/once.rs"],
        &[
            ("", "/// Documented.\npub async fn f() -> Result<&'static Config, Error> { load().await }"),
            ("", "fn plain() -> &'static Table { let mut table = Table::new(); table.fill(); table }"),
            ("", "async fn context(_ctx: &Context) -> Result<&'static Config, Error> { load(_ctx).await }"),
            ("self.config", "async fn field(&self) -> io::Result<&Config> { load(&self.path).await }"),
            ("self.table", "fn plain_field(&self) -> &Table { Table::of(self.size) }"),
            ("CONFIG, crate = some::path", "async fn elsewhere() -> Alias { load().await }"),
            ("span", "async fn observed() -> Result<&'static Config, Error> { load().await }"),
        ],
    );
    snapshot::<Once>(
        &expect_file!["snapshots/errors_once.rs"],
        &[
            ("", "async fn argument(n: u8) -> Result<&'static Config, Error> { load(n).await }"),
            ("", "async fn owned() -> Result<Config, Error> { load().await }"),
        ],
    );
}

#[test]
fn single_flight() {
    snapshot::<SingleFlight>(
        &expect_file!["snapshots/single_flight.rs"],
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
            (
                "key = id, span, fields(id), metrics",
                "async fn observed(ctx: &Context, id: u64) -> u64 { g(ctx, id).await }",
            ),
        ],
    );
    snapshot::<SingleFlight>(
        &expect_file!["snapshots/errors_single_flight.rs"],
        &[
            ("", "async fn no_key(id: u64) -> u64 { id }"),
            ("key = id", "async fn not_in_the_key(id: u64, page: u64) -> u64 { id + page }"),
        ],
    );
}

#[test]
fn lazy() {
    snapshot::<Lazy>(
        &expect_file!["snapshots/lazy.rs"],
        &[
            (
                "self.conn",
                "/// Documented.\npub async fn conn(&self, ctx: &Context) -> Result<Arc<Conn>, Error> { dial(ctx).await }",
            ),
            ("self.shards[n]", "async fn alias(&self, ctx: &Ctx, n: usize) -> Shared { dial(ctx, n).await }"),
            ("self.conn", "fn plain(&self) -> io::Result<LazyGuard<Conn>> { let conn = dial()?; Ok(conn) }"),
            ("CONN, crate = some::path", "async fn elsewhere() -> Arc<Conn> { dial().await }"),
            ("", "async fn own(ctx: &Context) -> Result<Arc<Conn>, Error> { dial(ctx).await }"),
            ("self.conn, metrics", "async fn observed(&self) -> Result<Arc<Conn>, Error> { dial().await }"),
            ("", "fn own_plain() -> Arc<Table> { let mut table = Table::new(); table.fill(); table }"),
        ],
    );
    snapshot::<Lazy>(
        &expect_file!["snapshots/errors_lazy.rs"],
        &[
            ("self.conn", "async fn argument(&self, url: &str) -> Result<Arc<Conn>, Error> { dial(url).await }"),
            ("", "async fn own(&self) -> Result<Arc<Conn>, Error> { dial().await }"),
        ],
    );
}

const ITEM: &str =
    "async fn f(ctx: &Context) -> Result<&'static Config, Error> { let config = load(ctx).await?; Ok(config) }";

/// The memoizing attribute always emits the same block, which has a snapshot of its own.
#[test]
fn memoizing_attributes_are_inside_of_interrupting_ones() {
    let memoized = expand::<Once>("", &format!("#[another_to_come] {ITEM}"));
    expect_file!["snapshots/memoized.rs"].assert_eq(&pretty(&memoized));
    let Some(TokenTree::Group(block)) = memoized.into_iter().last() else { panic!("no block") };
    stacked(
        &expect_file!["snapshots/stacked_memo.rs"],
        &[
            "#[cancellable] #[once]",
            "#[once] #[with_timeout(\"5s\")] #[cancellable]",
            "#[cancellable(grace = \"2s\")] #[once]",
        ],
        ITEM,
        |expansion| folded(expansion, &block_to_string(&block)),
    );
}

fn block_to_string(block: &Group) -> String {
    block.to_string().replace(' ', "")
}

fn folded(tokens: TokenStream, block: &str) -> TokenStream {
    let fold = |token| match token {
        TokenTree::Group(group) if block_to_string(&group) == block => quote!({ GUARDED }),
        TokenTree::Group(group) => Group::new(group.delimiter(), folded(group.stream(), block)).into_token_stream(),
        token => token.into(),
    };
    tokens.into_iter().map(fold).collect()
}

#[test]
fn the_written_order_does_not_matter() {
    let shared = ITEM.replace("&'static Config", "Arc<Config>");
    for (guard, item) in [("#[once]", ITEM), ("#[lazy]", &shared), ("#[single_flight(key = ())]", &shared)] {
        for (one, other) in [
            ("#[cancellable] GUARD", "GUARD #[cancellable]"),
            ("#[with_timeout(\"5s\")] GUARD", "GUARD #[with_timeout(\"5s\")]"),
            ("#[cancellable] #[with_timeout(\"5s\")] GUARD", "GUARD #[cancellable] #[with_timeout(\"5s\")]"),
            ("#[cancellable] GUARD #[with_timeout(\"5s\")]", "GUARD #[cancellable] #[with_timeout(\"5s\")]"),
            ("#[with_timeout(\"5s\")] #[cancellable] GUARD", "GUARD #[with_timeout(\"5s\")] #[cancellable]"),
            ("#[cancellable(grace = \"2s\")] GUARD", "GUARD #[cancellable(grace = \"2s\")]"),
        ] {
            let [one, other] = [one, other]
                .map(|attributes| pretty(&fully(&format!("{} {item}", attributes.replace("GUARD", guard))).0));
            assert_eq!(one, other);
        }
    }
}

/// A rule reports a violation in a memoized body once, for any order of the attributes.
#[test]
fn rules_see_the_users_body_of_a_memoized_function() {
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
