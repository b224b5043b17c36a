//! Many calls under one context: nested, on two threads, alive at once; and checks of a context.

use std::any::TypeId;
use std::collections::HashMap;
use std::hint::black_box;
use std::pin::Pin;
use std::task::Context as Task;
use std::time::{Duration, Instant};

use taskward::{Context, ContextError, cancellable, with_timeout};
use tokio_util::sync::CancellationToken;

use crate::harness::{Contestant, Effort, PendingOnce, contestant, drive, medians, rows, timed, waker};

type Answer = Result<(), ContextError>;

#[cancellable]
async fn pending(_ctx: &Context) -> Answer {
    PendingOnce::default().await;
    Ok(())
}

#[with_timeout("5s")]
async fn limited(_ctx: &Context) -> Answer {
    PendingOnce::default().await;
    Ok(())
}

async fn until_cancelled(token: &CancellationToken) -> Option<()> {
    token.run_until_cancelled(PendingOnce::default()).await
}

async fn timeout() -> Option<()> {
    tokio::time::timeout(Duration::from_secs(5), PendingOnce::default()).await.ok()
}

macro_rules! nested {
    ($name:ident, $below:ident) => {
        #[cancellable]
        async fn $name(ctx: &Context) -> Answer {
            $below(ctx).await
        }
    };
}

nested!(two, pending);
nested!(three, two);
nested!(four, three);
nested!(five, four);
nested!(six, five);
nested!(seven, six);
nested!(eight, seven);
nested!(nine, eight);
nested!(ten, nine);

pub(crate) fn depth(effort: Effort) {
    let waker = waker();
    let (ctx, _canceller) = Context::background().with_cancel();
    let mut contestants = [
        contestant("one `#[cancellable]` call", |times| (0..times).for_each(|_| drive(&waker, pending(&ctx)).unwrap())),
        contestant("ten, one in another", |times| (0..times).for_each(|_| drive(&waker, ten(&ctx)).unwrap())),
    ];
    let figures = medians(effort.rounds, effort.calls, &mut contestants);
    rows("nested calls, pending once", &contestants, &figures);
}

/// Returns the time of the slowest of several threads that do the same.
fn on_threads(threads: usize, times: u32, run: impl Fn(u32) + Sync) -> Duration {
    let barrier = std::sync::Barrier::new(threads);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    let start = Instant::now();
                    run(times);
                    start.elapsed()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).max().unwrap_or_default()
    })
}

pub(crate) fn one_and_two<'a>(name: [&'static str; 2], run: impl Fn(u32) + Sync + Copy + 'a) -> [Contestant<'a>; 2] {
    [timed(name[0], move |times| on_threads(1, times, run)), timed(name[1], move |times| on_threads(2, times, run))]
}

pub(crate) fn threads(effort: Effort) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let handle = runtime.handle();
    let (ctx, _canceller) = Context::background().with_cancel();
    let token = CancellationToken::new();
    let repeat = |times: u32, call: &dyn Fn(&std::task::Waker)| {
        let (_runtime, waker) = (handle.enter(), waker());
        (0..times).for_each(|_| call(&waker));
    };
    let cancellable = |times| repeat(times, &|waker| drive(waker, pending(&ctx)).unwrap());
    let until = |times| repeat(times, &|waker| drive(waker, until_cancelled(&token)).unwrap());
    let with_timeout = |times| repeat(times, &|waker| drive(waker, limited(&ctx)).unwrap());
    let tokios = |times| repeat(times, &|waker| drive(waker, timeout()).unwrap());
    let mut contestants: Vec<Contestant<'_>> = Vec::new();
    contestants.extend(one_and_two(["`#[cancellable]`, one thread", "two threads"], cancellable));
    contestants.extend(one_and_two(["`run_until_cancelled`, one thread", "two threads"], until));
    contestants.extend(one_and_two(["`#[with_timeout]` with a context, one thread", "two threads"], with_timeout));
    contestants.extend(one_and_two(["`tokio::time::timeout`, one thread", "two threads"], tokios));
    let figures = medians(effort.rounds.min(15), effort.calls, &mut contestants);
    rows("a call under one shared context, pending once", &contestants, &figures);
}

