//! [`Context`]: cancellation, deadlines and values, passed from call to call.
//!
//! [`tree`] stores what can end, [`call`] races bodies against it, and [`protect`] delays the
//! interruption of a call.

pub(crate) mod call {
    mod at;
    pub(crate) mod body_first;
    pub(crate) mod budget;
    pub(crate) mod current;
    mod end_probe;
    pub(crate) mod frame;
    pub(crate) mod generated;
    pub(crate) mod limited;
    pub(crate) mod race;
    pub(crate) mod scope;
    mod spare;
    pub(crate) mod time_limit;
    pub(crate) mod waiter;
    pub(crate) mod within;
}
mod canceller;
mod derive;
pub(crate) mod each;
mod handle;
mod hook;
pub(crate) mod param;
pub(crate) mod protect {
    pub(crate) mod grace;
    pub(crate) mod held;
    pub(crate) mod shield;
}
#[cfg(feature = "tokio-util")]
mod token;
pub(crate) mod tree;
mod values;
mod waiting;

pub use self::canceller::Canceller;
pub(crate) use self::canceller::OwnContext;
pub use self::handle::Context;
pub use self::hook::CancelHook;
pub use self::protect::shield::Shield;
pub use self::waiting::WaitForCancel;
