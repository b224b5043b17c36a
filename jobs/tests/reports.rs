//! Servers and the command report the state of queues.

use std::fmt::{Debug, Write as _};
use std::process::Command;
use std::sync::{Arc, Mutex};

use taskward::{Context, ContextError, worker_pool};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{Database, eventually};

/// Makes two tests of one. The test's thread is the runtime's only one, so that what is installed
/// for this thread sees all tasks.
macro_rules! on_one_thread {
    ($(async fn $name:ident($database:ident: Database) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn test($database: Database) $body

            #[tokio::test]
            async fn sqlite() {
                test(Database::sqlite()).await;
            }

            #[tokio::test]
            async fn postgres() {
                if let Some(database) = Database::postgres(stringify!($name)) {
                    test(database).await;
                }
            }
        }
    )*};
}

/// Keeps the text of each warning.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

struct Text<'a>(&'a mut String);

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN && metadata.target().starts_with("taskward_jobs")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = String::new();
        event.record(&mut Text(&mut text));
        self.0.lock().unwrap().push(text);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[worker_pool(jobs = "known")]
async fn known(_ctx: &Context, item: u32) -> Result<u32, ContextError> {
    Ok(item)
}

#[worker_pool(jobs = "known")]
async fn unknown(_ctx: &Context, item: u32) -> Result<u32, ContextError> {
    Ok(item)
}

#[worker_pool(jobs = "known")]
async fn elsewhere(_ctx: &Context, item: u32) -> Result<u32, ContextError> {
    Ok(item)
}

fn command(database: &Database) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_taskward-jobs")).args(["status", &database.url]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

on_one_thread! {
    async fn jobs_of_a_function_that_no_server_knows_are_left_and_reported_once(database: Database) {
        let warnings = Warnings::default();
        let _guard = tracing::subscriber::set_default(warnings.clone());
        let told = |function: &str| {
            let texts = warnings.0.lock().unwrap();
            texts.iter().filter(|text| text.contains("no server knows") && text.contains(function)).count()
        };
        let jobs = database.connect().await;
        let server = crate::support::Server::start(jobs.clone(), [known_job()]);
        let other = crate::support::Server::start(jobs.clone(), [elsewhere_job()]);
        let ctx = database.caller().await;
        assert_eq!(elsewhere_all(&ctx, [1]).await.unwrap(), [1], "known to another server");
        let call = tokio::spawn({
            let ctx = ctx.clone();
            async move { unknown_all(&ctx, [1, 2]).await }
        });
        eventually("it is reported", || async { told("unknown") > 0 }).await;
        let text = warnings.0.lock().unwrap().iter().find(|text| text.contains("unknown")).cloned().unwrap();
        assert!(text.contains("queue=\"known\"") && text.contains("waiting=2"), "{text}");
        // Any server of the queue may report from now on.
        let again = crate::support::Server::start(jobs, [known_job()]);
        assert_eq!(known_all(&ctx, [3]).await.unwrap(), [3]);
        let status = command(&database);
        assert!(status.contains("no server knows `unknown`: its 2 jobs wait"), "{status}");
        assert!(!status.contains("no server knows `known`") && !status.contains("no server knows `elsewhere`"), "{status}");
        tokio::time::sleep(std::time::Duration::from_secs(7)).await;
        assert_eq!((told("unknown"), told("elsewhere")), (1, 0));
        let knowing = database.serve([unknown_job()]).await;
        assert_eq!(call.await.unwrap().unwrap(), [1, 2]);
        for server in [server, again, other, knowing] {
            server.stop().await;
        }
    }
}

#[cfg(feature = "metrics")]
mod meters {
    use metrics_exporter_prometheus::PrometheusBuilder;
    use serde::{Deserialize, Serialize};
    use taskward_jobs::BatchOptions;
    use tokio::sync::Semaphore;

    use super::*;

    #[derive(Debug, Serialize, Deserialize, thiserror::Error)]
    enum Error {
        #[error("bad")]
        Bad,
        #[error(transparent)]
        Interrupted(#[from] ContextError),
    }

    #[derive(Clone, Copy, Serialize, Deserialize)]
    enum Item {
        Good,
        GoodAtLast,
        Bad,
        Waits,
    }

    #[worker_pool(jobs = "measured", workers = 1, attempts = 2, backoff = "1ms..2ms", on_error = collect)]
    async fn measure(ctx: &Context, item: Item, gate: Arc<Semaphore>) -> Result<u32, Error> {
        match item {
            Item::Bad => return Err(Error::Bad),
            Item::GoodAtLast if ctx.attempt() == 1 => return Err(Error::Bad),
            Item::Waits => gate.acquire().await.unwrap().forget(),
            _ => {}
        }
        Ok(ctx.attempt())
    }

    /// The value of a metric of the function, if it was recorded.
    fn read(text: &str, metric: &str, label: &str) -> Option<f64> {
        let start = format!("{metric}{{queue=\"measured\",function=\"measure\"{label}}} ");
        text.lines().find_map(|line| line.strip_prefix(&start)).map(|value| value.parse().unwrap())
    }

    on_one_thread! {
        async fn attempts_and_the_state_of_a_queue_are_measured(database: Database) {
            let recorder = PrometheusBuilder::new().build_recorder();
            let text = recorder.handle();
            let _guard = metrics::set_default_local_recorder(&recorder);
            let attempts = |outcome: &str| {
                read(&text.render(), "taskward_job_attempts_total", &format!(",outcome=\"{outcome}\""))
            };
            let gauge = |name: &str| read(&text.render(), &format!("taskward_jobs_{name}"), "");
            let gate = Arc::new(Semaphore::new(0));
            let server = database.serve([measure_job(gate.clone())]).await;
            let ctx = database.caller().await;
            let results = measure_all(&ctx, [Item::Good, Item::GoodAtLast, Item::Bad], gate.clone()).await;
            assert!(matches!(results[..], [Ok(1), Ok(2), Err(Error::Bad)]), "{results:?}");
            assert_eq!(attempts("ok"), Some(2.0));
            assert_eq!((attempts("retry"), attempts("dead")), (Some(2.0), Some(1.0)));
            assert_eq!(read(&text.render(), "taskward_job_seconds_count", ""), Some(5.0));
            let waiting = [Item::Waits, Item::Good, Item::Good];
            let calls = [
                (ctx.clone(), waiting.to_vec()),
                (ctx.with_value(BatchOptions::new().delay(std::time::Duration::from_hours(1))), vec![Item::Good]),
            ]
            .map(|(ctx, items)| {
                let gate = gate.clone();
                tokio::spawn(async move { measure_all(&ctx, items, gate).await })
            });
            eventually("the gauges tell the state", || async {
                let state = ["running", "waiting", "delayed", "dead", "servers"].map(gauge);
                state == [1.0, 2.0, 1.0, 1.0, 1.0].map(Some) && gauge("oldest_seconds") > Some(0.0)
            })
            .await;
            gate.add_permits(1);
            let [call, delayed] = calls;
            assert!(call.await.unwrap().iter().all(Result::is_ok));
            eventually("the gauges follow", || async {
                ["running", "waiting", "delayed"].map(gauge) == [0.0, 0.0, 1.0].map(Some)
            })
            .await;
            assert_eq!(attempts("ok"), Some(5.0));
            delayed.abort();
            server.stop().await;
            assert_eq!(gauge("dead"), Some(0.0), "a server that is gone shows nothing");
        }
    }
}
