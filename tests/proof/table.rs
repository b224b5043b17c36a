//! The table on the pages of `#[race_test]` and `#[cancel_test]`. `UPDATE_EXPECT=1 cargo test -p
//! taskward-tests --all-features --test proof` updates it.

use std::fmt::Write;
use std::panic::catch_unwind;

use expect_test::expect_file;

use crate::{drops, schedules};

struct Bug {
    name: &'static str,
    found: fn(),
    /// The options as written in the attribute.
    by: &'static str,
    most_runs: usize,
    source: &'static str,
}

const ONE_DELAY: &str = "`race_test(delays = 1)`";
const TWO_DELAYS: &str = "`race_test(delays = 2)`";
const CANCEL: &str = "`cancel_test`";

macro_rules! bugs {
    ($($by:ident within $most:literal: $module:ident::$bug:ident, $name:literal, $source:literal;)*) => {
        &[$(Bug { name: $name, found: $module::$bug::found, by: $by, most_runs: $most, source: $source }),*]
    };
}

const BUGS: &[Bug] = bugs! {
    ONE_DELAY within 100: schedules::lost_update, "lost update", "Lu et al., ASPLOS 2008";
    ONE_DELAY within 100: schedules::check_then_act, "check, then act", "moka-rs/moka#15";
    ONE_DELAY within 100: schedules::double_checked_init, "double-checked init", "moka-rs/moka#195";
    ONE_DELAY within 100: schedules::missed_notify, "missed `notify_waiters`", "tokio-rs/tokio#3066";
    ONE_DELAY within 100: schedules::abba, "ABBA deadlock", "Lu et al., ASPLOS 2008";
    ONE_DELAY within 100: schedules::select_read_exact, "`read_exact` in a `select!` in a loop", "Quantus-Network/chain#674";
    ONE_DELAY within 100: schedules::recursive_read, "read lock under a read lock", "tari-project/tari#4668";
    ONE_DELAY within 100: schedules::hold_and_wait, "two permits, one by one", "tokio-rs/tokio#1973";
    ONE_DELAY within 100: schedules::stale_cache, "stale entry in a cleared cache", "near/nearcore#14987";
    ONE_DELAY within 100: schedules::late_subscriber, "state read before the subscription", "cashubtc/cdk#1023";
    ONE_DELAY within 100: schedules::late_registration, "task registered after its end", "librefang/librefang#3445";
    TWO_DELAYS within 2000: schedules::dining, "three locks in a circle", "Dijkstra, 1965";
    TWO_DELAYS within 2000: schedules::retries, "an update given up after two conflicts", "Leesatapornwongsa et al., ASPLOS 2016";
    CANCEL within 100: drops::lost_item, "item lost between `recv` and store", "marmot-protocol/mdk#712";
    CANCEL within 100: drops::lost_send, "item lost by a cancelled `send`", "tokio-rs/tokio#5947";
    CANCEL within 100: drops::half_written_frame, "half-written frame", "vm0-ai/vm0#12205";
    CANCEL within 100: drops::write_all, "cancelled `write_all`", "diamondrod/kdbplus#8";
    CANCEL within 100: drops::lost_permit, "semaphore permit lost", "typelevel/keypool#706";
    CANCEL within 100: drops::lost_connection, "connection not put back", "transact-rs/sqlx#4349";
    CANCEL within 100: drops::single_flight, "single flight not handed over", "janos/singleflight#4";
};

#[test]
fn each_bug_is_found_within_its_runs_and_the_pages_say_in_how_many() {
    let mut table = String::from("| bug | known from | found by | in run |\n|---|---|---|---|\n");
    for Bug { name, found, by, most_runs, source } in BUGS {
        let run = run_of(&report(*found));
        assert!(run <= *most_runs, "{name}: {run} runs");
        writeln!(table, "| {name} | {source} | {by} | {run} |").unwrap();
    }
    expect_file!["../../runtime/docs/bugs.md"].assert_eq(&table);
}

/// Returns the panic message of the test.
fn report(found: fn()) -> String {
    let payload = catch_unwind(found).expect_err("the bug is found");
    *payload.downcast::<String>().expect("a report is a text")
}

/// `… failed in run 7`
fn run_of(report: &str) -> usize {
    let (_, rest) = report.split_once(" failed in run ").expect(report);
    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
    number.parse().expect(report)
}
