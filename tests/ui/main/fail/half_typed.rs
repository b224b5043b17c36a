use taskward::Context;

#[taskward::main(grase = "10s")]
async fn main(ctx: Context) {
    ctx.
}
