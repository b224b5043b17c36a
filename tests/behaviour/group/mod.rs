//! `TaskGroup`: no task outlives its owner.

mod accept;
mod calls;
mod join;
mod limits;
mod names;
mod panics;
mod queue;
mod race;
mod service;
mod stops;
mod threads;
mod wakers;
