//! Bodies of cancel tests, in every edition.

use std::error::Error;

use taskward::{Context, cancel_test};
use tokio::sync::Mutex;
use tokio::task::yield_now;

#[cancel_test]
async fn no_parameter() {
    let _ = cancellable(yield_now()).await;
}

#[cancel_test(max_points = 50)]
async fn mut_parameter(mut ctx: Context) -> Result<(), Box<dyn Error>> {
    ctx = ctx.with_value(7_u8);
    if let Some(checked) = cancellable(ctx.checkpoint()).await {
        checked?;
    }
    ctx.checkpoint().await?;
    Ok(())
}

#[cancel_test]
async fn expressions(ctx: &Context) {
    let lock = Mutex::new(vec![1_u8, 2]);
    let pushed = cancellable(async { lock.lock().await.push(3) }).await.is_some();
    assert_eq!(lock.lock().await.len(), if pushed { 3 } else { 2 });
    let both = (cancellable(yield_now()).await, cancellable(ctx.run(yield_now())).await.is_some());
    assert!(both.0.is_some() || both.1);
    for _ in 0..2 {
        let _ = cancellable(Box::pin(yield_now())).await;
    }
}

macro_rules! many {
    ($name:ident, $count:expr, $body:block) => {
        #[cancel_test(max_points = $count)]
        async fn $name() $body
    };
}

many!(from_a_macro, 20 + 1, {
    let _ = cancellable(yield_now()).await;
});
