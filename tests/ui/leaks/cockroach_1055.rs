// Stopping holds the lock and waits for tasks that need the lock to stop.
use std::sync::Mutex;

use taskward::{Context, cancellable};
use tokio::sync::Notify;

struct Stopper {
    draining: Mutex<bool>,
    drained: Notify,
}

impl Stopper {
    #[cancellable]
    async fn stop(&self, _ctx: &Context) {
        let mut draining = self.draining.lock().unwrap();
        *draining = true;
        self.drained.notified().await;
    }
}

fn main() {
    let _ = Stopper::stop;
}
