//! Requests over real sockets on loopback: deadlines, clients that go, drains.

mod client;
mod deadlines;
mod disconnects;
mod drain;
mod handlers;
mod hostile;
mod streams;
mod support;
