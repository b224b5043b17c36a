//! The cost of a request with a context: time and allocations, compared with plain axum.
//!
//! `cargo bench -p taskward-http --bench request`; with `-- load`, only the load over loopback.
//! `-- count 2 1000` only makes 1,000 calls of the third router, for `valgrind --tool=callgrind`:
//! run it twice, and compare the difference.

use std::convert::Infallible;
use std::hint::black_box;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use taskward::{Context, ContextError, cancellable};
use taskward_http::ContextLayer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::layer::util::Identity;
use tower_service::Service;

async fn bare() -> &'static str {
    "hello"
}

#[cancellable]
async fn with_context(ctx: Context) -> Result<&'static str, ContextError> {
    ctx.check()?;
    Ok("hello")
}

fn routers(ctx: &Context) -> [(&'static str, Router); 4] {
    let contextual = || Router::new().route("/", get(with_context));
    [
        ("bare axum", Router::new().route("/", get(bare))),
        ("a layer that does nothing", Router::new().route("/", get(bare)).layer(Identity::new())),
        ("layer and extractor", contextual().layer(ContextLayer::new(ctx))),
        ("the same, with a limit", contextual().layer(ContextLayer::new(ctx).limit(Duration::from_secs(5)))),
    ]
}

/// One request without sockets; the response is read as hyper does.
async fn call(router: &mut Router) -> Result<(), Infallible> {
    use http_body_util::BodyExt as _;
    let request = http::Request::builder().uri("/").body(Body::empty()).unwrap();
    let response = router.call(request).await?;
    let body = response.into_body().collect().await.unwrap();
    black_box(body.to_bytes());
    Ok(())
}

async fn in_process(ctx: &Context) {
    const ROUNDS: usize = 21;
    const CALLS: u32 = 20_000;
    println!("{:<28} {:>8} {:>12}", "in process", "ns", "allocations");
    let mut routers = routers(ctx);
    let mut times = vec![Vec::new(); routers.len()];
    for _ in 0..ROUNDS {
        for (times, (_, router)) in times.iter_mut().zip(&mut routers) {
            let began = Instant::now();
            for _ in 0..CALLS {
                call(router).await.unwrap();
            }
            times.push(began.elapsed() / CALLS);
        }
    }
    for (mut times, (name, mut router)) in times.into_iter().zip(routers) {
        times.sort();
        let counted = allocation_counter::measure(|| {
            let mut call = std::pin::pin!(call(&mut router));
            let mut task = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(call.as_mut().poll(&mut task).is_ready());
        });
        println!("{name:<28} {:>8} {:>12}", times[ROUNDS / 2].as_nanos(), counted.count_total);
    }
}

/// Requests per second over `connections` connections, each of which waits for its response.
async fn load(address: std::net::SocketAddr, connections: usize, time: Duration) -> f64 {
    let until = Instant::now() + time;
    let mut clients = Vec::new();
    for _ in 0..connections {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        clients.push(tokio::spawn(async move {
            let mut answer = [0; 1024];
            let mut count = 0_u32;
            while Instant::now() < until {
                stream.write_all(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
                assert!(stream.read(&mut answer).await.unwrap() > 0);
                count += 1;
            }
            count
        }));
    }
    let mut all = 0;
    for client in clients {
        all += client.await.unwrap();
    }
    f64::from(all) / time.as_secs_f64()
}

async fn over_loopback(ctx: &Context) {
    const ROUNDS: usize = 9;
    println!("\n{:<28} {:>10} {:>6}", "over loopback, 32 clients", "requests/s", "ratio");
    let mut servers = Vec::new();
    for (name, router) in routers(ctx) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        if name == "bare axum" {
            tokio::spawn(async move { axum::serve(listener, router).await });
        } else {
            tokio::spawn(taskward_http::axum::serve(listener, router, ctx).into_future());
        }
        servers.push((name, address, Vec::new()));
    }
    for _ in 0..ROUNDS {
        for (_, address, rates) in &mut servers {
            rates.push(load(*address, 32, Duration::from_millis(700)).await);
        }
    }
    let mut first = None;
    for (name, _, mut rates) in servers {
        rates.sort_by(f64::total_cmp);
        let rate = rates[ROUNDS / 2];
        let first = *first.get_or_insert(rate);
        println!("{name:<28} {rate:>10.0} {:>6.3}", rate / first);
    }
}

/// The time that a drain takes with many idle connections.
async fn drain() {
    const IDLE: usize = 9_900; // two files each: Linux often allows 20,000
    let (ctx, stop) = Context::background().with_cancel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = routers(&ctx)[2].1.clone();
    let server = tokio::spawn(taskward_http::axum::serve(listener, app, &ctx).into_future());
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        let Ok(mut stream) = TcpStream::connect(address).await else { break };
        stream.write_all(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
        assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
        idle.push(stream);
    }
    let began = Instant::now();
    stop.cancel();
    server.await.unwrap().unwrap();
    println!("\n{} idle connections drained in {:?}", idle.len(), began.elapsed());
}

fn main() {
    let only_load = std::env::args().any(|arg| arg == "load");
    let (ctx, _stop) = Context::background().with_cancel();
    let numbers: Vec<usize> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    if let [index, calls] = numbers[..] {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut router = routers(&ctx)[index].1.clone();
        return runtime.block_on(async {
            for _ in 0..calls {
                call(&mut router).await.unwrap();
            }
        });
    }
    if !only_load {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(in_process(&ctx));
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        over_loopback(&ctx).await;
        drain().await;
    });
}
