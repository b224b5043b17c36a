//! `#[enforce]`.

use taskward::{Context, cancellable, enforce};

use super::Result;

/// Public, too.
#[enforce(allow(busy_wait))]
pub mod enforced {
    use super::{Context, Result, cancellable, enforce};

    /// Has a method.
    #[derive(Debug)]
    pub struct Guarded;

    /// Waits.
    ///
    /// # Errors
    ///
    /// When `ctx` ends.
    #[cancellable(allow(detached_task))]
    pub async fn cancelled(ctx: &Context) -> Result<()> {
        ctx.checkpoint().await
    }

    /// Counts.
    #[must_use]
    pub const fn double(n: u8) -> u8 {
        n * 2
    }

    #[enforce]
    impl Guarded {
        /// Waits.
        ///
        /// # Errors
        ///
        /// When `ctx` ends.
        #[cancellable]
        pub async fn method(&self, ctx: &Context) -> Result<()> {
            cancelled(ctx).await
        }
    }
}

#[tokio::test]
async fn all_of_it_works_too() -> Result<()> {
    enforced::Guarded.method(&Context::background()).await?;
    assert_eq!(enforced::double(2), 4);
    Ok(())
}
