//! Findings that need the whole crate.

use crate::support::{Package, manifest};

#[test]
fn names_are_resolved_through_the_imports_of_the_file() {
    let lib = "\
use std::fs;
use std::thread as threads;
use tokio::{spawn, task};
mod own {
    use tokio_test::task;
    use crate::Handle;
    pub fn spawn(n: u8) {}
    pub fn uses(handle: Handle) {
        spawn(1);
        task::spawn(work());
        handle.spawn(work());
    }
}
pub struct Handle;
pub async fn uses() {
    spawn(work());
    task::spawn(work());
    let text = fs::read(path);
    threads::sleep(LIMIT);
    own::spawn(1);
}
";
    let toml = "[levels]\nmissing_context = \"allow\"\n";
    let package = Package::new("imports", lib, &[("taskward.toml", toml)]);
    let expected = ["detached_task 16", "detached_task 17", "blocking_call 18", "blocking_call 19"];
    let expected = expected.map(|found| found.replace(' ', " src/lib.rs:"));
    assert_eq!(package.findings(&[]), expected);
}

#[test]
fn re_exports_of_the_crate_are_followed() {
    let lib = "\
mod rt { pub use tokio::spawn; pub use self::inner::pause; pub mod inner { pub use std::thread::sleep as pause; } }
mod prelude { pub use crate::rt::*; pub use tokio::time::*; }
mod a { pub async fn f() { crate::rt::spawn(work()); } }
mod b { use super::rt::spawn as go; pub async fn f() { go(work()); } }
mod c { use crate::prelude::*; pub async fn f() { spawn(work()); pause(LIMIT); } }
mod d { use crate::rt; pub async fn f() { rt::inner::pause(LIMIT); sleep(LIMIT); } }
mod e { pub fn spawn(n: u8) {} pub mod f { use super::*; pub async fn f() { spawn(1); super::spawn(2); } } }
";
    let toml = "[levels]\nmissing_context = \"allow\"\n";
    let package = Package::new("re_exports", lib, &[("taskward.toml", toml)]);
    let expected = ["detached_task 3", "detached_task 4", "detached_task 5", "blocking_call 5", "blocking_call 6"];
    let expected = expected.map(|found| found.replace(' ', " src/lib.rs:"));
    assert_eq!(package.findings(&[]), expected);
}

