use taskward::{Context, enforce};

#[enforce]
mod service {
    use taskward::Context;

    pub async fn not_cancellable(ctx: &Context) {
        ctx.cancelled().await;
    }

    pub fn spawns() {
        drop(std::thread::spawn(|| ()));
    }

    pub mod below {
        pub async fn not_cancellable_either() {
            tokio::task::yield_now().await;
        }
    }
}

struct Service;

#[enforce]
impl Service {
    async fn method(&self, ctx: &Context) {
        ctx.cancelled().await;
    }

    async fn never_waits(&self) {}
}

#[enforce]
trait Handler {
    async fn required(&self);

    async fn provided(&self) {
        drop(tokio::spawn(async {}));
    }
}

#[enforce]
fn function() {}

#[enforce(alow(no_await))]
mod misspelt {}

fn main() {
    let ctx = Context::background();
    drop((service::not_cancellable(&ctx), service::below::not_cancellable_either(), Service.method(&ctx), Service.never_waits()));
    service::spawns();
    function();
}
