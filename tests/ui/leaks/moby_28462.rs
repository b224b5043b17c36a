// The container is locked while its monitor is stopped, and the monitor is about to lock it.
use taskward::channel::Sender;
use taskward::{Context, ContextError, cancellable};

struct Container {
    healthy: std::sync::Mutex<bool>,
    stop: Sender<()>,
}

impl Container {
    #[cancellable]
    async fn state_changed(&self, ctx: &Context) -> Result<(), ContextError> {
        let healthy = self.healthy.lock().unwrap();
        if !*healthy {
            self.stop.send(ctx, ()).await?;
        }
        Ok(())
    }
}

fn main() {
    let _ = Container::state_changed;
}
