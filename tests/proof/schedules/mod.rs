//! Bugs of ordering, which need a late task.

pub(crate) mod abba;
pub(crate) mod check_then_act;
pub(crate) mod dining;
pub(crate) mod double_checked_init;
pub(crate) mod hold_and_wait;
pub(crate) mod late_registration;
pub(crate) mod late_subscriber;
pub(crate) mod lost_update;
pub(crate) mod missed_notify;
pub(crate) mod recursive_read;
pub(crate) mod retries;
pub(crate) mod select_read_exact;
pub(crate) mod stale_cache;
