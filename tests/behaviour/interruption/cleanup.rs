//! The examples of the page `cleanup`, interrupted at every suspension: their work happens
//! completely or not at all.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

use taskward::{Context, ContextError, cancellable, defer};
use tokio::task::yield_now;

use super::each::{cancel_at_each_suspension, drop_at_each_suspension};

/// A database that suspends in each call, like a real one.
#[derive(Default)]
struct Db {
    rows: RefCell<Vec<u32>>,
    open: Cell<u32>,
    rolled_back: Cell<u32>,
}

struct Transaction<'db> {
    db: &'db Db,
    rows: Vec<u32>,
}

impl Db {
    async fn begin(&self) -> Transaction<'_> {
        yield_now().await;
        self.open.set(self.open.get() + 1);
        Transaction { db: self, rows: Vec::new() }
    }

    fn is_consistent(&self, rows: usize) -> bool {
        self.open.get() == 0 && (self.rows.borrow().is_empty() || self.rows.borrow().len() == rows)
    }
}

impl Transaction<'_> {
    async fn insert(&mut self, row: u32) {
        yield_now().await;
        self.rows.push(row);
    }

    async fn commit(self) {
        for row in self.rows {
            yield_now().await;
            self.db.rows.borrow_mut().push(row);
        }
        self.db.open.set(self.db.open.get() - 1);
    }

    async fn rollback(self) {
        yield_now().await;
        yield_now().await;
        self.db.rolled_back.set(self.db.rolled_back.get() + 1);
        self.db.open.set(self.db.open.get() - 1);
    }
}

#[cancellable]
async fn insert_all(ctx: &Context, transaction: &mut Transaction<'_>, rows: &[u32]) -> Result<(), ContextError> {
    for row in rows {
        transaction.insert(*row).await;
    }
    Ok(())
}

/// Calls with `ctx` are interrupted; the rest of the body may run on for two seconds.
#[cancellable(grace = "2s")]
async fn with_grace(ctx: &Context, db: &Db, rows: &[u32]) -> Result<(), ContextError> {
    let mut transaction = db.begin().await;
    let inserted = insert_all(ctx, &mut transaction, rows).await;
    match inserted {
        Ok(()) => transaction.commit().await,
        Err(_) => transaction.rollback().await,
    }
    inserted
}

/// Does the work in a function without a grace.
#[cancellable]
async fn with_shield(ctx: &Context, db: &Db, rows: &[u32]) -> Result<(), ContextError> {
    let work = async {
        let mut transaction = db.begin().await;
        let inserted = insert_all(ctx, &mut transaction, rows).await;
        match inserted {
            Ok(()) => transaction.commit().await,
            Err(_) => transaction.rollback().await,
        }
        inserted
    };
    let inserted = ctx.shield(work).await;
    yield_now().await;
    inserted
}

#[cancellable]
async fn caller(ctx: &Context, db: &Db, rows: &[u32]) -> Result<(), ContextError> {
    with_grace(ctx, db, rows).await?;
    yield_now().await;
    Ok(())
}

#[crate::watched::test(start_paused = true)]
async fn a_transaction_is_committed_or_rolled_back_wherever_the_call_is_cancelled() {
    type Call =
        for<'a> fn(&'a Context, &'a Db, &'a [u32]) -> futures::future::LocalBoxFuture<'a, Result<(), ContextError>>;
    let calls: [Call; 3] = [
        |ctx, db, rows| Box::pin(with_grace(ctx, db, rows)),
        |ctx, db, rows| Box::pin(with_shield(ctx, db, rows)),
        |ctx, db, rows| Box::pin(caller(ctx, db, rows)),
    ];
    for (which, call) in calls.into_iter().enumerate() {
        let rolled_back = Cell::new(0);
        let total = cancel_at_each_suspension(
            |ctx| async move {
                let db = Db::default();
                let result = ctx.run(call(&ctx, &db, &[1, 2, 3])).await;
                (db, result)
            },
            |(db, result)| {
                assert!(db.is_consistent(3), "call {which}");
                rolled_back.set(rolled_back.get() + db.rolled_back.get());
                // Committed work may still be reported as interrupted, if the context ended
                // afterwards; never the other way round.
                assert!(!matches!(result, Ok(Ok(()))) || db.rows.borrow().len() == 3);
            },
        )
        .await;
        assert!(total >= 7 && rolled_back.get() >= 3, "call {which}: {total}, {}", rolled_back.get());
    }
}

#[crate::watched::test(start_paused = true)]
async fn joined_and_selected_shields_are_not_interrupted() {
    cancel_at_each_suspension(
        |ctx| async move {
            let dbs = [const { None::<Db> }; 3].map(Option::unwrap_or_default);
            let rows = &[1, 2, 3];
            let done = ctx
                .run(async {
                    let (first, second) =
                        tokio::join!(with_shield(&ctx, &dbs[0], rows), with_grace(&ctx, &dbs[1], rows));
                    tokio::select! {
                        biased;
                        third = caller(&ctx, &dbs[2], rows) => first.and(second).and(third),
                        () = std::future::pending() => Ok(()),
                    }
                })
                .await;
            (dbs, done)
        },
        |(dbs, _)| assert!(dbs.iter().all(|db| db.is_consistent(3))),
    )
    .await;
}

fn temporary() -> PathBuf {
    static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    std::env::temp_dir().join(format!("taskward-cleanup-{}-{number}", std::process::id()))
}

#[cancellable]
async fn fill(ctx: &Context, path: &Path) -> std::io::Result<usize> {
    for part in [&b"half "[..], b"a page"] {
        // Without the shield, the write would go on in a thread of Tokio, possibly after the
        // removal.
        ctx.shield(tokio::fs::write(path, part)).await?;
        // The file system may complete the write in the first poll.
        yield_now().await;
    }
    Ok(tokio::fs::read(path).await?.len())
}

#[cancellable(grace = "2s")]
async fn through_a_file(ctx: &Context, path: &Path) -> std::io::Result<usize> {
    let filled = fill(ctx, path).await;
    match tokio::fs::remove_file(path).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => filled,
    }
}

#[crate::watched::test(start_paused = true)]
async fn a_temporary_file_is_gone_wherever_the_call_is_cancelled() {
    let total = cancel_at_each_suspension(
        |ctx| async move {
            let path = temporary();
            let result = ctx.run(through_a_file(&ctx, &path)).await;
            (path, result)
        },
        |(path, _)| assert!(!path.exists(), "{}", path.display()),
    )
    .await;
    assert!(total >= 2, "{total}");
}

/// If the caller drops the whole call, only `defer!` still runs.
#[crate::watched::test]
async fn deferred_code_runs_wherever_the_call_is_dropped() {
    let open = &Cell::new(0);
    let scenario = |ctx: Context| async move {
        ctx.run(async {
            for _ in 0..3 {
                open.set(open.get() + 1);
                defer! { open.set(open.get() - 1) }
                yield_now().await;
                assert_eq!(open.get(), 1, "of each iteration");
            }
        })
        .await
    };
    drop_at_each_suspension(scenario, || assert_eq!(open.get(), 0)).await;
    cancel_at_each_suspension(scenario, |_| assert_eq!(open.get(), 0)).await;
}