/// Polls a number of calls once, and drops them. Returns both durations.
fn alive<F: Future>(times: u32, call: impl Fn() -> F) -> (Duration, Duration) {
    let waker = waker();
    let start = Instant::now();
    let calls: Vec<Pin<Box<F>>> = (0..times)
        .map(|_| {
            let mut call = Box::pin(call());
            assert!(call.as_mut().poll(&mut Task::from_waker(&waker)).is_pending());
            call
        })
        .collect();
    let made = start.elapsed();
    drop(calls);
    (made, start.elapsed().saturating_sub(made))
}

pub(crate) fn live(effort: Effort) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _runtime = runtime.enter();
    let (ctx, _canceller) = Context::background().with_cancel();
    for (title, times) in [
        ("1,000 limited calls alive: each made and suspended, each dropped", 1_000),
        ("the same, 1,000,000", effort.items),
    ] {
        let mut contestants = [
            timed("`tokio::time::timeout`: made", |times| alive(times, timeout).0),
            timed("`#[with_timeout]` with a context: made", |times| alive(times, || limited(&ctx)).0),
        ];
        let figures = medians(effort.rounds.min(5), times, &mut contestants);
        rows(title, &contestants, &figures);
        let mut contestants = [
            timed("`tokio::time::timeout`: dropped", |times| alive(times, timeout).1),
            timed("`#[with_timeout]` with a context: dropped", |times| alive(times, || limited(&ctx)).1),
        ];
        let figures = medians(effort.rounds.min(5), times, &mut contestants);
        rows("dropped", &contestants, &figures);
    }
}

struct Value(usize);

pub(crate) fn looks(effort: Effort) {
    let token = CancellationToken::new();
    let (ctx, _canceller) = Context::background().with_cancel();
    let limited = ctx.with_timeout(Duration::from_secs(3600));
    let mut contestants = [
        contestant("`CancellationToken::is_cancelled`", |times| {
            (0..times).for_each(|_| assert!(!black_box(&token).is_cancelled()));
        }),
        contestant("`Context::check`", |times| (0..times).for_each(|_| black_box(&ctx).check().unwrap())),
        contestant("`Context::check` with a deadline", |times| {
            (0..times).for_each(|_| black_box(&limited).check().unwrap());
        }),
    ];
    let figures = medians(effort.rounds, effort.calls, &mut contestants);
    rows("checking a context", &contestants, &figures);

    let mut deep = Context::background().with_value(Value(7)).with_value(1_u8).with_value("x");
    for depth in 0..100_usize {
        deep = deep.with_value(depth).with_timeout(Duration::from_secs(3600));
    }
    let map: HashMap<TypeId, Box<dyn std::any::Any>> = HashMap::from([
        (TypeId::of::<Value>(), Box::new(Value(7)) as Box<dyn std::any::Any>),
        (TypeId::of::<u8>(), Box::new(1_u8)),
        (TypeId::of::<&str>(), Box::new("x")),
        (TypeId::of::<usize>(), Box::new(99_usize)),
    ]);
    let mut contestants = [
        contestant("a `HashMap` by type", |times| {
            for _ in 0..times {
                let value = black_box(&map).get(&TypeId::of::<Value>()).and_then(|value| value.downcast_ref());
                assert!(value.is_some_and(|value: &Value| value.0 == 7));
            }
        }),
        contestant("`Context::value` at depth 100", |times| {
            for _ in 0..times {
                assert!(black_box(&deep).value::<Value>().is_some_and(|value| value.0 == 7));
            }
        }),
    ];
    let figures = medians(effort.rounds, effort.calls, &mut contestants);
    rows("a value", &contestants, &figures);
}
