#[taskward::test(flavor = "threaded")]
async fn no_such_flavor() {}

#[taskward::test(worker_threads = 2)]
async fn threads_of_one_thread() {}

#[taskward::test(flavor = "multi_thread", worker_threads = 0)]
async fn no_threads() {}

#[taskward::test(flavor = "multi_thread", start_paused = true)]
async fn a_paused_clock_of_several_threads() {}

#[taskward::test(start_paused = "true")]
async fn not_a_bool() {}

#[taskward::test(timeout = 60)]
async fn no_unit() {}

#[taskward::test(timeout = "0s")]
async fn no_time() {}

#[taskward::test(settle = "soon")]
async fn no_duration() {}

#[taskward::test(leaks = never, blocked = maybe)]
async fn no_levels() {}

#[taskward::test(leaks)]
async fn no_value() {}

#[taskward::test(start_pause = true)]
async fn misspelt() {}

#[taskward::test("60s")]
async fn positional() {}

#[taskward::test(leaks = allow, leaks = deny)]
async fn twice() {}

#[taskward::test(leaks = deny("sqlx"), blocked = allow)]
async fn not_excepted() {}

#[taskward::test(leaks = allow(sqlx))]
async fn no_text() {}

#[taskward::test(leaks = allow())]
async fn no_place() {}

#[taskward::test(allow(detached_task))]
async fn no_rules() {}

fn main() {}
