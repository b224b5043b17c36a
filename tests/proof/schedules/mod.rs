//! Bugs of ordering, which need a late task.

pub(crate) mod abba;
pub(crate) mod check_then_act;
pub(crate) mod dining;
pub(crate) mod double_checked_init;
pub(crate) mod lost_update;
pub(crate) mod missed_notify;
pub(crate) mod retries;
pub(crate) mod select_read_exact;
