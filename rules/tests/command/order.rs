use crate::support::Package;

#[test]
fn functions_are_suggested_after_their_callees() {
    let lib = "\
mod db;
pub async fn handle(id: u8) -> Result<(), Error> { db::load(id).await?; render().await }
async fn render() -> Result<(), Error> { write().await }
async fn write() -> Result<(), Error> { socket.send().await }
async fn ping() { pong().await; wait().await; }
async fn pong() { ping().await; }
async fn counts() -> u8 { wait().await; 1 }
fn plain() {}
#[taskward::cancellable]
async fn done(ctx: &Context) { wait().await; }
";
    let db = "pub async fn load(id: u8) -> Result<u8, Error> { connection.get(id).await }\n";
    let package = Package::new("suggests", lib, &[("src/db.rs", db)]);
    let run = package.run(&["suggest"]);
    let expected = "\
First: these call no other function that waits

src/lib.rs:7: suggests::counts
    needs `ctx: &Context`, and for `#[cancellable]` a result that can carry a `ContextError`
src/db.rs:1: suggests::db::load
    needs `#[cancellable]` and `ctx: &Context`
    callers that pass it: suggests::handle
src/lib.rs:4: suggests::write
    needs `#[cancellable]` and `ctx: &Context`
    callers that pass it: suggests::render

Step 2: these call only those above

src/lib.rs:3: suggests::render
    needs `#[cancellable]` and `ctx: &Context`
    callers that pass it: suggests::handle

Step 3: these call only those above

src/lib.rs:2: suggests::handle
    needs `#[cancellable]` and `ctx: &Context`

Last: these call each other, so convert them together

src/lib.rs:5: suggests::ping
    needs `#[cancellable]` and `ctx: &Context`
    callers that pass it: suggests::pong
src/lib.rs:6: suggests::pong
    needs `#[cancellable]` and `ctx: &Context`
    callers that pass it: suggests::ping

7 functions
";
    assert_eq!(run.out, expected, "{}", run.err);
    assert_eq!(run.code, 0);
}
