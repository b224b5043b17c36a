use taskward::{Once, cancellable, once};
use taskward::once as made_once;

#[once(place = self.value)]
fn unknown() -> &'static u8 {
    1
}

#[once(ONE, OTHER)]
fn two_places() -> &'static u8 {
    1
}

#[once]
#[once]
fn twice() -> &'static u8 {
    1
}

#[once]
const fn constant() -> &'static u8 {
    1
}

#[once]
struct NotAFunction;

#[cancellable(ambient)]
#[made_once]
async fn under_another_name() -> Result<&'static u8, taskward::ContextError> {
    tokio::task::yield_now().await;
    Ok(1)
}

#[once(static)]
fn not_an_expression() -> &'static u8 {
    1
}

static ONE: Once<u8> = Once::new();
static OTHER: Once<u8> = Once::new();

fn main() {}
