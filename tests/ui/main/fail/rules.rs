use taskward::Context;

async fn serve(ctx: Context) {
    ctx.cancelled().await;
}

#[taskward::main]
async fn main(ctx: Context) {
    tokio::spawn(serve(ctx.clone()));
    let _ = tokio::spawn(serve(ctx.clone()));
    let _server = tokio::task::spawn(serve(ctx.clone()));
    serve(Context::background()).await;
    loop {
        println!("busy");
    }
}
