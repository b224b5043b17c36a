use taskward::Context;

#[taskward::test]
fn not_async() {}

#[taskward::test]
async fn more_parameters(ctx: Context, number: u32) {
    drop((ctx, number));
}

#[taskward::test]
async fn generic<T: Default>() {
    drop(T::default());
}

#[taskward::test]
#[test]
async fn a_test_twice() {}

#[taskward::test]
#[tokio::test]
async fn another_test() {}

#[taskward::test]
#[taskward::with_timeout("5s")]
async fn below() -> Option<()> {
    None
}

#[taskward::test]
struct NoFunction;

fn main() {}
