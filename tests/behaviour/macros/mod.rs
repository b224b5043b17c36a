mod cancellable;
mod drops;
mod shapes;
#[cfg(feature = "tokio-util")]
mod tokens;
mod with_timeout;
