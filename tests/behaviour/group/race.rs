//! The first success wins.

use std::future::pending;
use std::time::Duration;

use taskward::{Context, ContextError, TaskGroup};
use tokio::time::{Instant, sleep};

use crate::support::Census;

#[crate::watched::test(start_paused = true)]
async fn the_first_success_wins_and_the_others_have_stopped() {
    let alive = Census::default();
    let group = TaskGroup::new(&Context::background());
    for n in [3_u64, 1, 2] {
        let alive = alive.enter();
        _ = group.spawn(async move |ctx: Context| {
            let _alive = alive;
            ctx.run(sleep(Duration::from_secs(n))).await?;
            Ok::<_, ContextError>(n)
        });
    }
    let start = Instant::now();
    assert_eq!(group.race().await.unwrap(), 1);
    assert_eq!((start.elapsed(), alive.alive()), (Duration::from_secs(1), 0));
}

#[crate::watched::test(start_paused = true)]
async fn failures_do_not_stop_a_race_and_the_first_is_returned_without_a_success() {
    let run = async |winner: bool| {
        let group = TaskGroup::new(&Context::background()).keep_going();
        _ = group.spawn(async |_| Err(std::io::Error::other("first")));
        _ = group.spawn(async |_| Err(std::io::Error::other("second")));
        _ = group.spawn(async move |_| {
            sleep(Duration::from_secs(1)).await;
            if winner { Ok(3) } else { Err(std::io::Error::other("third")) }
        });
        group.race().await.map_err(|error| error.to_string())
    };
    assert_eq!(run(true).await, Ok(3));
    assert_eq!(run(false).await, Err("first".into()));
}

#[crate::watched::test(start_paused = true)]
async fn a_success_from_before_the_race_counts() {
    let group = TaskGroup::new(&Context::background());
    _ = group.spawn(async |_| Some(1));
    _ = group.spawn(async |_| pending().await);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(group.race().await, Some(1));
}

#[crate::watched::test]
async fn nobody_wins_an_empty_race() {
    let group = TaskGroup::<Result<u8, ContextError>>::new(&Context::background());
    assert_eq!(group.race().await.unwrap_err().to_string(), "cancelled: no task was spawned in the group");
    assert_eq!(TaskGroup::<Option<u8>>::new(&Context::background()).race().await, None);
}

#[crate::watched::test(start_paused = true)]
async fn a_race_ends_with_its_context() {
    let ctx = Context::background().with_timeout(Duration::from_secs(2));
    let group = TaskGroup::new(&ctx);
    _ = group.spawn(async |_| pending::<Result<u8, ContextError>>().await);
    assert!(group.race().await.unwrap_err().is_deadline_exceeded());
}
