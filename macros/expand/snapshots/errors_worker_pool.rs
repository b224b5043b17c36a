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
async fn f_all(
    ctx: &Context,
    items: impl ::core::iter::IntoIterator<Item = u8>,
) -> ::core::result::Result<::taskward::__private::Vec<u8>, Error> {
    let _ = (&ctx, &items);
    ::core::unreachable!("beside an error")
}
///Returns [`f`](f) as a job for a server: `jobs.serve(&ctx, [f_job(…)])` runs its items.
///
///All calls of this server share the parameters.
fn f_job() -> ::taskward_jobs::Job {
    let _ = ();
    ::core::unreachable!("beside an error")
}