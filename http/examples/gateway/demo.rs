//! The demonstration: three processes and a client.

use std::io;
use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use futures::future::join_all;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{sleep, timeout};

use crate::Result;

/// A service in a process of its own.
struct Process {
    child: Child,
    says: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
}

impl Process {
    async fn start(part: &str, upstream: Option<SocketAddr>) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--only", part, "--listen", "127.0.0.1:0"]).kill_on_drop(true);
        if let Some(upstream) = upstream {
            command.args(["--upstream", &upstream.to_string()]);
        }
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("its output is not piped")?;
        let mut says = BufReader::new(stdout).lines();
        let address = says.next_line().await?.ok_or("it said nothing")?.parse()?;
        Ok(Self { child, says, address })
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends SIGTERM.
    async fn terminate(&self) -> Result {
        let id = self.child.id().ok_or("it has ended")?.to_string();
        let killed = Command::new("kill").args(["-TERM", &id]).status().await?;
        if killed.success() { Ok(()) } else { Err("it could not be signalled".into()) }
    }

    /// The exit status, and the numbers of orders that the process says it has answered and
    /// stored.
    async fn ended(&mut self) -> Result<(ExitStatus, u32, u32)> {
        let account = timeout(Duration::from_secs(15), self.says.next_line()).await??;
        let account = account.ok_or("it gives no account")?;
        let (answered, kept) = account.split_once(' ').ok_or("it gives half an account")?;
        Ok((self.child.wait().await?, answered.parse()?, kept.parse()?))
    }
}

fn check(holds: bool, what: impl Into<String>) -> Result {
    let what = what.into();
    println!("    {} {what}", if holds { "ok:" } else { "WRONG:" });
    if holds { Ok(()) } else { Err(what.into()) }
}

/// The number of calls to prices that have not ended.
async fn in_flight(prices: &Process) -> Result<u32> {
    Ok(reqwest::get(prices.url("/in-flight")).await?.text().await?.parse()?)
}

/// Waits until prices has `count` calls in flight. Returns the time that passed.
async fn until_in_flight(prices: &Process, count: u32) -> Result<Duration> {
    let began = Instant::now();
    while in_flight(prices).await? != count {
        if began.elapsed() > Duration::from_secs(5) {
            return Err(format!("prices never has {count} calls in flight").into());
        }
        sleep(Duration::from_millis(2)).await;
    }
    Ok(began.elapsed())
}

// taskward: allow(detached_task, missing_context)
async fn a_client_leaves(gateway: &Process, prices: &Process) -> Result {
    println!("A client leaves, while prices works for it:");
    let request = tokio::spawn(reqwest::get(gateway.url("/order/0")));
    until_in_flight(prices, 1).await?;
    request.abort();
    let took = until_in_flight(prices, 0).await?;
    check(took < Duration::from_millis(100), format!("prices has stopped {} ms later", took.as_millis()))
}

async fn a_deadline(gateway: &Process, prices: &Process) -> Result {
    println!("A deadline of 300 ms reaches the third service:");
    let client = reqwest::Client::new();
    let answer = client.get(gateway.url("/order/7")).header("x-deadline-ms", "300").send().await?.text().await?;
    let words: Vec<_> = answer.split_whitespace().collect();
    let left = |name: &str| -> Result<u64> {
        let at = words.iter().position(|word| *word == name).ok_or_else(|| format!("no {name} in {answer}"))?;
        Ok(words[at + 1].parse()?)
    };
    let (first, second, third) = (left("gateway_ms")?, left("orders_ms")?, left("prices_ms")?);
    let falls = 300 >= first && first >= second && second >= third;
    check(falls, format!("left in the gateway {first} ms, in orders {second} ms, in prices {third} ms"))?;
    let began = Instant::now();
    let late = client.get(gateway.url("/order/0")).header("x-deadline-ms", "300").send().await?;
    let took = began.elapsed().as_millis();
    check(
        late.status() == 504 && (250..1000).contains(&took),
        format!("a price that never comes: 504 after {took} ms"),
    )?;
    until_in_flight(prices, 0).await?;
    check(true, "nothing is in flight in prices")
}

