use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use taskward::{Context, TaskGroup};
use tokio::sync::{Barrier, oneshot};

/// Two tasks that have started and hold a shield forever; the first one has a name.
async fn stubborn(ctx: &Context) -> TaskGroup<()> {
    let (group, started) = (TaskGroup::new(ctx), Arc::new(Barrier::new(3)));
    let all = started.clone();
    _ = group.spawn_named("stubborn", |ctx| stay(ctx, all));
    let all = started.clone();
    _ = group.spawn(|ctx| stay(ctx, all));
    started.wait().await;
    group
}

async fn stay(ctx: Context, started: Arc<Barrier>) {
    let stays = async {
        started.wait().await;
        pending::<()>().await;
    };
    ctx.shield(stays).await;
}

/// A task that has started, and takes a moment to end.
async fn cleaning_up(ctx: &Context) -> TaskGroup<()> {
    let group = TaskGroup::new(ctx).grace(Duration::from_secs(60));
    let (started, starting) = oneshot::channel();
    _ = group.spawn(|ctx| async move {
        started.send(()).unwrap();
        let why = ctx.cancelled().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        println!("cleaned up: {why}");
    });
    starting.await.unwrap();
    group
}

pub(crate) mod leaves_tasks {
    use super::{Context, pending, stubborn};

    #[taskward::main(grace = "50ms")]
    pub(crate) async fn main(ctx: Context) {
        let _unowned = [tokio::spawn(pending::<()>()), tokio::spawn(pending())];
        let group = stubborn(&ctx).await;
        crate::ready();
        group.join().await;
    }
}

pub(crate) mod returns_before_stubborn_tasks {
    use super::{Context, stubborn};

    #[taskward::main(grace = "50ms")]
    pub(crate) async fn main(ctx: Context) {
        std::mem::forget(stubborn(&ctx).await);
    }
}

pub(crate) mod returns_before_its_tasks {
    use super::{Context, cleaning_up};

    #[taskward::main(grace = "1h", allow(detached_task))]
    pub(crate) async fn main(ctx: Context) {
        let group = cleaning_up(&ctx).await;
        tokio::spawn(async move { group.join().await });
    }
}

pub(crate) mod panics_beside_its_tasks {
    use super::{Context, cleaning_up};

    #[taskward::main(grace = "1h", flavor = "current_thread", allow(detached_task))]
    pub(crate) async fn main(ctx: Context) {
        let group = cleaning_up(&ctx).await;
        tokio::spawn(async move { group.join().await });
        panic!("out of luck");
    }
}

pub(crate) mod is_cut_by_its_group {
    use std::time::Duration;

    use super::{Context, pending};

    #[taskward::main(grace = "1h", exit_code = clean)]
    pub(crate) async fn main(ctx: Context) {
        let group = taskward::TaskGroup::<()>::new(&ctx).name("jobs").grace(Duration::from_millis(20));
        let (started, starting) = tokio::sync::oneshot::channel();
        let job = |_| async move {
            started.send(()).unwrap();
            pending::<()>().await;
        };
        _ = group.spawn_named("slow", job);
        starting.await.unwrap();
        crate::ready();
        group.join().await;
    }
}

pub(crate) mod stops_cleanly {
    use super::{Context, cleaning_up};

    #[taskward::main(grace = "1h", exit_code = clean)]
    pub(crate) async fn main(ctx: Context) -> Result<(), taskward::ContextError> {
        let group = cleaning_up(&ctx).await;
        crate::ready();
        group.join().await;
        ctx.check()
    }
}

pub(crate) mod does_not_stop_cleanly {
    use super::{Context, stubborn};

    #[taskward::main(grace = "50ms", exit_code = clean)]
    pub(crate) async fn main(ctx: Context) {
        let group = stubborn(&ctx).await;
        crate::ready();
        group.join().await;
    }
}

pub(crate) mod joins_its_tasks {
    use super::{Context, cleaning_up};

    #[taskward::main(grace = "1h")]
    pub(crate) async fn main(ctx: Context) {
        let group = cleaning_up(&ctx).await;
        crate::ready();
        group.join().await;
    }
}

pub(crate) mod tells_who_is_alive {
    use super::{Context, pending, stubborn};

    #[taskward::main(grace = "0s")]
    pub(crate) async fn main(ctx: Context) {
        let _unowned = [tokio::spawn(pending::<()>())];
        let connections = taskward::TaskGroup::<()>::new(&ctx).name("connections");
        for _ in 0..3 {
            _ = connections.spawn(|ctx| async move { _ = ctx.cancelled().await });
        }
        let group = stubborn(&ctx).await;
        group.cancel();
        crate::ready();
        _ = ctx.cancelled().await;
    }
}
