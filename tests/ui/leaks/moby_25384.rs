// Each iteration of the loop that starts the plugins waits for all of them.
use taskward::{Context, TaskGroup, cancellable};

#[cancellable]
async fn init(ctx: &Context, plugins: Vec<u32>) {
    let group = TaskGroup::<()>::new(ctx);
    for plugin in plugins {
        group.spawn(async move |_| drop(plugin));
        group.join().await;
    }
}

fn main() {
    let _ = init;
}
