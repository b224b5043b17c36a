//! Known leaks from Go, ported in our own words. Each test has the name of the kernel that it is
//! modelled on, and a row in `runtime/docs/leaks.md`. Kernels that do not compile here are in
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