#[test]
fn a_context_is_recognised_by_the_imports_of_the_file() {
    let lib = "\
use taskward::Context as Ctx;
pub struct Kept { ctx: Ctx, other: std::task::Context<'static> }
pub async fn ours(n: u8, ctx: &Ctx) { Ctx::background(); }
pub fn makes(n: u8, ctx: &Ctx) -> u8 { n }
mod templates { pub struct Context; pub struct Page { context: Context } pub fn render(n: u8, ctx: &Context) {} }
mod polls { use std::task::Context; pub fn poll(n: u8, cx: &mut Context<'_>) {} }
mod tokens {
    use tokio_util::sync::CancellationToken;
    pub struct Kept { token: CancellationToken }
    pub async fn f(token: CancellationToken) { CancellationToken::new(); g().await }
}
mod globs { use taskward::*; pub struct Kept { ctx: Option<Context> } }
";
    let package = Package::new("contexts", lib, &[]);
    let expected = ["stored_context 2", "context_first 3", "fresh_context 3", "fresh_context 10", "stored_context 12"];
    assert_eq!(package.findings(&[]), expected.map(|found| found.replace(' ', " src/lib.rs:")));
}

#[test]
fn a_function_that_makes_up_a_context_misses_one() {
    let lib = "\
mod db;
use taskward::Context;
pub async fn makes_one_up() { db::save(&Context::background(), 1).await; }
pub async fn through_a_variable() { let ctx = Context::background(); db::save(&ctx, 1).await; }
pub async fn spawns() { tokio::spawn(work()); wait().await; }
pub async fn passes(ctx: &Context) { db::save(ctx, 1).await; }
pub async fn has_it_from_elsewhere(app: &App) { db::save(&app.ctx, 1).await; }
pub async fn current() { db::save(&Context::current(), 1).await; }
pub async fn plain() { db::count().await; }
impl App { pub async fn of_self(self) { let Self { ctx, name } = self; let later = ctx.linger(LIMIT); db::save(&later, 1).await; } }
pub async fn destructured(Plan { ctx, .. }: Plan) { db::save(&ctx, 1).await; }
impl Handler for App { async fn handle(&self) { db::save(&Context::background(), 1).await; } }
#[cancellable(ambient)]
pub async fn ambient() { db::save(&Context::background(), 1).await; }
#[tokio::main]
async fn main() { db::save(&Context::background(), 1).await; }
";
    let db = "use taskward::Context;\npub async fn save(ctx: &Context, n: u8) {}\npub async fn count() {}\n";
    let package = Package::new("missing", lib, &[("src/db.rs", db)]);
    let expected = ["missing_context 3", "missing_context 4", "missing_context 5", "detached_task 5"];
    assert_eq!(package.findings(&[]), expected.map(|found| found.replace(' ', " src/lib.rs:")));
}

#[test]
fn a_context_that_the_workspace_itself_re_exports_is_one() {
    let package = Package::empty("own_context");
    package.write("Cargo.toml", "[workspace]\nmembers = [\"*\"]\nresolver = \"3\"\n");
    for (name, lib) in [
        ("taskward", "mod context { pub struct Context; }\npub use context::Context;\n"),
        ("user", "use taskward::Context;\npub async fn late(n: u8, ctx: &Context) { ctx.sleep(n).await }\n"),
    ] {
        package.write(&format!("{name}/Cargo.toml"), manifest(name, "").replace("[workspace]", ""));
        package.write(&format!("{name}/src/lib.rs"), lib);
    }
    assert_eq!(package.findings(&[]), ["context_first user/src/lib.rs:2"]);
}

#[test]
fn a_variant_with_a_context_is_to_be_called() {
    let lib = "\
use taskward::Context;
pub struct Store;
impl Store {
    pub async fn load(&self, id: u8) {}
    pub async fn load_ctx(&self, ctx: &Context, id: u8) { ctx.run(self.load(id)).await; }
    pub async fn all(&self, ctx: &Context) { Self::fetch().await; self.load(1).await; self.load_ctx(ctx, 1).await; }
    pub async fn fetch() {}
    pub async fn fetch_with_context(ctx: &Context) {}
}
pub mod users {
    pub async fn get(id: u8) {}
    pub async fn get_with_ctx(ctx: &super::Context, id: u8) {}
    pub async fn only() {}
}
pub async fn calls(ctx: &Context) { users::get(1).await; users::only().await; use users::get; get(2).await; }
pub async fn has_none() { users::get(1).await; }
";
    let package = Package::new("not_passed", lib, &[]);
    let found = package.findings(&[]);
    let expected = ["context_not_passed 6", "context_not_passed 6", "context_not_passed 15", "context_not_passed 15"];
    assert_eq!(found, expected.map(|found| found.replace(' ', " src/lib.rs:")));
}

#[test]
fn a_call_that_is_known_to_be_no_future_is_not_discarded() {
    let lib = "\
use taskward::Context;
fn plain(ctx: &Context) -> u8 { 1 }
async fn audit(ctx: &Context) {}
pub async fn f(ctx: &Context) {
    let _ = plain(ctx);
    let _ = audit(ctx);
    ctx.checkpoint().await;
}
";
    assert_eq!(Package::new("discarded", lib, &[]).findings(&[]), ["discarded_future src/lib.rs:6"]);
}

#[test]
fn a_method_is_discarded_if_the_only_one_of_its_name_is_async() {
    let lib = "\
use taskward::Context;
pub struct Ends;
impl Ends {
    pub fn watch(&self, ctx: &Context) -> u8 { 1 }
    pub async fn save(&self, ctx: &Context) {}
    pub fn close(&self, ctx: &Context) -> u8 { 1 }
}
pub struct Store;
impl Store { pub async fn close(&self, ctx: &Context) {} }
pub async fn f(ctx: &Context, ends: Ends) {
    drop(ends.watch(ctx));
    let _ = ends.save(ctx);
    let _ = ends.close(ctx);
    ctx.checkpoint().await;
}
";
    assert_eq!(Package::new("discarded_method", lib, &[]).findings(&[]), ["discarded_future src/lib.rs:12"]);
}

#[test]
fn bodies_are_interrupted_where_an_attribute_says_so() {
    let lib = "\
use taskward::{Context, cancellable, enforce};
pub async fn plain(ctx: &Context) { out.write_all(a).await; out.write_all(b).await; }
#[cancellable]
pub async fn cut(ctx: &Context) { out.write_all(a).await; out.write_all(b).await; }
#[cancellable(grace = \"2s\")]
pub async fn has_time(ctx: &Context) { out.write_all(a).await; out.write_all(b).await; }
#[enforce]
mod inner {
    pub async fn waits() { x().await; }
    pub async fn never_waits() {}
    #[with_timeout(\"5s\")]
    pub async fn limited() { x().await; }
}
#[enforce(allow(missing_attribute))]
mod allowed { pub async fn waits() { x().await; } }
";
    let expected = ["torn_write src/lib.rs:4", "missing_attribute src/lib.rs:9"];
    assert_eq!(Package::new("attributes", lib, &[]).findings(&[]), expected);
}
