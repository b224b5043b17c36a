//! The connections to a database in Postgres.

use std::error::Error;
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

/// The highest number of connections for statements, without the parameter `connections`. Each
/// statement holds one for its own time only.
const CONNECTIONS: u32 = 8;
/// Longer than a failover takes to be noticed, shorter than a caller's patience.
const ACQUIRE: Duration = Duration::from_secs(5);

impl Postgres {
    pub(crate) async fn connect(url: &str) -> Result<Self, JobsError> {
        let doing = "read the URL of the job queue";
        let Parameters { url, is_pooled, connections } = Parameters::of(url).map_err(|text| JobsError::Database {
            doing,
            source: Arc::from(Box::<dyn Error + Send + Sync>::from(text)),
        })?;
        // No statement reads floats, and PgBouncer refuses a parameter that it does not know.
        let options = PgConnectOptions::from_str(&url).doing(doing)?.extra_float_digits(None);
        let pool = PgPoolOptions::new()
            // One of them listens, for good.
            .max_connections(connections.saturating_add(u32::from(!is_pooled)))
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

/// The parameters of a URL that are for the job queue, and the URL without them.
#[derive(Debug, PartialEq)]
struct Parameters {
    url: String,
    is_pooled: bool,
    connections: u32,
}

impl Parameters {
    fn of(url: &str) -> Result<Self, String> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut is_pooled, mut connections, mut rest) = (false, CONNECTIONS, String::new());
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=').unwrap_or((parameter, "")) {
                ("pooler", "transaction") => is_pooled = true,
                ("pooler", _) => return Err(format!("`{parameter}` is unknown: write `pooler=transaction`")),
                ("connections", number) => {
                    let number = number.parse().ok().filter(|number| *number > 0);
                    connections = number.ok_or_else(|| format!("`{parameter}` is no number from 1 on"))?;
                }
                _ => {
                    rest.push(if rest.is_empty() { '?' } else { '&' });
                    rest.push_str(parameter);
                }
            }
        }
        Ok(Self { url: format!("{base}{rest}"), is_pooled, connections })
    }
}

#[cfg(test)]
mod tests {
    use super::{CONNECTIONS, Parameters};

    #[test]
    fn a_url_may_name_a_pooler_and_a_number_of_connections() {
        let of = |url: &str, is_pooled, connections| Ok(Parameters { url: url.to_owned(), is_pooled, connections });
        let plain = "postgres://host/db?sslmode=require";
        assert_eq!(Parameters::of(plain), of(plain, false, CONNECTIONS));
        assert_eq!(
            Parameters::of("postgres://host/db?pooler=transaction"),
            of("postgres://host/db", true, CONNECTIONS)
        );
        let both = "postgres://host/db?pooler=transaction&sslmode=require&connections=2";
        assert_eq!(Parameters::of(both), of(plain, true, 2));
        let error = |url| Parameters::of(url).unwrap_err();
        assert!(error("postgres://host/db?pooler=statement").starts_with("`pooler=statement` is unknown"));
        assert!(error("postgres://host/db?pooler").starts_with("`pooler` is unknown"));
        assert_eq!(error("postgres://host/db?connections=0"), "`connections=0` is no number from 1 on");
        assert_eq!(error("postgres://host/db?connections"), "`connections` is no number from 1 on");
    }
}
