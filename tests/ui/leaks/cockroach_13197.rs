// A transaction starts a goroutine that waits for its end, and it is never ended.
use taskward::{Context, cancellable};

#[cancellable]
async fn begin(ctx: &Context) -> Option<u32> {
    tokio::spawn({
        let ctx = ctx.clone();
        async move { ctx.cancelled().await }
    });
    tokio::task::yield_now().await;
    Some(1)
}

fn main() {
    let _ = begin;
}
