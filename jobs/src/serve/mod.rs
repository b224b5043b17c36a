//! The server's side: takes jobs, runs them, records how they end.

mod attempt;
mod identity;
mod in_flight;
mod outbox;
mod pace;
mod reporter;
mod server;

use std::sync::Arc;
use std::time::Duration;

use taskward::Context;

use self::server::Server;
use crate::database::Database;
use crate::job::Job;
use crate::portable::Carrier;

/// Works on the jobs of one function until `ctx` ends.
pub(crate) async fn serve(database: Database, carriers: Arc<[Carrier]>, grace: Duration, ctx: &Context, job: Job) {
    Server::new(database, carriers, grace, ctx, job).run(ctx).await;
}
