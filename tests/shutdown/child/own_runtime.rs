use std::io::stdin;
use std::process::ExitCode;
use std::thread;

use taskward::{Shutdown, Signal, Stopped};
use tokio::runtime::{Builder, Runtime};

/// Is ready only after it has read a line.
pub(crate) fn starts() -> Stopped<()> {
    let shutdown = Shutdown::new();
    crate::ready();
    stdin().read_line(&mut String::new()).unwrap();
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    shutdown.block_on(runtime, |ctx| async move { println!("{}", ctx.cancelled().await) })
}

pub(crate) fn runs_in_a_task() -> Stopped<()> {
    let runtime = Runtime::new().unwrap();
    let running = runtime.spawn(Shutdown::new().grace(std::time::Duration::ZERO).run(|ctx| async move {
        crate::ready();
        ctx.cancelled().await;
        std::future::pending::<()>().await;
    }));
    runtime.block_on(running).unwrap()
}

pub(crate) fn goes_on_afterwards() -> ExitCode {
    let runtime = Runtime::new().unwrap();
    let stopped = runtime.block_on(Shutdown::new().run(|ctx| async move {
        crate::ready();
        ctx.cancelled().await;
    }));
    assert_eq!((stopped.signal(), stopped.output()), (Some(Signal::Terminate), Some(&())));
    println!("goes on");
    loop {
        thread::park();
    }
}

pub(crate) fn gives_up_before_it_runs() -> ExitCode {
    drop(Shutdown::new());
    crate::ready();
    loop {
        thread::park();
    }
}
