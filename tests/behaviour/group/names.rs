//! Names and spawn locations of live tasks.

use taskward::{Context, TaskGroup};
use tokio::task::yield_now;

#[crate::watched::test]
async fn live_tasks_are_listed_with_name_and_place() {
    let group = TaskGroup::<()>::new(&Context::background()).limit(2);
    _ = group.spawn_named("heartbeat", async |ctx: Context| drop(ctx.cancelled().await));
    let line = line!() + 1;
    _ = group.spawn(async |_| yield_now().await);
    _ = group.spawn_named(format!("request {}", 7), async |ctx: Context| drop(ctx.cancelled().await));

    let tasks = group.tasks();
    assert_eq!(tasks.len(), 2, "the third is queued");
    assert_eq!(tasks[0].name(), Some("heartbeat"));
    assert_eq!((tasks[1].name(), tasks[1].spawned_at().line()), (None, line));
    assert_eq!(tasks[1].to_string(), format!("a task spawned at {}:{line}:15", file!()));

    yield_now().await;
    yield_now().await;
    let names: Vec<_> = group.tasks().iter().map(|task| task.name().map(str::to_owned)).collect();
    assert_eq!(names, [Some("heartbeat".to_owned()), Some("request 7".to_owned())]);
    assert!(format!("{group:?}").contains("heartbeat"));
}

#[test]
fn spawning_without_a_runtime_says_so() {
    let group = TaskGroup::<()>::new(&Context::background());
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        _ = group.spawn(async |_| ());
    }));
    let message = *panic.unwrap_err().downcast::<&str>().unwrap();
    assert_eq!(message, "a task of a `TaskGroup` was spawned outside of a Tokio runtime");
}

#[test]
fn a_group_spawns_on_its_first_runtime_from_any_thread() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let group = TaskGroup::new(&Context::background());
    runtime.block_on(async { group.spawn(async |_| Some(1)).await.unwrap() });
    _ = group.spawn(async |_| Some(2));
    assert_eq!(runtime.block_on(group.join()), Some(vec![1, 2]));
}
