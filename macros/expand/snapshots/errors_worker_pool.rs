// #[worker_pool(workers = 0)]
// async fn f(ctx: &Context, item: u8) -> Result<u8, Error> { Ok(item) }

::core::compile_error! {
    "a pool needs at least one worker\nhelp: write a number of at least 1, an expression of type `usize`, or nothing for the available parallelism"
}
async fn f(ctx: &Context, item: u8) -> Result<u8, Error> {
    Ok(item)
}
///Calls [`f`](f) for each of `items` on a pool of workers, and waits for all of them.
///
///Returns the outputs in the order of the items. The first error cancels the other calls, and is returned once all workers have stopped.
///
///# Errors
///
///Those of `f`, and the end of `ctx`.
///
///# Panics
///
///If a call of `f` panics, with its message, once all workers have stopped; and if there are no workers.
///
///# Cancellation safety
///
///Dropping the future stops the workers; finished outputs are lost.
async fn f_all(
    ctx: &Context,
    items: impl ::core::iter::IntoIterator<Item = u8>,
) -> ::core::result::Result<::taskward::__private::Vec<u8>, Error> {
    let _ = (&ctx, &items);
    ::core::unreachable!("beside an error")
}

// #[worker_pool(jobs = "queue", local)]
// async fn f(ctx: &Context, item: u8) -> Result<u8, Error> { Ok(item) }

::core::compile_error! {
    "`local` and `jobs` exclude each other\nhelp: remove `local` or `jobs`"
}
async fn f(ctx: &Context, item: u8) -> Result<u8, Error> {
    Ok(item)
}
///Calls [`f`](f) for each of `items` in the caller's task, and waits for all of them.
///
///Returns the outputs in the order of the items. The first error cancels the other calls, and is returned once all workers have stopped.
///
///# Errors
///
///Those of `f`, and the end of `ctx`.
///
///# Panics
///
///If a call of `f` panics, with its message, once all workers have stopped; and if there are no workers.
///
///# Cancellation safety
///
///Dropping the future stops the workers; finished outputs are lost.
///
///# Jobs
///
///If `ctx` carries a `taskward_jobs::Jobs`, the items are sent to the processes that serve `f_job`.
async fn f_all(
    ctx: &Context,
    items: impl ::core::iter::IntoIterator<Item = u8>,
) -> ::core::result::Result<::taskward::__private::Vec<u8>, Error> {
    let _ = (&ctx, &items);
    ::core::unreachable!("beside an error")
}
///[`f`](f) for a server: `jobs.serve(&ctx, [f_job(…)])` works on its items.
///
///The parameters are shared by all calls of this server.
fn f_job() -> ::taskward_jobs::Job {
    let _ = ();
    ::core::unreachable!("beside an error")
}