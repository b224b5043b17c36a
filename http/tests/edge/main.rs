//! Requests over real sockets on loopback: deadlines, disconnects, drains.

mod client;
mod deadlines;
mod disconnects;
mod drain;
mod gateway;
mod grpc;
mod grpc_python;
mod handlers;
mod hostile;
mod readme;
mod support;
mod traces;
