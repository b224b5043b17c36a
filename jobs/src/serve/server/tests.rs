use std::time::Duration;

use taskward::{Context, ContextError};

use super::Server;
use crate::database::Database;
use crate::hub::Event;
use crate::job::Job;
use crate::spec::Spec;

static SPEC: Spec = Spec::new("queue", "function");

/// A server of an empty queue, beside its loop.
async fn server() -> Server {
    let job = Job::new(&SPEC, Some(1), |_, item: u32| async move { Ok::<_, ContextError>(item) });
    let database = Database::connect("sqlite::memory:").await.unwrap();
    Server::new(database, [].into(), Duration::ZERO, &Context::background(), job)
}

#[tokio::test]
async fn an_announcement_during_a_claim_leads_to_another_claim() {
    let mut server = server().await;
    server.claim();
    let claimed = server.claiming.done().await;
    // Jobs that the claim did not see.
    server.heard(&Event::Queue("queue".into()));
    server.claimed(claimed);
    server.claim();
    assert!(server.claiming.is_some());
}

#[tokio::test]
async fn an_empty_queue_is_not_asked_again_without_news() {
    let mut server = server().await;
    server.claim();
    let claimed = server.claiming.done().await;
    server.claimed(claimed);
    server.heard(&Event::Queue("another queue".into()));
    server.claim();
    assert!(!server.claiming.is_some());
}
