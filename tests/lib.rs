//! Behaviour, compile-fail and expansion tests of taskward. This library only passes it on: see
//! `renamed`.
#![forbid(unsafe_code)]

pub use taskward as passed_on;
