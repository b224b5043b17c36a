//! Idiomatic code that no rule reports.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use taskward::{Context, ContextError, cancellable};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{interval, sleep};

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Join(#[from] tokio::task::JoinError),
    #[error(transparent)]
    Interrupted(#[from] ContextError),
}

async fn step(ctx: &Context) -> Result<u8, ContextError> {
    ctx.checkpoint().await?;
    Ok(1)
}

#[cancellable]
async fn loops(ctx: &Context, queue: &mut Receiver<u8>, numbers: &[u64]) -> Result<u64, Error> {
    let mut sum = 0;
    loop {
        let Some(item) = queue.recv().await else { break };
        sum += u64::from(item);
    }
    for number in numbers {
        sum += number;
        ctx.check()?;
    }
    let mut n = sum;
    loop {
        n /= 2;
        if n == 0 {
            break;
        }
    }
    while let Ok(item) = queue.try_recv() {
        sum += u64::from(item);
    }
    'outer: loop {
        loop {
            n += 1;
            if n > 10 {
                break 'outer;
            }
        }
    }
    let mut tick = interval(Duration::from_secs(1));
    while sum < 10 {
        tick.tick().await;
        sum += u64::from(step(ctx).await?);
    }
    loop {
        tokio::select! {
            item = queue.recv() => match item {
                Some(item) => sum += u64::from(item),
                None => return Ok(sum),
            },
            () = sleep(Duration::from_secs(1)) => tracing::info!(%sum, "still here"),
        }
    }
}

#[cancellable]
async fn owned_tasks(ctx: &Context) -> Result<u8, Error> {
    let mut tasks = JoinSet::new();
    for _ in 0..3 {
        let ctx = ctx.clone();
        tasks.spawn(async move { step(&ctx).await });
    }
    let mut sum = 0;
    while let Some(done) = tasks.join_next().await {
        sum += done??;
    }
    let text = spawn_blocking(|| std::fs::read_to_string("Cargo.toml")).await??;
    let other = tokio::task::spawn_blocking(|| std::fs::metadata(".")).await;
    let _ = other?;
    let file = tokio::fs::read("Cargo.toml").await?;
    let state = Arc::new((Mutex::new(true), Condvar::new()));
    let waits = move || drop(state.1.wait_while(state.0.lock().unwrap(), |ready| !*ready));
    spawn_blocking(waits).await?;
    Ok(sum + u8::try_from(text.len() + file.len()).unwrap_or(1))
}

// False alarms found in other crates.
#[cancellable]
async fn regressions(ctx: &Context, fork: &tokio::sync::Mutex<u8>) -> Result<(), Error> {
    use tokio_util::task::AbortOnDropHandle;

    struct AbortOnDrop(tokio::task::AbortHandle);
    impl Drop for AbortOnDrop {
        fn drop(&mut self) {
            self.0.abort();
        }
    }

    let stream = {
        use std::net::TcpStream as Blocking;
        type _Unused = Blocking;
        use tokio::net::TcpStream;
        TcpStream::connect("localhost:1").await
    };
    drop(stream);
    let handle = tokio::spawn(async {});
    let owned = AbortOnDropHandle::new(handle);
    let direct = AbortOnDropHandle::new(tokio::spawn(async {}));
    let operation = spawn_blocking(|| 1);
    operation.await?;
    let other = tokio::spawn(async {});
    let _guard = AbortOnDrop(other.abort_handle());
    other.await?;
    struct Upstream(tokio::task::JoinHandle<()>);
    impl Drop for Upstream {
        fn drop(&mut self) {
            self.0.abort();
        }
    }
    let _upstream = Upstream(tokio::spawn(async {}));
    let mut mock = task::spawn(async {});
    assert!(mock.poll());
    let _how = std::fs::OpenOptions::new().read(true);
    drop((owned, direct));
    let picking_up = fork.lock();
    tokio::pin!(picking_up);
    ctx.checkpoint().await?;
    drop(picking_up.await);
    Ok(())
}

