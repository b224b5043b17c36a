//! The connections to a database in Postgres.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool};

use super::schema;
use crate::error::{Doing, JobsError};

pub(crate) struct Postgres {
    pub(super) pool: PgPool,
    /// A pooler shares connections among clients: no state of a session may stay on them.
    pub(super) is_pooled: bool,
}

/// Connections of one process. Each statement holds one for its own time only.
const CONNECTIONS: u32 = 8;
/// Longer than a failover takes to be noticed, shorter than a caller's patience.
const ACQUIRE: Duration = Duration::from_secs(5);

impl Postgres {
    pub(crate) async fn connect(url: &str) -> Result<Self, JobsError> {
        let doing = "read the URL of the job queue";
        let (url, is_pooled) = without_pooler(url).map_err(|error| JobsError::Database { doing, source: error })?;
        let options = PgConnectOptions::from_str(&url).doing(doing)?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if !is_pooled {
                        // The planner must not take a queue for the empty table that it was when a
                        // statement was prepared.
                        connection.execute("SET enable_seqscan = off; SET jit = off").await?;
                    }
                    Ok(())
                })
            })
            .connect_with(options)
            .await
            .doing("connect to the job queue")?;
        schema::prepare(&pool).await?;
        Ok(Self { pool, is_pooled })
    }
}

/// Takes the parameter `pooler=transaction` out of a URL. Returns `true` if it was there.
fn without_pooler(url: &str) -> Result<(String, bool), Arc<dyn std::error::Error + Send + Sync>> {
    let Some((base, query)) = url.split_once('?') else { return Ok((url.to_owned(), false)) };
    let (mut is_pooled, mut rest) = (false, Vec::new());
    for parameter in query.split('&') {
        match parameter.split_once('=') {
            Some(("pooler", "transaction")) => is_pooled = true,
            Some(("pooler", other)) => {
                let text =
                    format!("`pooler={other}` is unknown: the only pooler with a mode of its own is `transaction`");
                return Err(Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(text)));
            }
            _ => rest.push(parameter),
        }
    }
    let separator = if rest.is_empty() { "" } else { "?" };
    Ok((format!("{base}{separator}{}", rest.join("&")), is_pooled))
}

#[cfg(test)]
mod tests {
    use super::without_pooler;

    #[test]
    fn the_mode_of_a_pooler_is_a_parameter_of_the_url() {
        let read = |url| without_pooler(url).map_err(|error| error.to_string());
        let plain = "postgres://host/db?sslmode=require";
        assert_eq!(read(plain), Ok((plain.to_owned(), false)));
        assert_eq!(read("postgres://host/db?pooler=transaction"), Ok(("postgres://host/db".to_owned(), true)));
        let both = "postgres://host/db?pooler=transaction&sslmode=require";
        assert_eq!(read(both), Ok((plain.to_owned(), true)));
        assert!(read("postgres://host/db?pooler=statement").unwrap_err().starts_with("`pooler=statement` is unknown"));
    }
}
