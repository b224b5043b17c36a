//! Functions that `macro_rules!` makes: names, types and bodies as fragments.

use taskward::{Context, cancellable, with_timeout, worker_pool};

use super::Result;

macro_rules! make {
    ($name:ident, $ctx:ident, $item:ident: $ty:ty, $body:expr) => {
        #[cancellable]
        async fn $name($ctx: &Context, $item: $ty) -> Result<$ty> {
            $ctx.check()?;
            tokio::task::yield_now().await;
            Ok($body)
        }
    };
}

make!(made, c, n: u32, n * 2);

mod made_by_macro {
    use super::{Context, Result, with_timeout};

    macro_rules! limited {
        ($ctx:ident, $ty:ty, $body:block) => {
            #[with_timeout("5s")]
            pub(super) async fn limited($ctx: &Context) -> Result<$ty> $body
        };
    }

    limited!(context, Option<u8>, {
        context.check()?;
        Ok(Some(1))
    });
}

#[tokio::test]
async fn functions_made_by_macro_rules() {
    let ctx = Context::background();
    assert_eq!(made(&ctx, 4).await.unwrap(), 8);
    assert_eq!(made_by_macro::limited(&ctx).await.unwrap(), Some(1));
}

macro_rules! service {
    ($(#[$attr:meta])* $vis:vis $name:ident($ctx:ident: $ctx_ty:ty $(, $arg:pat => $ty:ty)*) -> $out:ty where $limit:literal $body:block) => {
        $(#[$attr])*
        #[cancellable]
        #[with_timeout($limit)]
        $vis async fn $name($ctx: $ctx_ty $(, $arg: $ty)*) -> $out $body
    };
}

service! {
    /// Documented.
    #[inline]
    pub(crate) service(ctx: &Context, (a, b) => (u8, u8), _ => u8) -> Result<u8> where "5s" {
        ctx.checkpoint().await?;
        Ok(a + b)
    }
}

macro_rules! pool {
    ($name:ident, $workers:expr, $item:ident: $ty:ty => $body:expr) => {
        #[worker_pool(workers = $workers)]
        async fn $name(ctx: &Context, $item: $ty) -> Result<$ty> {
            ctx.checkpoint().await?;
            Ok($body)
        }
    };
}

pool!(doubled, 1 + 1, n: u32 => n * 2);

macro_rules! limited_by {
    ($limit:expr) => {
        #[with_timeout($limit)]
        async fn limited_by_expression(ctx: &Context) -> Result<bool> {
            ctx.checkpoint().await?;
            Ok(ctx.deadline().is_some())
        }
    };
}

limited_by!(std::time::Duration::from_secs(5));

#[tokio::test]
async fn everything_as_a_fragment() {
    let ctx = Context::background();
    assert_eq!(service(&ctx, (1, 2), 3).await.unwrap(), 3);
    assert_eq!(doubled_all(&ctx, [1, 2]).await.unwrap(), [2, 4]);
    assert!(limited_by_expression(&ctx).await.unwrap());
}
