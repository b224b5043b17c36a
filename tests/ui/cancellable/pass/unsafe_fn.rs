//! The workspace forbids `unsafe`, so this is tested here.

use taskward::{Context, ContextError, cancellable, with_timeout};

/// # Safety
///
/// `number` points to a number.
#[cancellable]
async unsafe fn read(ctx: &Context, number: *const u8) -> Result<u8, ContextError> {
    ctx.checkpoint().await?;
    Ok(unsafe { *number })
}

/// # Safety
///
/// `number` points to a number.
#[with_timeout("5s")]
pub async unsafe fn limited(ctx: &Context, number: *const u8) -> Result<u8, ContextError> {
    ctx.checkpoint().await?;
    Ok(unsafe { *number })
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ctx = Context::background();
    let number = 7;
    assert_eq!(unsafe { read(&ctx, &raw const number) }.await.unwrap(), 7);
    assert_eq!(unsafe { limited(&ctx, &raw const number) }.await.unwrap(), 7);
}
