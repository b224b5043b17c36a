//! Leaks known from Go, ported in our own words: each test is named after the kernel that it is
//! modelled on, and has a row in `runtime/docs/leaks.md`. Those that do not compile are in
//! `ui/leaks`.
#![allow(clippy::unused_async, reason = "the kernels' functions stand for users' ones, whose bodies do not matter")]

mod channels;
mod contexts;
mod ends;
mod groups;
mod locks;
mod page;
mod receivers;
mod rounds;
mod support;
mod waits;
