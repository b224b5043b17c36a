mod cancellable;
mod drops;
#[cfg(feature = "tokio-util")]
mod tokens;
mod with_timeout;