#[cancellable]
async fn locks(ctx: &Context, list: &Mutex<Vec<u8>>, shared: &tokio::sync::Mutex<u8>) -> Result<u8, ContextError> {
    {
        let mut guard = list.lock().unwrap();
        guard.push(1);
    }
    ctx.checkpoint().await?;
    let guard = list.lock().unwrap();
    let length = guard.len();
    drop(guard);
    ctx.checkpoint().await?;
    let popped = list.lock().unwrap().pop();
    if let Some(popped) = popped {
        ctx.checkpoint().await?;
        return Ok(popped);
    }
    let mut held = shared.lock().await;
    ctx.checkpoint().await?;
    *held += u8::try_from(length).unwrap_or(0);
    Ok(*held)
}

#[cancellable]
async fn passes_on(ctx: &Context) -> Result<u8, Error> {
    match step(ctx).await {
        Ok(n) => Ok(n),
        Err(why @ ContextError::Cancelled(_)) => {
            println!("stopping: {why}");
            Err(why.into())
        }
        Err(ContextError::DeadlineExceeded(late)) => {
            println!("late: {late}");
            Ok(0)
        }
        Err(why) => Err(why.into()),
    }
}

#[cancellable]
async fn children(ctx: &Context, ready: Arc<AtomicBool>) -> Result<(), Error> {
    for name in ["a", "b"] {
        let ctx = ctx.with_value(name);
        let (child, _canceller) = ctx.with_cancel();
        step(&child).await?;
    }
    let cleanup = ctx.detach().with_timeout(Duration::from_secs(1));
    step(&cleanup).await?;
    let (sender, _receiver) = mpsc::channel::<u8>(8);
    while !ready.load(Ordering::Acquire) {
        step(ctx).await?;
        sleep(Duration::from_millis(1)).await;
    }
    drop(sender);
    Ok(())
}

#[cancellable]
async fn reads(ctx: &Context, mut input: impl AsyncRead + Unpin, stop: &mut Receiver<()>) -> Result<usize, Error> {
    let mut frame = [0; 16];
    input.read_exact(&mut frame).await?;
    let mut buffer = Vec::new();
    let whole = input.read_to_end(&mut buffer);
    tokio::pin!(whole);
    loop {
        ctx.check()?;
        tokio::select! {
            read = &mut whole => return Ok(read?),
            _ = stop.recv() => {}
        }
    }
}

/// As in `tokio_test`.
mod task {
    pub struct Mock;

    impl Mock {
        pub fn poll(&mut self) -> bool {
            true
        }
    }

    pub fn spawn<F>(_: F) -> Mock {
        Mock
    }
}

/// None awaits, but each checks its context or passes it to a check.
#[cancellable]
async fn looks(ctx: &Context, items: &[u64]) -> Result<u64, ContextError> {
    let mut sum = 0;
    for item in items {
        ctx.check()?;
        sum += item;
    }
    Ok(sum)
}

#[cancellable]
async fn lets_look(ctx: &Context, items: &[u64]) -> Result<u64, ContextError> {
    fn sum(ctx: &Context, items: &[u64]) -> Result<u64, ContextError> {
        ctx.check()?;
        Ok(items.iter().sum())
    }
    sum(ctx, items)
}

#[cancellable]
async fn not_supported(ctx: &Context) -> Result<u64, ContextError> {
    panic!("not supported here")
}

#[cancellable]
async fn empty(ctx: &Context) {}

type Ctx = Context;

#[cancellable]
async fn alias(ctx: &Ctx) -> Result<u64, ContextError> {
    fn sum(ctx: &Context) -> Result<u64, ContextError> {
        ctx.check()?;
        Ok(1)
    }
    sum(ctx)
}

fn main() {
    let ctx = Context::background();
    let (_sender, mut queue) = mpsc::channel(1);
    let (_stop, mut stop) = mpsc::channel(1);
    drop(regressions(&ctx, &tokio::sync::Mutex::new(1)));
    drop((loops(&ctx, &mut queue, &[1]), owned_tasks(&ctx), passes_on(&ctx)));
    drop((looks(&ctx, &[]), lets_look(&ctx, &[]), not_supported(&ctx), empty(&ctx), alias(&ctx)));
    drop(locks(&ctx, &Mutex::new(Vec::new()), &tokio::sync::Mutex::new(1)));
    drop((children(&ctx, Arc::default()), reads(&ctx, tokio::io::empty(), &mut stop)));
}
