use taskward::Context;

mod two {
    #[taskward::main]
    async fn main(ctx: super::Context, port: u16) {
        ctx.cancelled().await;
        drop(port);
    }
}

mod not_a_context {
    #[taskward::main]
    async fn main(port: u16) {
        drop(port);
    }
}

struct App;

impl App {
    #[taskward::main]
    async fn start(&self) {}
}

#[taskward::main]
async fn main(args: Vec<String>, ctx: Context) {
    ctx.cancelled().await;
    drop(args);
}
