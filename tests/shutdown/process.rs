//! A child process that a test stops.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

pub(crate) struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
    /// Dropped when the process has ended in time.
    alarm: Sender<()>,
}

pub(crate) struct Ended {
    /// `None` if a signal killed the process.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Process {
    /// Starts a program, and waits until it is ready.
    pub(crate) fn start(case: &str) -> Self {
        let mut process = Self::new(case);
        assert_eq!(process.line(), "ready");
        process
    }

    fn new(case: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shutdown-child"));
        let command = command.arg(case).env("RUST_BACKTRACE", "0");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (alarm, ended) = mpsc::channel();
        let id = child.id();
        thread::spawn(move || {
            if ended.recv_timeout(Duration::from_secs(60)) == Err(RecvTimeoutError::Timeout) {
                kill(id, "KILL");
            }
        });
        Self { child, stdout, stderr, alarm }
    }

    /// Reads the next line of its output.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The next lines on standard error.
    pub(crate) fn error_lines(&mut self, count: usize) -> Vec<String> {
        (&mut self.stderr).lines().take(count).map(Result::unwrap).collect()
    }

    pub(crate) fn write_line(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    pub(crate) fn signal(&mut self, name: &str) {
        kill(self.child.id(), name);
    }

    /// Waits for its end, which must come before the grace of one hour that some programs have.
    pub(crate) fn wait(mut self) -> Ended {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.stderr.read_to_string(&mut stderr).unwrap();
        let code = self.child.wait().unwrap().code();
        drop(self.alarm);
        Ended { code, stdout, stderr }
    }
}

/// Runs a program that needs no signal.
pub(crate) fn run(case: &str) -> Ended {
    Process::new(case).wait()
}

fn kill(process: u32, signal: &str) {
    Command::new("kill").arg(format!("-{signal}")).arg(process.to_string()).status().unwrap();
}
