//! Behaviour, compile-fail and expansion tests of taskward. The library only re-exports taskward:
//! see `renamed`.
#![forbid(unsafe_code)]

pub use taskward as passed_on;
