use taskward::Context;

mod wrong_value {
    #[taskward::main]
    async fn main(ctx: super::Context) -> Result<(), String> {
        ctx.checkpoint().await
    }
}

#[taskward::main]
async fn main(ctx: Context) -> Result<(), std::io::Error> {
    let count: u8 = "7".parse()?;
    ctx.no_such_method();
    drop(count);
    Ok(())
}
