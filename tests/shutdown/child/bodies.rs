pub(crate) mod waits {
    use taskward::Context;

    #[taskward::main]
    pub(crate) async fn main(ctx: Context) {
        crate::ready();
        println!("{}", ctx.cancelled().await);
    }
}

pub(crate) mod waits_on_one_thread {
    use taskward::Context;

    #[taskward::main(flavor = "current_thread")]
    pub(crate) async fn main(ctx: &Context) {
        crate::ready();
        println!("{}", ctx.cancelled().await);
    }
}

pub(crate) mod cleans_up {
    use std::time::Duration;

    use taskward::Context;

    #[taskward::main(grace = "1h", worker_threads = 1)]
    pub(crate) async fn main(ctx: Context) -> Result<(), taskward::ContextError> {
        crate::ready();
        ctx.cancelled().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        println!("cleaned up");
        Ok(())
    }
}

pub(crate) mod never_ends {
    #[taskward::main(grace = "1h")]
    pub(crate) async fn main(ctx: taskward::Context) {
        crate::ready();
        println!("{}", ctx.cancelled().await);
        std::future::pending::<()>().await;
    }
}

pub(crate) mod has_no_grace {
    #[taskward::main(grace = "0s")]
    pub(crate) async fn main() {
        crate::ready();
        std::future::pending::<()>().await;
    }
}

pub(crate) mod knows_the_current_context {
    use taskward::Context;

    #[taskward::main]
    pub(crate) async fn main() {
        let ctx = Context::current();
        crate::ready();
        println!("{}", ctx.cancelled().await);
    }
}

pub(crate) mod panics {
    #[taskward::main]
    pub(crate) async fn main(_ctx: taskward::Context) {
        tokio::task::yield_now().await;
        panic!("out of luck");
    }
}

/// Returns the output of its body, unless there is a signal.
#[taskward::main(worker_threads = threads())]
pub(crate) async fn called_otherwise(ctx: taskward::Context) -> u8 {
    crate::ready();
    let mut line = String::new();
    let reading = tokio::task::spawn_blocking(move || std::io::stdin().read_line(&mut line));
    match ctx.run(reading).await {
        Ok(_) => 7,
        Err(why) => {
            println!("{why}");
            8
        }
    }
}

fn threads() -> usize {
    2
}
