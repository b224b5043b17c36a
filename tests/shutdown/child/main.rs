//! The programs that the test `shutdown` starts and stops: `shutdown-child CASE`. Each prints
//! "ready" when it is ready.
#![forbid(unsafe_code)]

use std::process::{ExitCode, Termination};

mod bodies;
mod errors;
mod own_runtime;
mod stuck;
mod tasks;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("waits") => bodies::waits::main(),
        Some("waits_on_one_thread") => bodies::waits_on_one_thread::main(),
        Some("cleans_up") => bodies::cleans_up::main(),
        Some("never_ends") => bodies::never_ends::main(),
        Some("has_no_grace") => bodies::has_no_grace::main(),
        Some("knows_the_current_context") => bodies::knows_the_current_context::main(),
        Some("is_called_otherwise") => ExitCode::from(bodies::called_otherwise()),
        Some("panics") => bodies::panics::main(),
        Some("fails") => errors::fails::main(),
        Some("fails_in_a_box") => errors::fails_in_a_box::main(),
        Some("fails_with_a_report") => errors::fails_with_a_report::main(),
        Some("fails_without_an_error") => errors::fails_without_an_error::main(),
        Some("fails_while_stopping") => errors::fails_while_stopping::main(),
        Some("is_interrupted") => errors::is_interrupted::main(),
        Some("has_a_code") => errors::has_a_code::main(),
        Some("blocks_its_thread") => stuck::blocks_its_thread::main(),
        Some("blocks_for_long") => stuck::blocks_for_long::main(),
        Some("leaves_a_blocked_thread") => stuck::leaves_a_blocked_thread::main(),
        Some("stops_beside_a_blocked_thread") => stuck::stops_beside_a_blocked_thread::main(),
        Some("leaves_a_task_that_blocks") => stuck::leaves_a_task_that_blocks::main(),
        Some("has_a_hook_that_blocks") => stuck::has_a_hook_that_blocks::main(),
        Some("blocks_standard_error") => stuck::blocks_standard_error::main(),
        Some("waits_for_standard_input") => stuck::waits_for_standard_input::main(),
        Some("leaves_tasks") => tasks::leaves_tasks::main(),
        Some("returns_before_stubborn_tasks") => tasks::returns_before_stubborn_tasks::main(),
        Some("returns_before_its_tasks") => tasks::returns_before_its_tasks::main(),
        Some("panics_beside_its_tasks") => tasks::panics_beside_its_tasks::main(),
        Some("is_cut_by_its_group") => tasks::is_cut_by_its_group::main(),
        Some("stops_cleanly") => tasks::stops_cleanly::main(),
        Some("does_not_stop_cleanly") => tasks::does_not_stop_cleanly::main(),
        Some("tells_who_is_alive") => tasks::tells_who_is_alive::main(),
        Some("joins_its_tasks") => tasks::joins_its_tasks::main(),
        Some("starts") => own_runtime::starts().report(),
        Some("runs_in_a_task") => own_runtime::runs_in_a_task().report(),
        Some("goes_on_afterwards") => own_runtime::goes_on_afterwards(),
        Some("gives_up_before_it_runs") => own_runtime::gives_up_before_it_runs(),
        case => panic!("{case:?} is no case"),
    }
}

/// Tells the test that it can begin.
fn ready() {
    println!("ready");
}
