//! Bugs of dropping: data that is lost when a future is cancelled.

pub(crate) mod half_written_frame;
pub(crate) mod lost_connection;
pub(crate) mod lost_item;
pub(crate) mod lost_permit;
pub(crate) mod lost_send;
pub(crate) mod single_flight;
pub(crate) mod write_all;
