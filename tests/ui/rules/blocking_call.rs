use std::fs;
use std::io::Read;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use taskward::{Context, cancellable};

#[cancellable]
async fn blocks(ctx: &Context) -> std::io::Result<()> {
    ctx.checkpoint().await?;
    std::thread::sleep(Duration::from_secs(1));
    let _text = std::fs::read_to_string("Cargo.toml")?;
    let _bytes = fs::read("Cargo.toml")?;
    let _size = fs::metadata("Cargo.toml").unwrap().len();
    let _stream = std::net::TcpStream::connect("localhost:80")?;
    let _listing = std::process::Command::new("ls").arg("-l").output()?;
    Ok(())
}

#[cancellable]
async fn waits_on_the_thread(ctx: &Context) -> Option<()> {
    use std::thread::sleep;
    ctx.checkpoint().await.ok()?;
    sleep(Duration::from_secs(1));
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<u8>(1);
    sender.blocking_send(1).ok()?;
    receiver.blocking_recv()?;
    tokio::runtime::Handle::current().block_on(async {});
    futures::executor::block_on(async {});
    let _file = async { std::fs::File::open("Cargo.toml").map(|mut file| file.read(&mut [])) };
    Some(())
}

#[cancellable]
async fn waits_for_a_condition(ctx: &Context, ready: &Mutex<bool>, changed: &Condvar) -> Option<()> {
    ctx.checkpoint().await.ok()?;
    let guard = ready.lock().unwrap();
    let guard = changed.wait(guard).unwrap();
    drop(guard);
    drop(changed.wait_while(ready.lock().unwrap(), |ready| !*ready));
    Some(())
}

fn main() {
    let ctx = Context::background();
    drop((blocks(&ctx), waits_on_the_thread(&ctx)));
    drop(waits_for_a_condition(&ctx, &Mutex::new(true), &Condvar::new()));
}
