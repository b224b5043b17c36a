//! Rows that both databases return in the same form.

use sqlx::{ColumnIndex, Decode, FromRow, Row, Type};

use super::types::{Claimed, Dead, Outcome, QueueStatus, ResultRow, Submitted};

/// Reads a row of any database whose columns are texts and integers.
macro_rules! from_row {
    ($type:ident, $row:ident => { $($fields:tt)* }) => {
        impl<'r, R: Row> FromRow<'r, R> for $type
        where
            &'static str: ColumnIndex<R>,
            i32: Decode<'r, R::Database> + Type<R::Database>,
            i64: Decode<'r, R::Database> + Type<R::Database>,
            String: Decode<'r, R::Database> + Type<R::Database>,
        {
            fn from_row($row: &'r R) -> Result<Self, sqlx::Error> {
                Ok(Self { $($fields)* })
            }
        }
    };
}

from_row!(Submitted, row => {
    id: row.try_get("id")?,
    items: row.try_get("items")?,
});

from_row!(Claimed, row => {
    id: row.try_get("id")?,
    batch: row.try_get("batch")?,
    attempt: row.try_get("attempt")?,
    attempts: row.try_get("attempts")?,
    payload: row.try_get("payload")?,
    envelope: row.try_get("envelope")?,
    remaining_ms: row.try_get("remaining")?,
    cancelled: row.try_get("cancelled")?,
});

from_row!(ResultRow, row => {
    number: row.try_get("number")?,
    position: row.try_get("position")?,
    outcome: Outcome::from(row.try_get::<i32, _>("outcome")?),
    value: row.try_get("value")?,
});

from_row!(Dead, row => {
    id: row.try_get("id")?,
    queue: row.try_get("queue")?,
    function: row.try_get("function")?,
    payload: row.try_get("payload")?,
    error: row.try_get("error")?,
    attempts: row.try_get("attempt")?,
    age_ms: row.try_get("age")?,
});

from_row!(QueueStatus, row => {
    queue: row.try_get("queue")?,
    function: row.try_get("function")?,
    waiting: row.try_get("waiting")?,
    delayed: row.try_get("delayed")?,
    running: row.try_get("running")?,
    dead: row.try_get("dead")?,
    servers: row.try_get("servers")?,
    oldest_ms: row.try_get("oldest")?,
});
