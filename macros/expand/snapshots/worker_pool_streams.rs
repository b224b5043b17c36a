// #[worker_pool(stream, progress = |progress| println!("{progress}"), queue = 2 * depth, on_error = collect)]
// pub async fn stream<T: Send>(ctx: &Context, item: T, depth: usize) -> Result<u8, Error> where T: Sync { Ok(1) }

pub async fn stream<T: Send>(ctx: &Context, item: T, depth: usize) -> Result<u8, Error>
where
    T: Sync,
{
    let _ = &depth;
    Ok(1)
}
///Calls [`stream`](stream) for each of `items` on a pool of workers.
///
///Yields the results in the order of the items. Failures do not end the stream; the end of `ctx` is the last result. The stream does nothing unless it is polled.
///
///# Panics
///
///Polling the stream panics if a call of `stream` panics, with its message, when all workers have stopped. Panics if the number of workers is 0.
///
///# Cancellation safety
///
///No result is lost between two polls. Dropping the stream stops the workers.
#[track_caller]
pub fn stream_all<T: Send, Items>(
    ctx: &Context,
    items: Items,
    depth: usize,
) -> ::taskward::__private::WorkerStream<Items, Result<u8, Error>>
where
    T: Sync,
    Items: ::taskward::__private::Stream<Item = T>,
{
    let pool = ::taskward::__private::called(
        ::taskward::__private::pool(::core::option::Option::None)
            .queue(2 * depth)
            .name("stream"),
        ::core::panic::Location::caller(),
    );
    ::taskward::__private::stream_workers::<
        ::taskward::__private::Collect,
        _,
        _,
        _,
        _,
    >(
        pool,
        ::core::borrow::Borrow::borrow(&::taskward::__private::handle(&ctx)),
        items,
        move |__taskward_worker| {
            let depth = ::core::clone::Clone::clone(&depth);
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
                            stream::<
                                T,
                            >(
                                ::core::clone::Clone::clone(&param),
                                item,
                                ::core::clone::Clone::clone(&depth),
                            ),
                        )
                        .await;
                    __taskward_worker.report(&result, |progress| println!("{progress}"));
                    __taskward_worker.put(result);
                }
            }
        },
    )
}

// #[worker_pool(stream, local)]
// async fn local_stream(ctx: &Context, item: (&str, &'static str)) -> Option<u8> { None }

async fn local_stream(ctx: &Context, item: (&str, &'static str)) -> Option<u8> {
    None
}
///Calls [`local_stream`](local_stream) for each of `items` while the stream is polled.
///
///Yields the results in the order of the items. The first failure or the end of `ctx` is the last result. The stream does nothing unless it is polled.
///
///# Panics
///
///Polling the stream panics if a call of `local_stream` panics, with its message, when all workers have stopped. Panics if the number of workers is 0.
///
///# Cancellation safety
///
///No result is lost between two polls. Dropping the stream stops the workers.
fn local_stream_all<'item0>(
    ctx: &Context,
    items: impl ::taskward::__private::Stream<Item = (&'item0 str, &'static str)>,
) -> impl ::taskward::__private::Stream<Item = Option<u8>> {
    let pool = ::taskward::__private::pool(::core::option::Option::None);
    ::taskward::__private::stream_local::<
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
                        .call(local_stream(::core::clone::Clone::clone(&param), item))
                        .await;
                    __taskward_worker.put(result);
                }
            }
        },
    )
}