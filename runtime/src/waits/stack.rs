//! Stacks, and the owners of their frames.
//!
//! Capturing a stack records addresses only. They are resolved with the debug information on
//! demand, one frame after the other.

use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::ptr::without_provenance_mut;
use std::sync::OnceLock;

/// The return addresses of a stack, innermost first.
#[derive(Debug)]
pub(crate) struct Stack(Vec<usize>);

/// A call on a stack.
pub(crate) struct Frame {
    /// Empty for a stripped program.
    pub(crate) function: String,
    pub(crate) file: Option<PathBuf>,
    line: Option<u32>,
    column: Option<u32>,
}

impl Stack {
    #[inline(never)]
    pub(crate) fn capture() -> Self {
        let mut addresses = Vec::with_capacity(64);
        backtrace::trace(|frame| {
            addresses.push(frame.ip().addr());
            true
        });
        Self(addresses)
    }

    pub(crate) fn addresses(&self) -> &[usize] {
        &self.0
    }

    /// Returns the calls, including inlined ones.
    pub(crate) fn frames(&self) -> impl Iterator<Item = Frame> {
        self.0.iter().flat_map(|address| {
            let mut frames = Vec::new();
            backtrace::resolve(without_provenance_mut::<c_void>(*address), |symbol| frames.push(Frame::of(symbol)));
            frames
        })
    }
}

impl Frame {
    fn of(symbol: &backtrace::Symbol) -> Self {
        let function = symbol.name().map(|name| format!("{name:#}")).unwrap_or_default().replace("::{{closure}}", "");
        let file = symbol.filename().map(Path::to_path_buf);
        Self { function, file, line: symbol.lineno(), column: symbol.colno() }
    }

    /// Returns `file:line:column` like `Location`: relative to the workspace for its files.
    pub(crate) fn at(&self) -> Option<String> {
        let (file, line) = (self.file.as_ref()?, self.line?);
        let file = root().and_then(|root| file.strip_prefix(root).ok()).unwrap_or(file).display();
        Some(self.column.map_or_else(|| format!("{file}:{line}"), |column| format!("{file}:{line}:{column}")))
    }
}

/// Returns the root of the workspace in which the process was started. A test starts in the folder
/// of its package, at or below the root.
fn root() -> Option<&'static Path> {
    static ROOT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let find = || {
        let here = std::env::current_dir().ok()?;
        let is_root = |folder: &&Path| folder.join("Cargo.lock").is_file();
        // A package with a lock file is its own workspace, even inside another one.
        let root =
            if is_root(&here.as_path()) { Some(here.as_path()) } else { here.ancestors().filter(is_root).last() };
        root.map(Path::to_path_buf)
    };
    ROOT.get_or_init(find).as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_frames_are_those_of_the_capture() {
        let stack = Stack::capture();
        let mine = stack.frames().find(|frame| frame.function.contains("the_innermost_frames")).unwrap();
        assert!(mine.at().unwrap().contains("stack.rs:"), "{:?}", mine.at());
    }
}
