use std::ptr;
use std::sync::Arc;

use taskward::{Context, Once, once};

use super::{Runs, work};

#[derive(Debug, PartialEq)]
struct Config(u8);

type Shared<T> = Result<&'static T, Arc<std::io::Error>>;

#[tokio::test(start_paused = true)]
async fn a_static_is_made_once_for_all_callers() {
    static RUNS: Runs = Runs::new();

    #[once]
    async fn config() -> Result<&'static Config, String> {
        let _running = RUNS.begin();
        work().await;
        let n = "7".parse().map_err(|_| "no number")?;
        Ok(Config(n))
    }

    let configs = futures::future::join_all((0..10).map(|_| config())).await;
    let first = configs[0].clone().unwrap();
    assert_eq!(first, &Config(7));
    assert!(configs.into_iter().all(|config| ptr::eq(config.unwrap(), first)));
    assert_eq!(RUNS.count(), 1);
}

#[tokio::test]
async fn a_static_keeps_its_error() {
    static RUNS: Runs = Runs::new();

    #[once]
    async fn config() -> Result<&'static Config, String> {
        let _running = RUNS.begin();
        Err("no configuration")?;
        unreachable!()
    }

    assert_eq!(config().await.unwrap_err(), "no configuration");
    assert_eq!(config().await.unwrap_err(), "no configuration");
    assert_eq!(RUNS.count(), 1);
}

#[test]
fn a_plain_function_is_the_same() {
    static RUNS: Runs = Runs::new();

    #[once]
    fn table() -> &'static [u8; 256] {
        let _running = RUNS.begin();
        let mut table = [0; 256];
        if RUNS.count() > 1 {
            return table;
        }
        table[1] = 1;
        table
    }

    #[once]
    fn fails() -> Result<&'static u8, std::num::ParseIntError> {
        "x".parse()
    }

    assert!(ptr::eq(table(), table()));
    assert_eq!((table()[1], RUNS.count()), (1, 1));
    assert_eq!(fails(), fails());
}

#[tokio::test]
async fn an_alias_of_a_result_is_one() {
    #[once]
    async fn config() -> Shared<Config> {
        let text = std::io::read_to_string(&b"8"[..])?;
        Ok(Config(text.parse().map_err(std::io::Error::other)?))
    }

    assert_eq!(config().await.unwrap(), &Config(8));
}

struct Service {
    name: String,
    config: Once<Config, String>,
    table: Once<Vec<u8>>,
    runs: Runs,
}

impl Service {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), config: Once::new(), table: Once::new(), runs: Runs::new() }
    }

    #[once(self.config)]
    async fn config(&self) -> Result<&Config, String> {
        let _running = self.runs.begin();
        work().await;
        let n = self.name.parse().map_err(|_| format!("{} is no number", self.name))?;
        Ok(Config(n))
    }

    #[once(self.table)]
    fn table(&self) -> &Vec<u8> {
        self.name.bytes().collect()
    }

    #[once(self.config)]
    async fn with_context(&self, _: &Context) -> Result<&Config, String> {
        unreachable!("it is the same field")
    }
}

#[tokio::test(start_paused = true)]
async fn a_field_is_made_once_for_each_object() {
    let (one, two) = (Service::new("1"), Service::new("two"));
    let (first, second, failed) = tokio::join!(one.config(), one.config(), two.config());
    assert!(ptr::eq(first.unwrap(), second.unwrap()));
    assert_eq!(failed.unwrap_err(), "two is no number");
    assert_eq!((one.runs.count(), two.runs.count()), (1, 1));
    assert_eq!((one.config.get(), two.config.error()), (Some(&Config(1)), Some(&"two is no number".to_owned())));
    assert!(one.with_context(&Context::background()).await.is_ok());
    assert_eq!((&one.table()[..], &two.table()[..]), (&b"1"[..], &b"two"[..]));
}

#[tokio::test]
async fn a_static_of_ones_own_will_do() {
    static CONFIG: Once<Config, String> = Once::new();

    #[once(CONFIG)]
    async fn config() -> Result<&'static Config, String> {
        Ok(Config(1))
    }

    assert_eq!(CONFIG.get(), None);
    assert!(ptr::eq(config().await.unwrap(), CONFIG.get().unwrap()));
}

/// Each function has its own value, even of the same type; a generic impl has one value for all
/// types.
#[tokio::test]
async fn a_method_without_self_keeps_one_for_the_whole_program() {
    struct Of<T>(T);

    impl<T> Of<T> {
        #[once]
        async fn runs() -> &'static Runs {
            Runs::new()
        }

        #[once]
        async fn other() -> &'static Runs {
            Runs::new()
        }
    }

    assert!(ptr::eq(Of::<u8>::runs().await, Of::<String>::runs().await));
    assert!(!ptr::eq(Of::<u8>::runs().await, Of::<u8>::other().await));
    let _ = Of(1).0;
}
