//! Every macro in every form compiles without warnings under strict lints. The lints below apply
//! to every module.
#![deny(
    warnings,
    missing_docs,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    rust_2018_idioms,
    unused,
    unreachable_pub,
    let_underscore_drop,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    missing_debug_implementations,
    trivial_casts,
    trivial_numeric_casts
)]

use taskward::{Context, ContextError};

mod channels;
pub mod enforce;
mod groups;
mod interruption;
mod lazy;
mod methods;
mod once;
mod one_line;
mod pools;
pub mod public;
mod single_flight;
mod starts;
#[cfg(feature = "test-util")]
mod watched;

type Result<T, E = ContextError> = std::result::Result<T, E>;

#[taskward::cancellable]
async fn by_reference(ctx: &Context, n: u8) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(n)
}

#[taskward::cancellable]
async fn by_value(ctx: Context) {
    if let Err(why) = ctx.checkpoint().await {
        println!("{why}");
    }
}

#[taskward::main(grace = "0s")]
async fn main(_ctx: Context) -> Result<()> {
    by_reference(&Context::current(), 1).await.map(drop)
}
