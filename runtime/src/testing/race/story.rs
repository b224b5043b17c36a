//! Describes the events of a run.

use std::panic::Location;
use std::sync::Arc;

use super::journal::{Step, StepKind};
use super::plan::Record;
use crate::testing::run::Run;
use crate::testing::task::Task;
use crate::waits::place::Stacks;

/// The maximum number of lines; only the end of longer schedules is reported.
const LINES: usize = 60;
/// The maximum number of turns in these lines, each of which may stand for several.
const TURNS: usize = 300;

/// Returns a line for each turn, or for several equal turns.
pub(super) fn steps(record: &Record) -> Vec<String> {
    let mut turns: Vec<(usize, String, usize)> = Vec::new();
    for (at, step) in record.steps.iter().enumerate().rev().take(TURNS) {
        let line = line(step, &record.tasks);
        let is_full = turns.len() == LINES;
        match turns.last_mut() {
            Some((first, last, times)) if *last == line => (*first, *times) = (at, *times + 1),
            _ if is_full => break,
            _ => turns.push((at, line, 1)),
        }
    }
    let skipped = turns.last().map_or(0, |(first, ..)| *first);
    let width = record.steps.len().to_string().len();
    let before = (skipped > 0).then(|| format!("({skipped} turns before)"));
    let lines = turns.iter().rev().map(|(first, line, times)| {
        let times = if *times > 1 { format!(", {times} times") } else { String::new() };
        format!("{:>width$}  {line}{times}", first + 1)
    });
    before.into_iter().chain(lines).collect()
}

fn line(step: &Step, tasks: &[Arc<Task>]) -> String {
    let who = name(step.task, tasks);
    let at = place(step.at, step.stacks.as_ref());
    let to = at.as_deref().map(|at| format!(" to {at}")).unwrap_or_default();
    match step.kind {
        StepKind::Ran => format!("{who} runs{to}"),
        StepKind::Ended => format!("{who} ends"),
        StepKind::DelayedBefore => match at {
            Some(at) => format!("{who} is DELAYED at {at}"),
            None => format!("{who} is DELAYED before it begins"),
        },
        StepKind::DelayedIn => format!("{who} runs{to}, and is DELAYED there"),
        StepKind::Panicked => format!("{who} panics"),
    }
}

/// Describes a delay.
pub(super) fn delay(step: &Step, tasks: &[Arc<Task>]) -> String {
    let at = match place(step.at, step.stacks.as_ref()) {
        Some(at) => format!(" at {at}"),
        None => " before it begins".to_owned(),
    };
    match find(step.task, tasks) {
        Some(task) if task.number > 0 => format!("{task}{at} (spawned at {})", task.info.spawned_at()),
        _ => format!("{}{at}", name(step.task, tasks)),
    }
}

/// Describes the live tasks and where they wait.
pub(crate) fn alive(run: &Run) -> Vec<String> {
    let mut lines: Vec<_> = run
        .alive
        .iter()
        .map(|task| {
            let at = place(task.awaits(), task.seen.stacks().as_ref());
            let waits = at.map(|at| format!(", waiting at {at}")).unwrap_or_default();
            format!("{}{waits}", described(task))
        })
        .collect();
    match run.unknown {
        0 => {}
        1 => lines.push("a task that was spawned where the test does not see it".to_owned()),
        more => lines.push(format!("{more} tasks that were spawned where the test does not see them")),
    }
    lines
}

fn described(task: &Task) -> String {
    match task.number {
        0 => task.to_string(),
        _ => format!("{task}, spawned at {}", task.info.spawned_at()),
    }
}

fn name(number: u32, tasks: &[Arc<Task>]) -> String {
    find(number, tasks).map_or_else(|| format!("task {number}"), ToString::to_string)
}

fn find(number: u32, tasks: &[Arc<Task>]) -> Option<&Task> {
    tasks.iter().find(|task| task.number == number).map(|task| &**task)
}

/// Returns where a task waits: the innermost known place in user code, or else the `.await` of the
/// test.
fn place(at: Option<&Location<'_>>, stacks: Option<&Stacks>) -> Option<String> {
    let places: Vec<_> = stacks.map(Stacks::places).unwrap_or_default().iter().map(ToString::to_string).collect();
    if places.is_empty() { at.map(ToString::to_string) } else { Some(places.join(" and ")) }
}
