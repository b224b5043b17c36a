//! The database of the orders that were placed.

use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use taskward::{Context, cancellable};

use crate::failure::Failure;

pub(crate) struct Database(SqlitePool);

impl Database {
    /// Opens a database in memory, which goes with the process.
    #[cancellable]
    pub(crate) async fn open(ctx: &Context) -> Result<Self, Failure> {
        // A second connection would have a database of its own.
        let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let pool = pool.connect("sqlite::memory:").await?;
        let table = "CREATE TABLE orders (id INTEGER PRIMARY KEY, good INTEGER NOT NULL, answer TEXT NOT NULL)";
        sqlx::query(table).execute(&pool).await?;
        Ok(Self(pool))
    }

    /// Keeps an order. Waits for the connection as long as the request has time; what is being
    /// written then is written, whoever leaves.
    #[cancellable(metrics)]
    pub(crate) async fn keep(&self, ctx: &Context, good: u64, answer: &str) -> Result<i64, Failure> {
        let mut connection = self.0.acquire().await?;
        let insert = sqlx::query("INSERT INTO orders (good, answer) VALUES (?, ?)");
        let insert = insert.bind(good.cast_signed()).bind(answer).execute(&mut *connection);
        Ok(ctx.shield(insert).await?.last_insert_rowid())
    }

    /// Returns the latest orders, each with its number.
    #[cancellable(metrics)]
    pub(crate) async fn latest(&self, ctx: &Context, most: u32) -> Result<Vec<(i64, String)>, Failure> {
        let select = sqlx::query_as("SELECT id, answer FROM orders ORDER BY id DESC LIMIT ?");
        Ok(select.bind(most).fetch_all(&self.0).await?)
    }

    /// Returns the number of orders.
    #[cancellable]
    pub(crate) async fn count(&self, ctx: &Context) -> Result<u32, Failure> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM orders").fetch_one(&self.0).await?)
    }
}
