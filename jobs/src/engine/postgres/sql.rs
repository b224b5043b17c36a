//! The clock of the database, as a piece of SQL.

/// Milliseconds since 1970, when the transaction began.
macro_rules! now {
    () => {
        "(extract(epoch FROM now()) * 1000)::bigint"
    };
}

pub(super) use now;
