// A caller waits for a plugin whose activation has failed without a signal.
use std::sync::{Condvar, Mutex};

use taskward::{Context, cancellable};

struct Plugin {
    active: Mutex<bool>,
    activated: Condvar,
}

impl Plugin {
    #[cancellable]
    async fn wait_active(&self, ctx: &Context) {
        if ctx.checkpoint().await.is_err() {
            return;
        }
        let mut active = self.active.lock().unwrap();
        while !*active {
            active = self.activated.wait(active).unwrap();
        }
    }
}

fn main() {
    let _ = Plugin::wait_active;
}
