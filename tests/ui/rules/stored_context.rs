#[taskward::enforce]
mod client {
    use taskward::Context;

    pub struct Client {
        pub ctx: Context,
        pub name: String,
    }
}

fn main() {
    let client = client::Client { ctx: taskward::Context::background(), name: String::new() };
    drop((client.ctx, client.name));
}
