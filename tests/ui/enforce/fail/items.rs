use taskward::{Context, enforce};

#[enforce]
mod service {
    use taskward::Context;

    pub async fn not_cancellable(_ctx: &Context) {}

    pub fn spawns() {
        drop(std::thread::spawn(|| ()));
    }

    pub mod below {
        pub async fn not_cancellable_either() {}
    }
}

struct Service;

#[enforce]
impl Service {
    async fn method(&self, _ctx: &Context) {}
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
    drop((service::not_cancellable(&ctx), service::below::not_cancellable_either(), Service.method(&ctx)));
    service::spawns();
    function();
}
