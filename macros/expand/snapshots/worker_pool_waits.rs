// #[worker_pool(workers = 8)]
// pub async fn f(ctx: &Context, item: PathBuf, shared: Arc<Shared>) -> Result<u8, Error> { Ok(1) }

pub async fn f(ctx: &Context, item: PathBuf, shared: Arc<Shared>) -> Result<u8, Error> {
    Ok(1)
}
///Calls [`f`](f) for each of `items` on a pool of workers, and waits for all of them.
///
///Returns the outputs in the order of the items. The first error cancels the other calls, and is returned when all workers have stopped.
///
///# Errors
///
///Returns the errors of `f`, and an error if `ctx` ends.
///
///# Panics
///
///Panics if a call of `f` panics, with its message, when all workers have stopped. Panics if the number of workers is 0.
///
///# Cancellation safety
///
///Dropping the future stops the workers; finished outputs are lost.
pub async fn f_all(
    ctx: &Context,
    items: impl ::core::iter::IntoIterator<Item = PathBuf>,
    shared: Arc<Shared>,
) -> ::core::result::Result<::taskward::__private::Vec<u8>, Error> {
    let pool = ::taskward::__private::pool(::core::option::Option::Some(8)).name("f");
    ::taskward::__private::finish(
            ::taskward::__private::run_workers::<
                ::taskward::__private::FailFast,
                _,
                _,
                _,
            >(
                pool,
                ::core::borrow::Borrow::borrow(&::taskward::__private::handle(&ctx)),
                items,
                |__taskward_worker| {
                    let shared = ::core::clone::Clone::clone(&shared);
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
                                    f(
                                        ::core::clone::Clone::clone(&param),
                                        item,
                                        ::core::clone::Clone::clone(&shared),
                                    ),
                                )
                                .await;
                            __taskward_worker.put(result);
                        }
                    }
                },
            ),
        )
        .await
}

// #[worker_pool(workers = width, on_error = collect, name = all)]
// async fn options(_ctx: &Context, item: u8, width: usize) -> Option<u8> { Some(item) }

async fn options(_ctx: &Context, item: u8, width: usize) -> Option<u8> {
    let _ = &width;
    Some(item)
}
///Calls [`options`](options) for each of `items` on a pool of workers, and waits for all of them.
///
///Returns every item's result, in the order of the items. If `ctx` ends, each item that has not finished has an error.
///
///# Errors
///
///Returns the errors of `options`, and an error if `ctx` ends.
///
///# Panics
///
///Panics if a call of `options` panics, with its message, when all workers have stopped. Panics if the number of workers is 0.
///
///# Cancellation safety
///
///Dropping the future stops the workers; finished outputs are lost.
async fn all(
    ctx: &Context,
    items: impl ::core::iter::IntoIterator<Item = u8>,
    width: usize,
) -> ::taskward::__private::Vec<Option<u8>> {
    let pool = ::taskward::__private::pool(::core::option::Option::Some(width))
        .name("options");
    ::taskward::__private::finish(
            ::taskward::__private::run_workers::<
                ::taskward::__private::Collect,
                _,
                _,
                _,
            >(
                pool,
                ::core::borrow::Borrow::borrow(&::taskward::__private::handle(&ctx)),
                items,
                |__taskward_worker| {
                    let width = ::core::clone::Clone::clone(&width);
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
                                    options(
                                        ::core::clone::Clone::clone(&param),
                                        item,
                                        ::core::clone::Clone::clone(&width),
                                    ),
                                )
                                .await;
                            __taskward_worker.put(result);
                        }
                    }
                },
            ),
        )
        .await
}

// #[worker_pool]
// fn blocking(ctx: &Context, item: u8) -> io::Result<u8> { Ok(item) }

fn blocking(ctx: &Context, item: u8) -> io::Result<u8> {
    Ok(item)
}
///Calls [`blocking`](blocking) for each of `items` on a pool of workers, and waits for all of them.
///
///Returns the outputs in the order of the items. The first error cancels the other calls, and is returned when all workers have stopped.
///
///# Errors
///
///Returns the errors of `blocking`, and an error if `ctx` ends.
///
///# Panics
///
///Panics if a call of `blocking` panics, with its message, when all workers have stopped. Panics if the number of workers is 0.
///
///# Cancellation safety
///
///Dropping the future stops the workers; finished outputs are lost.
async fn blocking_all(
    ctx: &Context,
    items: impl ::core::iter::IntoIterator<Item = u8>,
) -> <io::Result<u8> as ::taskward::__private::PoolOutput>::All {
    let pool = ::taskward::__private::pool(::core::option::Option::None)
        .name("blocking");
    ::taskward::__private::finish(
            ::taskward::__private::run_threads::<
                ::taskward::__private::FailFast,
                _,
                _,
                _,
            >(
                pool,
                ::core::borrow::Borrow::borrow(&::taskward::__private::handle(&ctx)),
                items,
                |__taskward_worker| {
                    move || {
                        let mut __taskward_worker = __taskward_worker;
                        let __taskward_ctx = ::core::clone::Clone::clone(
                            __taskward_worker.ctx(),
                        );
                        let param = <&Context as ::taskward::__private::ContextParam>::derived(
                            &__taskward_ctx,
                        );
                        while let ::core::option::Option::Some(item) = __taskward_worker
                            .next_blocking()
                        {
                            let result = blocking(
                                ::core::clone::Clone::clone(&param),
                                item,
                            );
                            __taskward_worker.put(result);
                        }
                    }
                },
            ),
        )
        .await
}

