use taskward::{Context, Once, once};

struct Config;

struct UserId;

#[once]
async fn of_argument(path: &str) -> Result<&'static Config, String> {
    drop(path.len());
    Ok(Config)
}

#[once]
async fn behind_the_context(_ctx: &Context, id: UserId) -> Result<&'static Config, String> {
    drop(id);
    Ok(Config)
}

#[once]
async fn no_context(_id: UserId) -> Result<&'static Config, String> {
    Ok(Config)
}

#[once]
fn generic<T: Default>() -> &'static T {
    T::default()
}

struct Service {
    config: Once<Config, String>,
}

impl Service {
    #[once]
    async fn config(&self) -> Result<&'static Config, String> {
        drop(&self.config);
        Ok(Config)
    }

    #[once(self.config)]
    async fn of_argument(&self, n: usize) -> Result<&Config, String> {
        drop(n);
        Ok(Config)
    }
}

struct Of<T>(T);

impl<T: Default> Of<T> {
    #[once]
    fn of_type() -> &'static usize {
        std::mem::size_of::<T>()
    }
}

trait Named {
    fn name() -> String;

    #[once]
    fn cached() -> &'static String {
        Self::name()
    }

    #[once]
    fn required() -> &'static String;
}

fn main() {}
