// #[cancellable] #[once]
// async fn f(ctx: &Context) -> Result<&'static Config, Error> { let config = load(ctx).await?; Ok(config) }

fn f(
    ctx: &Context,
) -> impl ::core::future::Future<Output = Result<&'static Config, Error>> {
    let handle = ::taskward::__private::handle(&ctx);
    let __taskward_future = async move {
        let _ = (&ctx,);
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Result<&'static Config, Error>,
        > {
            return __taskward_return;
        }
        {
            #[allow(clippy::type_complexity)]
            static __TASKWARD_ONCE: <Result<
                &'static Config,
                Error,
            > as ::taskward::__private::OnceOutput<'static>>::Cell = ::taskward::__private::Once::new();
            #[allow(clippy::type_complexity)]
            async fn __taskward_work(
                ctx: &Context,
            ) -> <Result<
                &'static Config,
                Error,
            > as ::taskward::__private::OnceOutput<'static>>::Made {
                let config = load(ctx).await?;
                Ok(config)
            }
            ::taskward::__private::once_lend(
                &__TASKWARD_ONCE,
                match ::taskward::__private::once_ready(&__TASKWARD_ONCE) {
                    ::core::option::Option::Some(kept) => {
                        ::core::result::Result::Ok(kept)
                    }
                    ::core::option::Option::None => {
                        ::taskward::__private::once(
                                &__TASKWARD_ONCE,
                                const { ::taskward::__private::Place::of_function("f") },
                                ::core::option::Option::Some(
                                    ::taskward::__private::context(&ctx),
                                ),
                                __taskward_work(ctx),
                            )
                            .await
                    }
                },
                ::taskward::__private::once_copy(&__TASKWARD_ONCE),
            )
        }
    };
    ::taskward::__private::cancellable(handle, __taskward_future)
}

// #[once] #[with_timeout("5s")] #[cancellable]
// async fn f(ctx: &Context) -> Result<&'static Config, Error> { let config = load(ctx).await?; Ok(config) }

async fn f(ctx: &Context) -> Result<&'static Config, Error> {
    let handle = ::taskward::__private::handle(&ctx);
    let (limited, ctx) = {
        use ::taskward::__private::{ViaContext as _, ViaNothing as _};
        (&&::taskward::__private::Probe::<&Context>::NEW)
            .limit(
                ctx,
                const {
                    &::taskward::__private::Limit::of_call(
                        ::core::time::Duration::new(5u64, 0u32),
                        "f",
                    )
                },
            )
    };
    let __taskward_future = {
        let ctx = limited.param(ctx);
        let _ = &ctx;
        async move {
            if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                Result<&'static Config, Error>,
            > {
                return __taskward_return;
            }
            {
                #[allow(clippy::type_complexity)]
                static __TASKWARD_ONCE: <Result<
                    &'static Config,
                    Error,
                > as ::taskward::__private::OnceOutput<'static>>::Cell = ::taskward::__private::Once::new();
                #[allow(clippy::type_complexity)]
                async fn __taskward_work(
                    ctx: &Context,
                ) -> <Result<
                    &'static Config,
                    Error,
                > as ::taskward::__private::OnceOutput<'static>>::Made {
                    let config = load(ctx).await?;
                    Ok(config)
                }
                ::taskward::__private::once_lend(
                    &__TASKWARD_ONCE,
                    match ::taskward::__private::once_ready(&__TASKWARD_ONCE) {
                        ::core::option::Option::Some(kept) => {
                            ::core::result::Result::Ok(kept)
                        }
                        ::core::option::Option::None => {
                            ::taskward::__private::once(
                                    &__TASKWARD_ONCE,
                                    const { ::taskward::__private::Place::of_function("f") },
                                    ::core::option::Option::Some(
                                        ::taskward::__private::context(&ctx),
                                    ),
                                    __taskward_work(ctx),
                                )
                                .await
                        }
                    },
                    ::taskward::__private::once_copy(&__TASKWARD_ONCE),
                )
            }
        }
    };
    limited.run_limited(__taskward_future).await
}

// #[cancellable(grace = "2s")] #[once]
// async fn f(ctx: &Context) -> Result<&'static Config, Error> { let config = load(ctx).await?; Ok(config) }

fn f(
    ctx: &Context,
) -> impl ::core::future::Future<Output = Result<&'static Config, Error>> {
    let grace: ::core::time::Duration = ::core::time::Duration::new(2u64, 0u32);
    let handle = ::taskward::__private::handle(&ctx);
    let __taskward_future = async move {
        let _ = (&ctx,);
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Result<&'static Config, Error>,
        > {
            return __taskward_return;
        }
        {
            #[allow(clippy::type_complexity)]
            static __TASKWARD_ONCE: <Result<
                &'static Config,
                Error,
            > as ::taskward::__private::OnceOutput<'static>>::Cell = ::taskward::__private::Once::new();
            #[allow(clippy::type_complexity)]
            async fn __taskward_work(
                ctx: &Context,
            ) -> <Result<
                &'static Config,
                Error,
            > as ::taskward::__private::OnceOutput<'static>>::Made {
                let config = load(ctx).await?;
                Ok(config)
            }
            ::taskward::__private::once_lend(
                &__TASKWARD_ONCE,
                match ::taskward::__private::once_ready(&__TASKWARD_ONCE) {
                    ::core::option::Option::Some(kept) => {
                        ::core::result::Result::Ok(kept)
                    }
                    ::core::option::Option::None => {
                        ::taskward::__private::once(
                                &__TASKWARD_ONCE,
                                const { ::taskward::__private::Place::of_function("f") },
                                ::core::option::Option::Some(
                                    ::taskward::__private::context(&ctx),
                                ),
                                __taskward_work(ctx),
                            )
                            .await
                    }
                },
                ::taskward::__private::once_copy(&__TASKWARD_ONCE),
            )
        }
    };
    ::taskward::__private::graceful(handle, __taskward_future, grace)
}