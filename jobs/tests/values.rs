//! Values of a context that travel with jobs.

use serde::{Deserialize, Serialize};
use taskward::{Context, ContextError, worker_pool};
use taskward_jobs::{Portable, TraceContext};

use crate::support::{Server, on_each_database};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Tenant(u64);

impl Portable for Tenant {
    const NAME: &'static str = "tenant";
}

struct Local;

#[worker_pool(jobs = "values")]
async fn values(ctx: &Context, _item: u32) -> Result<(Option<Tenant>, Option<TraceContext>, bool), ContextError> {
    assert_eq!(Context::current().value::<Tenant>(), ctx.value::<Tenant>());
    Ok((ctx.value().cloned(), ctx.value().cloned(), ctx.value::<Local>().is_some()))
}

on_each_database! {
    async fn portable_values_and_the_trace_travel_and_others_do_not(database: Database) {
        let server = Server::start(database.connect().await.carry::<Tenant>(), [values_job()]);
        let trace = TraceContext { traceparent: "00-4bf9-00f0-01".into(), tracestate: None };
        let ctx = Context::background()
            .with_value(database.connect().await.carry::<Tenant>())
            .with_value(Tenant(7))
            .with_value(Local)
            .with_value(trace.clone());
        assert_eq!(values_all(&ctx, [1]).await.unwrap(), [(Some(Tenant(7)), Some(trace), false)]);
        server.stop().await;
    }

    async fn a_server_ignores_values_that_it_does_not_know(database: Database) {
        let server = database.serve([values_job()]).await;
        let jobs = database.connect().await.carry::<Tenant>();
        let ctx = Context::background().with_value(jobs).with_value(Tenant(7));
        assert_eq!(values_all(&ctx, [1]).await.unwrap(), [(None, None, false)]);
        server.stop().await;
    }
}
