//! The output: sums on standard output, problems on standard error.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::digest::{Digest, Error};

pub(crate) struct Report {
    sums: BufWriter<Stdout>,
    written: io::Result<()>,
    done: usize,
    problems: usize,
}

impl Default for Report {
    fn default() -> Self {
        Self { sums: BufWriter::new(io::stdout()), written: Ok(()), done: 0, problems: 0 }
    }
}

impl Report {
    pub(crate) fn problems(&mut self, problems: &[(PathBuf, String)]) {
        for (path, reason) in problems {
            self.problem(path, reason);
        }
    }

    pub(crate) fn file(&mut self, path: &Path, result: Result<Digest, Error>) {
        match result {
            Ok(digest) => {
                self.done += 1;
                if self.written.is_ok() {
                    self.written = self.sums.write_all(line(&digest, path).as_bytes());
                }
            }
            // Reported once for all of them.
            Err(Error::Interrupted(why)) if why.is_cancelled() => {}
            Err(error) => self.problem(path, &error.to_string()),
        }
    }

    /// Returns the exit code of a complete run.
    pub(crate) fn finished(mut self) -> ExitCode {
        self.flush();
        if self.problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Reports the progress of an interrupted run. `of` is the number of files, if known.
    pub(crate) fn interrupted(mut self, of: Option<usize>) -> ExitCode {
        self.flush();
        let done = self.done;
        match of {
            Some(files) => eprintln!("checksum: interrupted: {done} of {files} files done"),
            None => eprintln!("checksum: interrupted: {done} files done, still looking for files"),
        }
        // After a signal, `main` uses its own code.
        ExitCode::FAILURE
    }

    fn problem(&mut self, path: &Path, reason: &str) {
        self.problems += 1;
        eprintln!("checksum: {}: {reason}", path.display());
    }

    fn flush(&mut self) {
        let written = std::mem::replace(&mut self.written, Ok(())).and_then(|()| self.sums.flush());
        match written {
            Ok(()) => {}
            // The reader of the sums has closed the pipe.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.problems += 1,
            Err(error) => self.problem(Path::new("standard output"), &error.to_string()),
        }
    }
}

/// Returns one line for `sha256sum --check`. A name with a line break or a backslash is escaped,
/// and the line marked by a backslash.
fn line(digest: &Digest, path: &Path) -> String {
    let name = path.to_str().expect("other names were sorted out");
    let escaped = name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    let mut line = String::with_capacity(68 + name.len());
    if escaped != name {
        line.push('\\');
    }
    for byte in digest {
        let _ = write!(line, "{byte:02x}");
    }
    line + "  " + &escaped + "\n"
}
