// #[with_timeout("1m 30s")]
// async fn f(ctx: &Context, n: u8) -> Result<u8, Error> { g(ctx, n).await }

async fn f(ctx: &Context, n: u8) -> Result<u8, Error> {
    let (__taskward_limited_ctx, ctx) = {
        use ::taskward::__private::{ViaContext as _, ViaNothing as _};
        (&&::taskward::__private::Probe::<&Context>::NEW)
            .limit(
                ctx,
                const {
                    &::taskward::__private::Limit::of_call(
                        ::core::time::Duration::new(90u64, 0u32),
                        "f",
                    )
                },
            )
    };
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

// #[with_timeout("5s")]
// async fn no_context() -> Option<()> { Some(()) }

fn no_context() -> impl ::core::future::Future<Output = Option<()>> {
    let __taskward_limited_ctx = ::taskward::__private::Unbound::new(const {
        &::taskward::__private::Limit::of_call(
            ::core::time::Duration::new(5u64, 0u32),
            "no_context",
        )
    });
    let __taskward_future = async move {
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Option<()>,
        > {
            return __taskward_return;
        }
        Some(())
    };
    __taskward_limited_ctx.run_limited(__taskward_future)
}

// #[with_timeout("5s")]
// async fn perhaps_a_context(n: Ctx) -> Option<()> { Some(()) }

async fn perhaps_a_context(n: Ctx) -> Option<()> {
    let (__taskward_limited_ctx, n) = {
        use ::taskward::__private::{ViaContext as _, ViaNothing as _};
        (&&::taskward::__private::Probe::<Ctx>::NEW)
            .limit(
                n,
                const {
                    &::taskward::__private::Limit::of_call(
                        ::core::time::Duration::new(5u64, 0u32),
                        "perhaps_a_context",
                    )
                },
            )
    };
    let __taskward_future = {
        let n = __taskward_limited_ctx.param(n);
        async move {
            let n = n;
            if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                Option<()>,
            > {
                return __taskward_return;
            }
            Some(())
        }
    };
    __taskward_limited_ctx.run_limited(__taskward_future).await
}

// #[with_timeout("5s", span)]
// async fn observed(ctx: &Context) -> Option<()> { g(ctx).await }

async fn observed(ctx: &Context) -> Option<()> {
    #[allow(unused_imports)]
    use ::taskward::__private::{ViaAnyEnd as _, ViaOptionEnd as _, ViaResultEnd as _};
    let __observation = ::taskward::__private::span_of!(
        ::taskward::__private::Observation::default(), "observed"
    );
    let __taskward_future = async move {
        let (__taskward_limited_ctx, ctx) = {
            use ::taskward::__private::{ViaContext as _, ViaNothing as _};
            (&&::taskward::__private::Probe::<&Context>::NEW)
                .limit(
                    ctx,
                    const {
                        &::taskward::__private::Limit::of_call(
                            ::core::time::Duration::new(5u64, 0u32),
                            "observed",
                        )
                    },
                )
        };
        let __taskward_future = {
            let ctx = __taskward_limited_ctx.param(ctx);
            let _ = &ctx;
            async move {
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    Option<()>,
                > {
                    return __taskward_return;
                }
                g(ctx).await
            }
        };
        __taskward_limited_ctx.run_limited(__taskward_future).await
    };
    ::taskward::__private::observe(
            __observation,
            (&::taskward::__private::EndProbe::of(&__taskward_future)).has_failed(),
            __taskward_future,
        )
        .await
}

// #[with_timeout(limit * 2)]
// async fn computed(n: u8, limit: Duration) -> Option<u8> { Some(n) }

fn computed(n: u8, limit: Duration) -> impl ::core::future::Future<Output = Option<u8>> {
    let __taskward_limited_ctx = ::taskward::__private::Unbound::new(
        ::taskward::__private::Limit::of_call(limit * 2, "computed"),
    );
    let __taskward_future = async move {
        let n = n;
        let limit = limit;
        let _ = &limit;
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Option<u8>,
        > {
            return __taskward_return;
        }
        Some(n)
    };
    __taskward_limited_ctx.run_limited(__taskward_future)
}