//! `TaskGroup`: no task outlives its owner.

mod join;
mod limits;
mod names;
mod panics;
mod queue;
mod race;
mod stops;
mod threads;
