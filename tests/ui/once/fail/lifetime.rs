use taskward::{Context, once};

struct Config;

#[once]
fn table() -> &Config {
    Config
}

#[once]
async fn config(ctx: &Context) -> Result<&Config, String> {
    drop(ctx);
    Ok(Config)
}

#[once]
fn mutable() -> &'static mut Config {
    Config
}

impl Config {
    #[once]
    fn global() -> &'static Self {
        Config
    }
}

fn main() {}
