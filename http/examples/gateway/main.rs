//! Three services and the path of a request through them: a gateway (axum, with a database) calls
//! orders (gRPC, tonic), which calls prices (axum).
//!
//!     cargo run --example gateway            # all three in one process; prints what to try
//!     cargo run --example gateway -- --demo  # starts all of them, and a client
//!
//! The demonstration shows that a client that leaves stops the last service, that a deadline
//! reaches it, and that a SIGTERM under load loses no request.

mod database;
mod demo;
mod failure;
mod gateway;
mod orders;
mod prices;
mod wire;

use std::error::Error;
use std::net::SocketAddr;

use clap::{Parser, ValueEnum};
use taskward::{Context, TaskGroup};
use tokio::net::TcpListener;

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A gateway, orders and prices.
#[derive(Parser)]
struct Options {
    /// Runs the demonstration in the terminal.
    #[arg(long)]
    demo: bool,
    /// Runs only one of the services.
    #[arg(long)]
    only: Option<Part>,
    /// The address to listen on; the gateway's, if all services run. Port 0 takes any free port.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The service to call: orders for the gateway, prices for orders.
    #[arg(long, value_name = "ADDRESS")]
    upstream: Option<SocketAddr>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    Gateway,
    Orders,
    Prices,
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Returns the number of orders that are in the database, if the part has one.
async fn run(ctx: &Context, part: Part, listener: TcpListener, upstream: Option<SocketAddr>) -> Result<u32> {
    match (part, upstream) {
        (Part::Gateway, Some(orders)) => return gateway::serve(ctx, listener, orders).await,
        (Part::Orders, Some(prices)) => orders::serve(ctx, listener, prices).await?,
        (Part::Prices, _) => prices::serve(ctx, listener).await?,
        (part, None) => return Err(format!("{part:?} needs `--upstream ADDRESS`").into()),
    }
    Ok(0)
}

async fn run_all(ctx: &Context, address: SocketAddr) -> Result {
    wire::record();
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    let (prices, prices_address) = listen(free).await?;
    let (orders, orders_address) = listen(free).await?;
    let (gateway, address) = listen(address).await?;
    println!(
        "Try, in another terminal:
    curl http://{address}/order/7                           # the gateway asks orders, orders asks prices
    curl -H 'x-deadline-ms: 100' http://{address}/order/0   # a price that never comes: 504 after 100 ms, in all three
    curl --max-time 1 http://{address}/order/0              # leave, and look at the metrics: nothing is in flight
    curl --data-binary @Cargo.lock http://{address}/upload  # a checksum, by a pool of workers
    curl http://{address}/orders                            # the latest, from the database
    curl http://{address}/metrics
    curl http://{address}/tasks                             # what is alive, and since when; kill -QUIT {0} says it here
    kill -TERM {0}                                  # requests in flight are finished",
        std::process::id()
    );
    // Upstream services run until the gateway has drained.
    let (upstream, stop) = ctx.detach().with_cancel();
    let group = TaskGroup::<Result<u32>>::new(&upstream).metrics("upstream").name("upstream");
    group.spawn(async move |ctx| run(&ctx, Part::Prices, prices, None).await).await?;
    group.spawn(async move |ctx| run(&ctx, Part::Orders, orders, Some(prices_address)).await).await?;
    let served = gateway::serve(ctx, gateway, orders_address).await;
    stop.cancel_with(taskward::ShuttingDown);
    _ = group.join().await;
    served.map(drop)
}

#[taskward::main(grace = "10s", exit_code = clean)]
async fn main(ctx: Context) -> Result {
    let options = Options::parse();
    if options.demo {
        return demo::run().await;
    }
    let Some(part) = options.only else { return run_all(&ctx, options.listen).await };
    let (listener, address) = listen(options.listen).await?;
    println!("{address}");
    let kept = run(&ctx, part, listener, options.upstream).await?;
    println!("{} {kept}", wire::successful(&wire::record(), "order"));
    Ok(())
}
