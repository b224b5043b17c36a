//! `TaskGroup`: no task outlives its owner.

mod join;
mod limits;
mod names;
mod panics;
mod race;
mod stops;