async fn an_upload(gateway: &Process) -> Result {
    println!("An upload, by a pool of workers:");
    let upload = reqwest::Client::new().post(gateway.url("/upload")).body(vec![1; 1 << 16]);
    let answer = upload.send().await?.text().await?;
    check(answer.starts_with("16 blocks, checksum "), answer.trim_end())?;
    let page = reqwest::get(gateway.url("/metrics")).await?.text().await?;
    let depth = page.lines().find(|line| line.starts_with("taskward_pool_queue_depth"));
    check(depth == Some("taskward_pool_queue_depth{name=\"checksum\"} 0"), depth.unwrap_or("no such gauge"))?;
    let orders = reqwest::get(gateway.url("/orders")).await?.text().await?;
    check(orders.starts_with("1: price 21 "), format!("in the database: {}", orders.trim_end()))
}

/// The outcome of a request.
#[derive(PartialEq)]
enum Fate {
    Answered,
    /// The gateway no longer accepts connections; a connection in the listener's queue was reset.
    Refused,
    Torn(String),
}

/// Returns whether no byte of a response arrived. The gateway's own count shows whether there
/// should have been one.
fn was_reset(error: &reqwest::Error) -> bool {
    let mut next = std::error::Error::source(error);
    while let Some(error) = next {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::ConnectionReset) {
            return true;
        }
        next = error.source();
    }
    false
}

async fn ask(client: &reqwest::Client, url: &str) -> Fate {
    let response = match client.get(url).send().await {
        Ok(response) => response,
        Err(error) if error.is_connect() || was_reset(&error) => return Fate::Refused,
        Err(error) => return Fate::Torn(format!("{error:?}")),
    };
    let status = response.status();
    match response.text().await {
        Ok(text) if status == 200 && text.ends_with('\n') => Fate::Answered,
        Ok(text) => Fate::Torn(format!("{status} {text}")),
        Err(error) => Fate::Torn(error.to_string()),
    }
}

// taskward: allow(detached_task, missing_context)
async fn sigterm_under_load(gateway: &mut Process) -> Result {
    println!("SIGTERM, while 16 clients ask as fast as they can:");
    let url = gateway.url("/order/");
    let clients = (0..16_u64).map(|number| {
        let url = format!("{url}{}", number + 1);
        tokio::spawn(async move {
            // A new connection for each request: a kept one can be closed while a request is on
            // its way.
            let client = reqwest::Client::builder().pool_max_idle_per_host(0).build()?;
            let mut answered = 0_u32;
            loop {
                match ask(&client, &url).await {
                    Fate::Answered => answered += 1,
                    Fate::Refused => return Result::Ok(answered),
                    Fate::Torn(how) => return Err(how.into()),
                }
            }
        })
    });
    let clients: Vec<_> = clients.collect();
    sleep(Duration::from_millis(500)).await;
    let began = Instant::now();
    gateway.terminate().await?;
    let mut answered = 0;
    for client in join_all(clients).await {
        answered += client??;
    }
    let (status, account, kept) = gateway.ended().await?;
    // The gateway has answered one request before.
    let none_lost = answered > 16 && account == answered + 1;
    check(
        none_lost,
        format!("{answered} requests answered, none torn, none lost (by its account {account}, with one before)"),
    )?;
    check(kept == account, format!("{kept} orders are in the database"))?;
    let took = began.elapsed().as_millis();
    check(status.success() && took < 5000, format!("the gateway has drained in {took} ms, and exits with 0"))
}

pub(crate) async fn run() -> Result {
    let mut prices = Process::start("prices", None).await?;
    let mut orders = Process::start("orders", Some(prices.address)).await?;
    let mut gateway = Process::start("gateway", Some(orders.address)).await?;
    println!("gateway {}, orders {}, prices {}", gateway.address, orders.address, prices.address);
    a_client_leaves(&gateway, &prices).await?;
    a_deadline(&gateway, &prices).await?;
    an_upload(&gateway).await?;
    sigterm_under_load(&mut gateway).await?;
    for process in [&mut orders, &mut prices] {
        process.terminate().await?;
        process.ended().await?;
    }
    println!("done");
    Ok(())
}
