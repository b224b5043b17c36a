// #[cancellable] #[once]
// async fn f(ctx: &Context) -> Result<&'static Config, Error> { let config = load(ctx).await?; Ok(config) }

fn f(
    ctx: &Context,
) -> impl ::core::future::Future<Output = Result<&'static Config, Error>> {
    let __handle = ::taskward::__private::handle(&ctx);
    let __taskward_future = async move {
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Result<&'static Config, Error>,
        > {
            return __taskward_return;
        }
        { GUARDED }
    };
    ::taskward::__private::cancellable(__handle, __taskward_future)
}

// #[once] #[with_timeout("5s")] #[cancellable]
// async fn f(ctx: &Context) -> Result<&'static Config, Error> { let config = load(ctx).await?; Ok(config) }

async fn f(ctx: &Context) -> Result<&'static Config, Error> {
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
            if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                Result<&'static Config, Error>,
            > {
                return __taskward_return;
            }
            { GUARDED }
        }
    };
    __taskward_limited_ctx.run_limited(__taskward_future).await
}

// #[cancellable(grace = "2s")] #[once]
// async fn f(ctx: &Context) -> Result<&'static Config, Error> { let config = load(ctx).await?; Ok(config) }

fn f(
    ctx: &Context,
) -> impl ::core::future::Future<Output = Result<&'static Config, Error>> {
    let __grace: ::core::time::Duration = ::core::time::Duration::new(2u64, 0u32);
    let __handle = ::taskward::__private::handle(&ctx);
    let __taskward_future = async move {
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Result<&'static Config, Error>,
        > {
            return __taskward_return;
        }
        { GUARDED }
    };
    ::taskward::__private::graceful(__handle, __taskward_future, __grace)
}