// #[worker_pool(workers = width, jobs = "thumbs", attempts = 5, backoff = "1s..1m", lease = "10s")]
// pub async fn f(ctx: &Context, item: Url, width: usize) -> Result<Thumb, Error> { Ok(Thumb) }

pub async fn f(ctx: &Context, item: Url, width: usize) -> Result<Thumb, Error> {
    let _ = &width;
    Ok(Thumb)
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
///
///# Jobs
///
///If `ctx` carries a `taskward_jobs::Jobs`, the items go to the processes that serve `f_job`.
pub async fn f_all(
    ctx: &Context,
    items: impl ::core::iter::IntoIterator<Item = Url>,
    width: usize,
) -> ::core::result::Result<::taskward::__private::Vec<Thumb>, Error> {
    let handle = ::core::clone::Clone::clone(
        ::core::borrow::Borrow::<
            ::taskward::__private::Context,
        >::borrow(&::taskward::__private::handle(&ctx)),
    );
    if let ::core::option::Option::Some(jobs) = ::taskward_jobs::__private::jobs(
        &handle,
    ) {
        return ::taskward_jobs::__private::run::<
            ::taskward_jobs::__private::FailFast,
            Result<Thumb, Error>,
            _,
            _,
            _,
        >(
                const {
                    &::taskward_jobs::__private::Spec::new("thumbs", "f")
                        .attempts(5)
                        .backoff(
                            ::core::time::Duration::new(1u64, 0u32),
                            ::core::time::Duration::new(60u64, 0u32),
                        )
                        .lease(::core::time::Duration::new(10u64, 0u32))
                },
                jobs,
                handle,
                true,
                items,
                |_| {},
            )
            .await;
    }
    let pool = ::taskward::__private::pool(::core::option::Option::Some(width))
        .name("f");
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
                                    f(
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
///Returns [`f`](f) as a job for a server: `jobs.serve(&ctx, [f_job(…)])` runs its items.
///
///All calls of this server share the parameters.
pub fn f_job(width: usize) -> ::taskward_jobs::Job {
    ::taskward_jobs::__private::job(
        const {
            &::taskward_jobs::__private::Spec::new("thumbs", "f")
                .attempts(5)
                .backoff(
                    ::core::time::Duration::new(1u64, 0u32),
                    ::core::time::Duration::new(60u64, 0u32),
                )
                .lease(::core::time::Duration::new(10u64, 0u32))
        },
        ::core::option::Option::Some(width),
        move |given: ::taskward::__private::Context, item: Url| {
            let width = ::core::clone::Clone::clone(&width);
            async move {
                let param = <&Context as ::taskward::__private::ContextParam>::derived(
                    &given,
                );
                ::taskward::__private::cancellable(
                        ::core::clone::Clone::clone(&given),
                        f(
                            ::core::clone::Clone::clone(&param),
                            item,
                            ::core::clone::Clone::clone(&width),
                        ),
                    )
                    .await
            }
        },
    )
}

// #[worker_pool(jobs = QUEUE, stream, queue = 8, progress = self.bar.tick)]
// async fn method(self: Arc<Self>, ctx: &Context, item: u8) -> Result<u8, Error> { Ok(item) }

async fn method(self: Arc<Self>, ctx: &Context, item: u8) -> Result<u8, Error> {
    Ok(item)
}
///Calls [`method`](Self::method) for each of `items` on a pool of workers.
///
///Yields the results in the order of the items. The first failure or the end of `ctx` is the last result. The stream does nothing unless it is polled.
///
///# Panics
///
///Polling the stream panics if a call of `method` panics, with its message, when all workers have stopped. Panics if the number of workers is 0.
///
///# Cancellation safety
///
///No result is lost between two polls. Dropping the stream stops the workers.
///
///# Jobs
///
///If `ctx` carries a `taskward_jobs::Jobs`, the items go to the processes that serve `method_job`.
#[track_caller]
fn method_all<Items>(
    self: Arc<Self>,
    ctx: &Context,
    items: Items,
) -> ::taskward_jobs::JobStream<Items, Result<u8, Error>>
where
    Items: ::taskward::__private::Stream<Item = u8>,
{
    let handle = ::core::clone::Clone::clone(
        ::core::borrow::Borrow::<
            ::taskward::__private::Context,
        >::borrow(&::taskward::__private::handle(&ctx)),
    );
    if let ::core::option::Option::Some(jobs) = ::taskward_jobs::__private::jobs(
        &handle,
    ) {
        return ::taskward_jobs::__private::stream::<
            ::taskward_jobs::__private::FailFast,
            Result<u8, Error>,
            _,
            _,
        >(
            const { &::taskward_jobs::__private::Spec::new(QUEUE, "method") },
            jobs,
            handle,
            true,
            items,
            ::core::option::Option::Some(8),
            {
                let this = ::core::clone::Clone::clone(&self);
                move |progress| ::taskward_jobs::__private::tell(this.bar.tick, progress)
            },
        );
    }
    let pool = ::taskward::__private::called(
        ::taskward::__private::pool(::core::option::Option::None)
            .queue(8)
            .name("method"),
        ::core::panic::Location::caller(),
    );
    let this = self;
    ::taskward_jobs::JobStream::in_process(
        ::taskward::__private::stream_workers::<
            ::taskward::__private::FailFast,
            _,
            _,
            _,
            _,
        >(
            pool,
            ::core::borrow::Borrow::borrow(&::taskward::__private::handle(&ctx)),
            items,
            move |__taskward_worker| {
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
}
///Returns [`method`](Self::method) as a job for a server: `jobs.serve(&ctx, [method_job(…)])` runs its items.
///
///All calls of this server share the parameters.
fn method_job(self: Arc<Self>) -> ::taskward_jobs::Job {
    let this = self;
    ::taskward_jobs::__private::job(
        const { &::taskward_jobs::__private::Spec::new(QUEUE, "method") },
        ::core::option::Option::None,
        move |given: ::taskward::__private::Context, item: u8| {
            let this = ::core::clone::Clone::clone(&this);
            async move {
                let param = <&Context as ::taskward::__private::ContextParam>::derived(
                    &given,
                );
                ::taskward::__private::cancellable(
                        ::core::clone::Clone::clone(&given),
                        Self::method(
                            ::core::clone::Clone::clone(&this),
                            ::core::clone::Clone::clone(&param),
                            item,
                        ),
                    )
                    .await
            }
        },
    )
}

// #[worker_pool(jobs = "blocking", on_error = collect)]
// fn blocking(ctx: &Context, item: u8) -> io::Result<u8> { Ok(item) }

fn blocking(ctx: &Context, item: u8) -> io::Result<u8> {
    Ok(item)
}
///Calls [`blocking`](blocking) for each of `items` on a pool of workers, and waits for all of them.
///
///Returns every item's result, in the order of the items. If `ctx` ends, each item that has not finished has an error.
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
///
///# Jobs
///
///If `ctx` carries a `taskward_jobs::Jobs`, the items go to the processes that serve `blocking_job`.
async fn blocking_all(
    ctx: &Context,
    items: impl ::core::iter::IntoIterator<Item = u8>,
) -> ::taskward::__private::Vec<io::Result<u8>> {
    let handle = ::core::clone::Clone::clone(
        ::core::borrow::Borrow::<
            ::taskward::__private::Context,
        >::borrow(&::taskward::__private::handle(&ctx)),
    );
    if let ::core::option::Option::Some(jobs) = ::taskward_jobs::__private::jobs(
        &handle,
    ) {
        return ::taskward_jobs::__private::run::<
            ::taskward_jobs::__private::Collect,
            io::Result<u8>,
            _,
            _,
            _,
        >(
                const { &::taskward_jobs::__private::Spec::new("blocking", "blocking") },
                jobs,
                handle,
                true,
                items,
                |_| {},
            )
            .await;
    }
    let pool = ::taskward::__private::pool(::core::option::Option::None)
        .name("blocking");
    ::taskward::__private::finish(
            ::taskward::__private::run_threads::<
                ::taskward::__private::Collect,
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
///Returns [`blocking`](blocking) as a job for a server: `jobs.serve(&ctx, [blocking_job(…)])` runs its items.
///
///All calls of this server share the parameters.
fn blocking_job() -> ::taskward_jobs::Job {
    ::taskward_jobs::__private::blocking_job(
        const { &::taskward_jobs::__private::Spec::new("blocking", "blocking") },
        ::core::option::Option::None,
        move |given: ::taskward::__private::Context, item: u8| {
            move || {
                let param = <&Context as ::taskward::__private::ContextParam>::derived(
                    &given,
                );
                blocking(::core::clone::Clone::clone(&param), item)
            }
        },
    )
}