// Violations.

async fn full_paths(ctx: &Context) {
    tokio::spawn(work()).await; //~ detached_task
    tokio::task::spawn(work()); //~ detached_task
    ::tokio::task::spawn_local(work()); //~ detached_task
    tokio::task::spawn_blocking(|| ()); //~ detached_task
    std::thread::spawn(|| ()); //~ detached_task
}

async fn through_modules(ctx: &Context) {
    task::spawn(work()).await; //~ detached_task
    thread::spawn(|| ()); //~ detached_task
    Handle::current().spawn(work()).await; //~ detached_task
}

async fn imports(ctx: &Context) {
    use std::thread;
    use tokio::spawn as go;
    use tokio::task::{self as tasks, spawn_local};
    go(work()).await; //~ detached_task
    tasks::spawn(work()); //~ detached_task
    spawn_local(work()); //~ detached_task
    thread::spawn(|| ()); //~ detached_task
}

async fn glob(ctx: &Context) {
    use tokio::task::*;
    spawn(work()).await; //~ detached_task
    yield_now().await;
}

async fn renamed_by_let(ctx: &Context) {
    let spawn = tokio::spawn;
    spawn(work()).await; //~ detached_task
}

async fn as_a_value(ctx: &Context, jobs: Vec<Job>) {
    let handles: Vec<_> = jobs.into_iter().map(tokio::spawn).collect(); //~ detached_task
    join_all(handles).await;
}

async fn kept_handles(ctx: &Context) {
    let handle = tokio::spawn(work()); //~ detached_task
    let mut handles = vec![tokio::spawn(work())]; //~ detached_task
    handles.push(tokio::spawn(work())); //~ detached_task
    join!(handle, tokio::spawn(work())); //~ detached_task
}

async fn in_other_code(ctx: &Context) {
    let run = async { tokio::spawn(work()).await }; //~ detached_task
    let go = || tokio::spawn(work()); //~ detached_task
    if ready {
        for job in jobs {
            match job {
                Some(job) => drop(tokio::spawn(job.run())), //~ detached_task
                None => {}
            }
        }
    }
    run.await;
}

async fn in_macros(ctx: &Context) {
    tokio::select! {
        biased;
        done = tokio::spawn(work()) => drop(done), //~ detached_task
        () = other(), if ready => { tokio::spawn(work()); } //~ detached_task
        else => { tokio::spawn(work()); } //~ detached_task
    }
    println!("{:?}", tokio::spawn(work()).await); //~ detached_task
    tokio::try_join!(tokio::spawn(work()), other()); //~ detached_task
}

async fn handles_of_runtimes(ctx: &Context, workers: &tokio::runtime::Handle) {
    use tokio::runtime::Handle;
    let here = Handle::current();
    here.spawn(work()); //~ detached_task
    let there = Handle::try_current()?;
    there.spawn_blocking(|| ()); //~ detached_task
    workers.spawn(work()).await; //~ detached_task
    Handle::spawn(&here, work()); //~ detached_task
    Handle::try_current().unwrap().spawn(work()); //~ detached_task
    self.handle.spawn(work()); //~ detached_task
    self.runtime.spawn(work()); //~ detached_task
    self.rt.handle().spawn(work());
    rt.handle().spawn(work()); //~ detached_task
}

async fn builders(ctx: &Context) {
    tokio::task::Builder::new().name("worker").spawn(work())?.await; //~ detached_task
    std::thread::Builder::new().name("worker".into()).spawn(|| ())?; //~ detached_task
}

async fn in_a_task_of_its_own(ctx: &Context) {
    group.spawn(async move |ctx| { tokio::spawn(work()).await }); //~ detached_task
    let task = tokio::spawn(work()); //~ detached_task
    if late {
        task.abort();
    }
    group.join().await;
}

// Idioms.

async fn owners(ctx: &Context) {
    let group = TaskGroup::new(ctx);
    group.spawn(|ctx| async move { work(&ctx).await }).await?;
    TaskGroup::spawn(&group, |ctx| work(ctx));
    let mut set = JoinSet::new();
    set.spawn(work());
    set.spawn_on(work(), &tokio::runtime::Handle::current());
    set.spawn_blocking(|| ());
    JoinSet::spawn(&mut set, work());
    tokio::task::JoinSet::spawn(&mut set, work());
    self.tasks.spawn(work());
    self.tracker.spawn(work());
    group.join().await;
}

async fn scopes(ctx: &Context) {
    scope.spawn(work());
    nursery.spawn(work()).await;
    std::thread::Builder::new().spawn_scoped(scope, || ())?;
    let handle = JoinSet::new();
    handle.spawn(work());
    let local = tokio::task::LocalSet::new();
    local.spawn_local(work());
    local.run_until(work()).await;
}

async fn blocking_that_is_awaited(ctx: &Context) {
    tokio::task::spawn_blocking(|| ()).await?;
    timeout(LIMIT, tokio::task::spawn_blocking(|| ())).await??; //~ bare_timeout
    ctx.run(task::spawn_blocking(|| ())).await??;
    let (a, b) = tokio::join!(task::spawn_blocking(|| 1), task::spawn_blocking(|| 2));
    let mut work = tokio::task::spawn_blocking(|| ());
    loop {
        select! {
            done = &mut work => return done,
            () = tick() => {}
        }
    }
}

async fn blocking_through_a_handle(ctx: &Context) {
    self.runtime.spawn_blocking(|| ()).await?;
    Handle::current().spawn_blocking(|| ()).await?;
    tokio::task::Builder::new().name("worker").spawn_blocking(|| ())?.await?;
}

async fn a_runtime_of_its_own(ctx: &Context) {
    let rt = Runtime::new()?;
    rt.spawn(work());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.spawn(work());
    work().await;
}

async fn mocks(ctx: &Context) {
    let mut mock = task::spawn(work());
    assert_pending!(mock.poll());
    mock.await;
}

async fn blocking_with_limit(ctx: &Context) {
    let mut work = tokio::task::spawn_blocking(|| ());
    timeout(LIMIT, &mut work).await; //~ bare_timeout
}

async fn aborted_with_the_owner(ctx: &Context) {
    let handle = AbortOnDropHandle::new(tokio::spawn(work()));
    let other = tokio::spawn(work());
    let _guard = AbortOnDrop(other.abort_handle());
    handle.await;
    other.await;
}

async fn names_that_mean_something_else(ctx: &Context) {
    spawn(work());
    my::spawn(work());
    pool.spawn(work()).await;
    executor::spawn(work());
    std::process::Command::new("ls").spawn()?;
    actor.spawn();
}

async fn nested_items_are_their_own(ctx: &Context) {
    fn helper() {
        use tokio::spawn;
        spawn(work());
    }
    mod inner {
        use std::thread::spawn;
    }
    spawn(work());
    work().await;
}

async fn aborted_at_the_end(ctx: &Context) {
    let task = tokio::spawn(work());
    defer! {
        task.abort();
    }
    let other = tokio::spawn(work());
    scopeguard::defer!(other.abort());
    let guarded = scopeguard::guard(tokio::spawn(work()), |task| task.abort());
    let kept = tokio::spawn(work());
    let _guard = scopeguard::guard(kept.abort_handle(), |kept| kept.abort());
    work().await;
}

async fn of_ones_own_type(ctx: &Context, handle: Workers, runtime: &mut Engine) {
    handle.spawn(work()).await?;
    runtime.spawn(work()).await?;
    self.handle.spawn(1).await?;
    self.runtime.spawn(|ctx| work(ctx)).await?;
    let rt = engine.start()?;
    rt.spawn(work());
}
