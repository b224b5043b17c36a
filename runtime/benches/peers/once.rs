//! The cost of reading an initialized value.

use std::hint::black_box;
use std::sync::OnceLock;

use taskward::{Context, ContextError, Once, cancellable, once};
use tokio::sync::OnceCell;

use crate::harness::{Effort, contestant, drive, medians, rows, waker};

#[once]
fn plain() -> &'static u64 {
    black_box(7)
}

#[once]
async fn in_static() -> Result<&'static u64, ContextError> {
    Ok(black_box(7))
}

#[cancellable(allow(no_await))]
#[once]
async fn cancelled(_ctx: &Context) -> Result<&'static u64, ContextError> {
    Ok(black_box(7))
}

#[derive(Default)]
struct Object {
    value: Once<u64, ContextError>,
}

impl Object {
    #[once(self.value)]
    async fn value(&self) -> Result<&u64, ContextError> {
        Ok(black_box(7))
    }
}

static LOCK: OnceLock<u64> = OnceLock::new();
static CELL: OnceCell<u64> = OnceCell::const_new();

fn lock() -> &'static u64 {
    LOCK.get().unwrap()
}

/// The equivalent for a value that may not be initialized yet.
fn lock_or_init() -> &'static u64 {
    LOCK.get_or_init(|| black_box(7))
}

async fn cell() -> Result<&'static u64, ContextError> {
    Ok(CELL.get().unwrap())
}

/// The async equivalent for a value that may not be initialized yet.
async fn cell_or_slow() -> Result<&'static u64, ContextError> {
    match CELL.get() {
        Some(value) => Ok(value),
        None => CELL.get_or_try_init(|| async { Ok(black_box(7)) }).await,
    }
}

async fn cell_or_init() -> Result<&'static u64, ContextError> {
    CELL.get_or_try_init(|| async { Ok(black_box(7)) }).await
}

/// Reads a number of times.
macro_rules! repeat {
    ($call:expr) => {
        |times| {
            for _ in 0..times {
                black_box($call);
            }
        }
    };
}

pub(crate) fn made(effort: Effort) {
    let waker = waker();
    let (ctx, _canceller) = Context::background().with_cancel();
    let object = Object::default();
    lock_or_init();
    plain();
    drive(&waker, async { tokio::join!(cell_or_init(), in_static(), cancelled(&ctx), object.value()) }).0.unwrap();

    let mut contestants = [
        contestant("`std::sync::OnceLock::get`", repeat!(lock())),
        contestant("`OnceLock::get_or_init`", repeat!(lock_or_init())),
        contestant("`#[once]` on a plain `fn`", repeat!(plain())),
    ];
    let figures = medians(effort.rounds, effort.calls, &mut contestants);
    rows("(j) a value that exists: plain functions", &contestants, &figures);

    let mut contestants = [
        contestant("`tokio::sync::OnceCell::get` in an `async fn`", repeat!(drive(&waker, cell()).unwrap())),
        contestant("`OnceCell::get`, or else `get_or_try_init`", repeat!(drive(&waker, cell_or_slow()).unwrap())),
        contestant("`OnceCell::get_or_try_init`", repeat!(drive(&waker, cell_or_init()).unwrap())),
        contestant("`#[once]` on an `async fn`", repeat!(drive(&waker, in_static()).unwrap())),
        contestant("`#[once(self.value)]`", repeat!(drive(&waker, black_box(&object).value()).unwrap())),
        contestant("`#[cancellable] #[once]`", repeat!(drive(&waker, cancelled(&ctx)).unwrap())),
    ];
    let figures = medians(effort.rounds, effort.calls, &mut contestants);
    rows("(j) the same: async functions", &contestants, &figures);
}
