use std::thread;

use taskward::Context;

/// Blocks until the end of the process.
fn block() {
    loop {
        thread::park();
    }
}

pub(crate) mod blocks_its_thread {
    #[taskward::main(flavor = "current_thread", grace = "100ms")]
    pub(crate) async fn main() {
        crate::ready();
        super::block();
    }
}

pub(crate) mod blocks_for_long {
    use super::Context;

    #[taskward::main(flavor = "current_thread", grace = "1h")]
    pub(crate) async fn main(ctx: Context) {
        ctx.on_cancel(|why| println!("{why}")).forget();
        crate::ready();
        super::block();
    }
}

pub(crate) mod leaves_a_blocked_thread {
    #[taskward::main(grace = "100ms")]
    pub(crate) async fn main() {
        let (started, starting) = tokio::sync::oneshot::channel();
        tokio::task::spawn_blocking(|| {
            started.send(()).unwrap();
            super::block();
        });
        starting.await.unwrap();
    }
}

pub(crate) mod stops_beside_a_blocked_thread {
    use super::Context;

    #[taskward::main(grace = "100ms")]
    pub(crate) async fn main(ctx: Context) {
        let blocked = tokio::task::spawn_blocking(super::block);
        crate::ready();
        _ = ctx.run(blocked).await;
    }
}

pub(crate) mod leaves_a_task_that_blocks {
    use super::Context;

    #[taskward::main(flavor = "current_thread", grace = "100ms", allow(dropped_canceller))]
    pub(crate) async fn main(ctx: Context) {
        let group = taskward::TaskGroup::<()>::new(&ctx);
        _ = group.spawn(|ctx| async move {
            let blocks = async {
                ctx.cancelled().await;
                super::block();
            };
            ctx.shield(blocks).await;
        });
        tokio::task::yield_now().await;
        std::mem::forget(group);
    }
}

pub(crate) mod has_a_hook_that_blocks {
    use super::Context;

    #[taskward::main(grace = "1h")]
    pub(crate) async fn main(ctx: Context) {
        let _hook = ctx.on_cancel(|why| {
            println!("{why}");
            super::block();
        });
        crate::ready();
        std::future::pending::<()>().await;
    }
}

pub(crate) mod blocks_standard_error {
    #[taskward::main(flavor = "current_thread", grace = "100ms")]
    pub(crate) async fn main() {
        let _lock = std::io::stderr().lock();
        crate::ready();
        super::block();
    }
}

pub(crate) mod waits_for_standard_input {
    use super::Context;
    use tokio::io::{AsyncBufReadExt, BufReader, stdin};

    #[taskward::main(grace = "1h")]
    pub(crate) async fn main(ctx: Context) {
        let mut lines = BufReader::new(stdin()).lines();
        crate::ready();
        _ = ctx.run(lines.next_line()).await;
    }
}
