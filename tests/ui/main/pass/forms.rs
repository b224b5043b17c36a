//! Every place for `#[taskward::main]`, every result, and every option.
#![deny(warnings)]

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use taskward::Context;

mod without_context {
    #[taskward::main]
    pub async fn main() {}
}

mod by_reference {
    #[taskward::main(flavor = "current_thread", grace = "1m 30s")]
    pub async fn main(ctx: &super::Context) -> Result<(), Box<dyn super::Error>> {
        Ok(ctx.check()?)
    }
}

mod unused {
    #[taskward::main(flavor = current_thread, grace = "0s")]
    pub async fn main(_ctx: super::Context) -> super::ExitCode {
        super::ExitCode::SUCCESS
    }
}

mod nameless {
    #[taskward::main(flavor = "multi_thread", worker_threads = 1)]
    pub async fn main(_: super::Context) -> anyhow::Result<super::ExitCode> {
        Ok(super::ExitCode::SUCCESS)
    }
}

mod opaque {
    #[taskward::main]
    pub async fn main(mut ctx: super::Context) -> impl std::process::Termination {
        ctx = ctx.with_timeout(super::Duration::from_secs(1));
        ctx.check().map_err(|why| why.to_string())
    }
}

mod never {
    #[taskward::main]
    #[allow(dead_code)]
    pub async fn main(ctx: super::Context) -> ! {
        ctx.cancelled().await;
        std::process::exit(0)
    }
}

type Alias = Context;
type Outcome<T = ()> = Result<T, String>;

mod aliases {
    #[taskward::main(grace = super::grace() * 2, worker_threads = super::THREADS)]
    pub async fn main(ctx: super::Alias) -> super::Outcome {
        let broken = async { Err::<u8, _>("broken") };
        match ctx.run(broken).await {
            Ok(result) => result?,
            Err(why) => return Err(why.to_string()),
        };
        Ok(())
    }
}

const THREADS: usize = 2;

fn grace() -> Duration {
    Duration::from_secs(1)
}

struct NoTermination(&'static str);

#[taskward::main(crate = taskward, allow(detached_task))]
async fn another_name(ctx: Context) -> NoTermination {
    tokio::spawn(async {});
    let name = "x".to_owned();
    assert_eq!(name, "x");
    NoTermination(if ctx.has_ended() { "ended" } else { "alive" })
}

struct App;

impl App {
    #[taskward::main]
    async fn start() -> Option<u8> {
        Some(tokio::spawn(async { 1 }).await.ok()?)
    }
}

macro_rules! make {
    ($name:ident, $ty:ty, $body:block, $grace:expr) => {
        #[taskward::main(grace = $grace)]
        async fn $name(_ctx: Context) -> $ty $body
    };
}

make!(
    made,
    Result<u8, String>,
    {
        let n: u8 = "7".parse().map_err(|_| "no number")?;
        Ok(n)
    },
    "5s"
);

#[taskward::main]
async fn main(ctx: Context) -> Result<(), Box<dyn Error + Send + Sync>> {
    // Code that other `main` functions contain.
    let config = std::fs::read_to_string("/nowhere").unwrap_or_default();
    let server = tokio::spawn(async move { config.len() });
    let mut others = vec![tokio::spawn(async { 1 })];
    others.push(tokio::spawn(async { 2 }));
    std::thread::spawn(|| {});
    tokio::task::spawn_blocking(|| {});
    if let Err(taskward::ContextError::Cancelled(_)) = ctx.check() {
        println!("stopped");
    }
    assert_eq!(server.await?, 0);
    for other in others {
        other.await?;
    }
    let blocking = std::thread::spawn(|| {
        without_context::main();
        by_reference::main();
        unused::main();
        nameless::main();
        opaque::main();
        aliases::main();
        assert_eq!(another_name().0, "alive");
        assert_eq!(App::start(), Some(1));
        assert_eq!(made(), Ok(7));
    });
    tokio::task::spawn_blocking(|| blocking.join().unwrap()).await?;
    Ok(())
}
