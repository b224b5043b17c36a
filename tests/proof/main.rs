//! Bugs that others have had, each with its repaired twin: how many runs it takes to find them.

mod cancelled;
