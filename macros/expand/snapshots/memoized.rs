#[another_to_come]
#[::taskward::__private::__expanded(once)]
async fn f(ctx: &Context) -> Result<&'static Config, Error> {
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
            ::core::option::Option::Some(kept) => ::core::result::Result::Ok(kept),
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
