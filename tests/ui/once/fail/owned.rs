use taskward::{Once, once};

struct Config;

type Alias<T> = Result<T, String>;

#[once]
async fn result() -> Result<Config, String> {
    Ok(Config)
}

#[once]
fn qualified() -> std::result::Result<Vec<(u8, &'static str)>, String> {
    Ok(vec![])
}

#[once]
async fn alias() -> Alias<Config> {
    Ok(Config)
}

#[once]
fn value() -> Config {
    Config
}

#[once]
async fn nothing() {}

#[once]
fn optional() -> Option<&'static Config> {
    None
}

struct Service {
    config: Once<Config, String>,
}

impl Service {
    #[once(self.config)]
    async fn result(&self) -> Result<Config, String> {
        Ok(Config)
    }

    #[once(self.config)]
    async fn alias(&self) -> Alias<Config> {
        Ok(Config)
    }
}

fn main() {}
