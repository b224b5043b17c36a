//! Announcements of other processes.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;

use crate::hub::{Event, Hub};

/// The channel of all announcements.
pub(super) const CHANNEL: &str = "taskward_jobs";

/// The pause before another attempt to listen.
const RETRY: Duration = Duration::from_millis(250);

/// Forwards announcements, on a connection of its own, for good.
pub(super) async fn forward(pool: &PgPool, hub: &Hub) {
    loop {
        if let Err(error) = forward_once(pool, hub).await {
            tracing::warn!(%error, "the job queue's announcements are interrupted; polling meanwhile");
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn forward_once(pool: &PgPool, hub: &Hub) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.ignore_pool_close_event(true);
    listener.listen(CHANNEL).await?;
    loop {
        // Announcements between two connections are lost.
        hub.tell(Event::Resync);
        while let Some(notification) = listener.try_recv().await? {
            if let Some(event) = Event::parse(notification.payload()) {
                hub.tell(event);
            }
        }
    }
}
