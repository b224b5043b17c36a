//! Behaviour, compile-fail and expansion tests of taskward. This library only passes it on: see `renamed`.

pub use taskward as passed_on;
