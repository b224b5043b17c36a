//! Shows the state of a job queue.

use std::process::ExitCode;
use std::time::Duration;

use taskward_jobs::{Jobs, JobsError};

const USAGE: &str = "\
The state of a job queue of taskward.

    taskward-jobs status URL          queues: jobs that wait, run, are delayed; dead letters; servers
    taskward-jobs dead URL QUEUE      lists dead letters
    taskward-jobs requeue URL QUEUE   makes jobs of all dead letters of a queue

URL is postgres://user@host/database or sqlite://path";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["status", url] => status(url).await,
        ["dead", url, queue] => dead(url, queue).await,
        ["requeue", url, queue] => requeue(url, queue).await,
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn status(url: &str) -> Result<(), JobsError> {
    let queues = Jobs::connect(url).await?.status().await?;
    if queues.is_empty() {
        println!("no jobs, no dead letters, no servers");
        return Ok(());
    }
    println!(
        "{:<24} {:<16} {:>8} {:>8} {:>8} {:>6} {:>8} {:>10}",
        "QUEUE", "FUNCTION", "WAITING", "DELAYED", "RUNNING", "DEAD", "SERVERS", "OLDEST"
    );
    for state in queues {
        println!(
            "{:<24} {:<16} {:>8} {:>8} {:>8} {:>6} {:>8} {:>10}",
            state.queue,
            state.function,
            state.waiting,
            state.delayed,
            state.running,
            state.dead,
            state.servers,
            age(state.oldest)
        );
        if state.servers == 0 && state.waiting + state.delayed > 0 {
            let (function, jobs) = (state.function, state.waiting + state.delayed);
            println!("    no server knows `{function}`: its {jobs} jobs wait");
        }
    }
    Ok(())
}

async fn dead(url: &str, queue: &str) -> Result<(), JobsError> {
    for job in Jobs::connect(url).await?.dead(queue).await? {
        println!("{} {} after {} attempts, {} ago", job.id, job.function, job.attempts, age(job.age));
        println!("    item   {}", job.item);
        println!("    error  {}", job.error);
    }
    Ok(())
}

async fn requeue(url: &str, queue: &str) -> Result<(), JobsError> {
    let jobs = Jobs::connect(url).await?;
    let dead = jobs.dead(queue).await?;
    let count = jobs.requeue(dead.iter().map(|job| job.id)).await?;
    println!("{count} requeued");
    Ok(())
}

/// Returns a duration in its largest unit.
fn age(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        seconds @ 1..=119 => format!("{seconds} s"),
        seconds @ 120..=7199 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}