// #[worker_pool]
// async fn method(self: Arc<Self>, ctx: &Context, item: u8) {}

async fn method(self: Arc<Self>, ctx: &Context, item: u8) {}
///Calls [`method`](Self::method) for each of `items` on a pool of workers, and waits for all of them.
///
///Returns the outputs in the order of the items. The first error cancels the other calls, and is returned when all workers have stopped.
///
///# Errors
///
///Returns the errors of `method`, and an error if `ctx` ends.
///
///# Panics
///
///Panics if a call of `method` panics, with its message, when all workers have stopped. Panics if the number of workers is 0.
///
///# Cancellation safety
///
///Dropping the future stops the workers; finished outputs are lost.
async fn method_all(
    self: Arc<Self>,
    ctx: &Context,
    items: impl ::core::iter::IntoIterator<Item = u8>,
) -> <() as ::taskward::__private::PoolOutput>::All {
    let pool = ::taskward::__private::pool(::core::option::Option::None).name("method");
    let this = self;
    ::taskward::__private::finish(
            ::taskward::__private::run_workers::<
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
                                    Self::method(
                                        ::core::clone::Clone::clone(&this),
                                        ::core::clone::Clone::clone(&param),
                                        item,
                                    ),
                                )
                                .await;
                            __taskward_worker.put(result);
                        }
                    }
                },
            ),
        )
        .await
}

// #[worker_pool(span, metrics)]
// async fn observed(ctx: &Context, item: u8) -> Option<u8> { Some(item) }

fn observed(
    ctx: &Context,
    item: u8,
) -> impl ::core::future::Future<Output = Option<u8>> {
    #[allow(unused_imports)]
    use ::taskward::__private::{ViaAnyEnd as _, ViaOptionEnd as _, ViaResultEnd as _};
    let __observation = ::taskward::__private::metrics_of!(
        ::taskward::__private::span_of!(::taskward::__private::Observation::default(),
        "observed"), "observed"
    );
    let __taskward_future = async move {
        let _ = (&item,);
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Option<u8>,
        > {
            return __taskward_return;
        }
        Some(item)
    };
    ::taskward::__private::observe(
        __observation,
        (&::taskward::__private::EndProbe::of(&__taskward_future)).has_failed(),
        __taskward_future,
    )
}
///Calls [`observed`](observed) for each of `items` on a pool of workers, and waits for all of them.
///
///Returns the outputs in the order of the items. The first error cancels the other calls, and is returned when all workers have stopped.
///
///# Errors
///
///Returns the errors of `observed`, and an error if `ctx` ends.
///
///# Panics
///
///Panics if a call of `observed` panics, with its message, when all workers have stopped. Panics if the number of workers is 0.
///
///# Cancellation safety
///
///Dropping the future stops the workers; finished outputs are lost.
async fn observed_all(
    ctx: &Context,
    items: impl ::core::iter::IntoIterator<Item = u8>,
) -> ::core::option::Option<::taskward::__private::Vec<u8>> {
    let pool = ::taskward::__private::metrics_of!(
        ::taskward::__private::pool(::core::option::Option::None).name("observed"),
        "observed"
    );
    ::taskward::__private::finish(
            ::taskward::__private::run_workers::<
                ::taskward::__private::FailFast,
                _,
                _,
                _,
            >(
                pool,
                ::core::borrow::Borrow::borrow(&::taskward::__private::handle(&ctx)),
                items,
                |__taskward_worker| {
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
                                .call(observed(::core::clone::Clone::clone(&param), item))
                                .await;
                            __taskward_worker.put(result);
                        }
                    }
                },
            ),
        )
        .await
}

// #[worker_pool(metrics)]
// fn measured(ctx: &Context, item: u8) -> Option<u8> { Some(item) }

fn measured(ctx: &Context, item: u8) -> Option<u8> {
    Some(item)
}
///Calls [`measured`](measured) for each of `items` on a pool of workers, and waits for all of them.
///
///Returns the outputs in the order of the items. The first error cancels the other calls, and is returned when all workers have stopped.
///
///# Errors
///
///Returns the errors of `measured`, and an error if `ctx` ends.
///
///# Panics
///
///Panics if a call of `measured` panics, with its message, when all workers have stopped. Panics if the number of workers is 0.
///
///# Cancellation safety
///
///Dropping the future stops the workers; finished outputs are lost.
async fn measured_all(
    ctx: &Context,
    items: impl ::core::iter::IntoIterator<Item = u8>,
) -> ::core::option::Option<::taskward::__private::Vec<u8>> {
    let pool = ::taskward::__private::metrics_of!(
        ::taskward::__private::pool(::core::option::Option::None).name("measured"),
        "measured"
    );
    ::taskward::__private::finish(
            ::taskward::__private::run_threads::<
                ::taskward::__private::FailFast,
                _,
                _,
                _,
            >(
                pool,
                ::core::borrow::Borrow::borrow(&::taskward::__private::handle(&ctx)),
                items,
                |__taskward_worker| {
                    move || {
                        let mut __taskward_worker = __taskward_worker;
                        let __taskward_ctx = ::core::clone::Clone::clone(
                            __taskward_worker.ctx(),
                        );
                        let param = <&Context as ::taskward::__private::ContextParam>::derived(
                            &__taskward_ctx,
                        );
                        while let ::core::option::Option::Some(item) = __taskward_worker
                            .next_blocking()
                        {
                            let result = measured(
                                ::core::clone::Clone::clone(&param),
                                item,
                            );
                            __taskward_worker.put(result);
                        }
                    }
                },
            ),
        )
        .await
}