use taskward::{Context, ContextError, cancellable};

fn compute(n: u64) -> u64 {
    n.wrapping_mul(3)
}

#[cancellable]
async fn computes(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await?;
    for n in 0.. {
        compute(n);
    }
    let mut n = 1;
    loop {
        n = compute(n);
    }
}

#[cancellable]
async fn only_the_inner_loop_ends(ctx: &Context) -> Result<u64, ContextError> {
    ctx.checkpoint().await?;
    let mut n = 1;
    while true {
        for _ in 0..10 {
            n = compute(n);
            if n > 100 {
                break;
            }
        }
        let _unused = async { 1 };
    }
    Ok(n)
}

fn main() {
    let ctx = Context::background();
    drop((computes(&ctx), only_the_inner_loop_ends(&ctx)));
}
