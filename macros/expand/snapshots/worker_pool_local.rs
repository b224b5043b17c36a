// #[worker_pool(order = completion, progress = self.bar.tick, local)]
// async fn local(&self, ctx: &Context, item: &str, seen: &Seen) -> Result<usize, Error> { Ok(1) }

async fn local(&self, ctx: &Context, item: &str, seen: &Seen) -> Result<usize, Error> {
    Ok(1)
}
///Calls [`local`](Self::local) for each of `items` in the caller's task, and waits for all of them.
///
///Returns the outputs in the order in which the calls finish. The first error cancels the other calls, and is returned when all workers have stopped.
///
///# Errors
///
///Returns the errors of `local`, and an error if `ctx` ends.
///
///# Panics
///
///Panics if a call of `local` panics, with its message, when all workers have stopped. Panics if the number of workers is 0.
///
///# Cancellation safety
///
///Dropping the future stops the workers; finished outputs are lost.
async fn local_all(
    &self,
    ctx: &Context,
    items: impl ::core::iter::IntoIterator<Item = &str>,
    seen: &Seen,
) -> ::core::result::Result<::taskward::__private::Vec<usize>, Error> {
    let pool = ::taskward::__private::pool(::core::option::Option::None).unordered();
    let this = self;
    ::taskward::__private::finish(
            ::taskward::__private::run_local::<
                ::taskward::__private::FailFast,
                _,
                _,
                _,
            >(
                pool,
                ::core::borrow::Borrow::borrow(&::taskward::__private::handle(&ctx)),
                items,
                |__taskward_worker| {
                    let this = ::core::clone::Clone::clone(&this);
                    let seen = ::core::clone::Clone::clone(&seen);
                    async move {
                        let mut __taskward_worker = __taskward_worker;
                        let __taskward_ctx = ::core::clone::Clone::clone(
                            __taskward_worker.ctx(),
                        );
                        let param = <&Context as ::taskward::__private::ContextParam>::derived(
                            &__taskward_ctx,
                        );
                        while let ::core::option::Option::Some(item) = __taskward_worker
                            .next()
                            .await
                        {
                            let result = __taskward_worker
                                .call(
                                    Self::local(
                                        ::core::clone::Clone::clone(&this),
                                        ::core::clone::Clone::clone(&param),
                                        item,
                                        ::core::clone::Clone::clone(&seen),
                                    ),
                                )
                                .await;
                            __taskward_worker
                                .report(
                                    &result,
                                    |progress| {
                                        (this.bar.tick)(progress);
                                    },
                                );
                            __taskward_worker.put(result);
                        }
                    }
                },
            ),
        )
        .await
}