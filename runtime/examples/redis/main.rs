//! Many callers on one connection to a real Redis server, which is killed and restarted under
//! load:
//!
//!     cargo run --example redis
//!
//! Starts its own `redis-server`, if there is one on the `PATH`, and prints the callers' results:
//! every call is answered or fails with an error, each call that starts while the server is up is
//! answered, and callers reconnect one at a time, until one attempt of an outage succeeds.

mod callers;
mod report;
mod server;
mod store;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use taskward::{Context, TaskGroup, with_timeout};

use crate::callers::{Caller, Watch};
use crate::report::Report;
use crate::server::Server;
use crate::store::{Error, Store};

/// Kills a Redis server under load, and restarts it.
#[derive(Parser)]
struct Options {
    /// Number of callers.
    #[arg(long, value_name = "N", default_value_t = 32)]
    callers: usize,
    /// Number of times the server is killed.
    #[arg(long, value_name = "N", default_value_t = 3)]
    outages: usize,
    /// Number of calls answered between two outages.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    calls: usize,
}

#[taskward::main]
async fn main(ctx: Context) -> Result<ExitCode, Error> {
    let options = Options::parse();
    let Some(server) = Server::find()? else {
        println!("skipped: there is no redis-server on the PATH");
        return Ok(ExitCode::SUCCESS);
    };
    let report = run(&ctx, &options, server).await?;
    print!("{report}");
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The limit is far longer than the run takes: nothing here may hang.
#[with_timeout("2m")]
async fn run(ctx: &Context, options: &Options, mut server: Server) -> Result<Report, Error> {
    server.start(ctx).await?;
    let store = Arc::new(Store::open(server.address())?);
    let watch = Arc::new(Watch::default());
    let mut report = Report::default();

    let callers = TaskGroup::new(ctx);
    for number in 0..options.callers.max(1) {
        let caller = Caller { number, store: store.clone(), watch: watch.clone() };
        _ = callers.spawn(move |ctx| async move { Some(caller.run(&ctx).await) });
    }
    watch.answered(ctx, options.calls).await?;
    report.begin(store.dials());
    for _ in 0..options.outages {
        watch.goes_down();
        server.kill();
        // A caller has tried to reconnect and failed.
        watch.refused(ctx).await?;
        server.start(ctx).await?;
        watch.is_up();
        watch.answered(ctx, options.calls).await?;
        report.outage(store.dials());
    }
    watch.stop();
    for tally in callers.join_all().await.iter().flatten() {
        report.add(tally);
    }
    Ok(report)
}
