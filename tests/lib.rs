//! Behaviour, compile-fail and expansion tests of taskward.
