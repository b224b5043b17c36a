//! A loop written by hand: a transaction for each job.

use std::time::Instant;

use sqlx::{Connection as _, PgConnection};

pub async fn throughput(url: &str, count: u32, workers: usize) -> f64 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query("CREATE TABLE queue (id serial PRIMARY KEY, item int, result int)")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("CREATE INDEX waiting ON queue (id) WHERE result IS NULL").execute(&mut connection).await.unwrap();
    let start = Instant::now();
    let insert = "INSERT INTO queue (item) SELECT generate_series(1, $1)";
    sqlx::query(insert).bind(i32::try_from(count).unwrap()).execute(&mut connection).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..workers {
        let mut connection = PgConnection::connect(url).await.unwrap();
        tasks.spawn(async move {
            loop {
                let mut transaction = connection.begin().await.unwrap();
                let next = "SELECT id, item FROM queue WHERE result IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED";
                let row: Option<(i32, i32)> = sqlx::query_as(next).fetch_optional(&mut *transaction).await.unwrap();
                let Some((id, item)) = row else { break };
                let store = "UPDATE queue SET result = $2 WHERE id = $1";
                sqlx::query(store).bind(id).bind(item).execute(&mut *transaction).await.unwrap();
                transaction.commit().await.unwrap();
            }
        });
    }
    while tasks.join_next().await.is_some() {}
    f64::from(count) / start.elapsed().as_secs_f64()
}
