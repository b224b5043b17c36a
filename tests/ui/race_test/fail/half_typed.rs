use taskward::race_test;

#[race_test]
async fn half_typed() {
    let set = tokio::task::JoinSet::<()>::new();
    tokio::task::yield_now().await;
    set.
}

fn main() {}
