// #[cancellable] #[with_timeout("5s")]
// async fn f(ctx: &Context, n: u8) -> Result<u8, Error> { g(ctx, n).await }

async fn f(ctx: &Context, n: u8) -> Result<u8, Error> {
    let (__taskward_limited_ctx, ctx) = ::taskward::__private::Limited::new(
        ctx,
        const {
            &::taskward::__private::Limit::of_call(
                ::core::time::Duration::new(5u64, 0u32),
                "f",
            )
        },
    );
    let __taskward_future = {
        let ctx = __taskward_limited_ctx.param(ctx);
        let _ = &ctx;
        async move {
            let _ = (&n,);
            if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                Result<u8, Error>,
            > {
                return __taskward_return;
            }
            g(ctx, n).await
        }
    };
    __taskward_limited_ctx.run_limited(__taskward_future).await
}

// #[with_timeout("5s")] #[cancellable]
// async fn f(ctx: &Context, n: u8) -> Result<u8, Error> { g(ctx, n).await }

async fn f(ctx: &Context, n: u8) -> Result<u8, Error> {
    let (__taskward_limited_ctx, ctx) = ::taskward::__private::Limited::new(
        ctx,
        const {
            &::taskward::__private::Limit::of_call(
                ::core::time::Duration::new(5u64, 0u32),
                "f",
            )
        },
    );
    let __taskward_future = {
        let ctx = __taskward_limited_ctx.param(ctx);
        let _ = &ctx;
        async move {
            let _ = (&n,);
            if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                Result<u8, Error>,
            > {
                return __taskward_return;
            }
            g(ctx, n).await
        }
    };
    __taskward_limited_ctx.run_limited(__taskward_future).await
}

// #[with_timeout("5s")] #[cancellable(grace = "2s")]
// async fn f(ctx: &Context, n: u8) -> Result<u8, Error> { g(ctx, n).await }

async fn f(ctx: &Context, n: u8) -> Result<u8, Error> {
    let (__taskward_limited_ctx, ctx) = ::taskward::__private::Limited::new(
        ctx,
        const {
            &::taskward::__private::Limit::of_call(
                ::core::time::Duration::new(5u64, 0u32),
                "f",
            )
        },
    );
    let __taskward_future = {
        let ctx = __taskward_limited_ctx.param(ctx);
        let _ = &ctx;
        {
            let __grace: ::core::time::Duration = ::core::time::Duration::new(
                2u64,
                0u32,
            );
            let __handle = ::taskward::__private::handle(&ctx);
            let __taskward_future = async move {
                let _ = (&n,);
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    Result<u8, Error>,
                > {
                    return __taskward_return;
                }
                g(ctx, n).await
            };
            ::taskward::__private::graceful(__handle, __taskward_future, __grace)
        }
    };
    __taskward_limited_ctx.run_limited(__taskward_future).await
}