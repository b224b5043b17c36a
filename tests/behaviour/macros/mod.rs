mod cancellable;
mod drops;
mod hygiene;
mod retry;
mod stacks;
#[cfg(feature = "tokio-util")]
mod tokens;
mod with_timeout;
