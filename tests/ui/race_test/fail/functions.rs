use taskward::{Context, cancellable, race_test};

#[race_test]
fn plain() {}

#[race_test]
async fn more_parameters(ctx: Context, port: u16) {
    tokio::task::yield_now().await;
}

#[race_test]
async fn generic<T>() {}

#[race_test]
#[test]
async fn twice() {}

#[race_test]
#[cancellable]
async fn guarded(ctx: Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[race_test]
struct Test;

fn main() {}
