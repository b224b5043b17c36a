//! The frames of a stack, and whose code they are.
//!
//! `Backtrace` has no frames that a stable compiler would show, but it prints them: `  12: FUNCTION`, and `at FILE:LINE:COLUMN` in the next line.

use std::backtrace::Backtrace;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub(super) struct Frame {
    pub(super) function: String,
    pub(super) at: Option<String>,
}

pub(super) enum Whose {
    Users,
    /// What waits for the end of a context.
    Contexts,
    /// A library's.
    Others,
}

/// Crates that user code waits in. Those from a registry are known by their path, but not if they are vendored, or if there is no debug information.
const LIBRARIES: [&str; 16] = [
    "alloc",
    "async_channel",
    "cooked_waker",
    "core",
    "event_listener",
    "futures",
    "futures_channel",
    "futures_core",
    "futures_util",
    "hyper",
    "hyper_util",
    "std",
    "tokio",
    "tokio_stream",
    "tokio_util",
    "tower",
];

impl Frame {
    pub(super) fn whose(&self) -> Whose {
        let krate = self.krate();
        if krate == "taskward" {
            return if self.function.contains("taskward::context::") { Whose::Contexts } else { Whose::Others };
        }
        let path = self.at.as_deref().unwrap_or_default().replace('\\', "/");
        let is_library = LIBRARIES.contains(&krate)
            || ["/rustc/", "/lib/rustlib/src/", "/registry/src/", "/git/checkouts/"]
                .iter()
                .any(|folder| path.contains(folder));
        // Above `main` there are C functions, which have no path.
        if is_library || !self.function.contains("::") { Whose::Others } else { Whose::Users }
    }

    /// `krate::module::function`, `<krate::Type as Trait>::method`.
    fn krate(&self) -> &str {
        let name = self.function.trim_start_matches(['<', '&', '*', '(', '[', ' ']);
        let name = name.trim_start_matches("mut ").trim_start_matches("dyn ");
        name.split([':', '<', '>', ' ', ',']).next().unwrap_or_default()
    }
}

/// Whether a panic at this stack ends the task that is being polled: nothing catches it before Tokio does.
pub(super) fn ends_task(stack: &Backtrace) -> bool {
    let frames = frames(stack);
    let catches = |frame: &Frame| CATCHES.iter().any(|catch| frame.function.contains(catch));
    let mut outside = frames.iter().skip_while(|frame| !catches(frame));
    // What catches is some frames of the standard library, and then its caller. Without symbols the task is taken to end.
    outside
        .find(|frame| !matches!(frame.krate(), "std" | "core" | "__rust_try"))
        .is_none_or(|frame| frame.krate() == "tokio")
}

const CATCHES: [&str; 3] = ["__rust_try", "std::panicking::catch_unwind", "std::panic::catch_unwind"];

/// From the innermost outwards.
pub(super) fn frames(stack: &Backtrace) -> Vec<Frame> {
    parse(&stack.to_string())
}

fn parse(text: &str) -> Vec<Frame> {
    let mut frames: Vec<Frame> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(at) = line.strip_prefix("at ") {
            if let Some(frame) = frames.last_mut() {
                frame.at = Some(from_root(at));
            }
        } else if let Some((number, function)) = line.split_once(": ")
            && number.chars().all(|digit| digit.is_ascii_digit())
        {
            let function = function.replace("::{{closure}}", "");
            frames.push(Frame { function, at: None });
        }
    }
    frames
}

/// The path as the compiler was given it, which is how `Location` says it: from the root of the workspace. `Backtrace` says it from the folder that the process
/// is in, which for a test is that of its package.
fn from_root(at: &str) -> String {
    let Some(rest) = at.strip_prefix("./").or_else(|| at.strip_prefix(".\\")) else { return at.to_owned() };
    match below_root() {
        Some(below) => below.join(rest).display().to_string(),
        None => rest.to_owned(),
    }
}

/// Where in its workspace the process was started, if it is in one.
fn below_root() -> Option<&'static Path> {
    static BELOW: OnceLock<Option<PathBuf>> = OnceLock::new();
    let find = || {
        let here = std::env::current_dir().ok()?;
        let root = here.ancestors().skip(1).filter(|folder| folder.join("Cargo.lock").is_file()).last()?;
        // A package of its own, below another one.
        if here.join("Cargo.lock").is_file() { None } else { here.strip_prefix(root).ok().map(Path::to_path_buf) }
    };
    BELOW.get_or_init(find).as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_from_what_a_backtrace_prints() {
        let text = "   0: tokio::sync::mutex::Mutex<T>::lock::{{closure}}\n             at /home/u/.cargo/registry/src/index/tokio-1.54.1/src/sync/mutex.rs:455:33\n\
                    \x20 1: <shop::Stock as shop::Count>::count::{{closure}}\n             at /home/u/shop/src/stock.rs:12:64\n  53: main\n";
        let frames = parse(text);
        let found: Vec<_> = frames.iter().map(|frame| (frame.krate(), matches!(frame.whose(), Whose::Users))).collect();
        assert_eq!(found, [("tokio", false), ("shop", true), ("main", false)]);
        assert_eq!(frames[1].function, "<shop::Stock as shop::Count>::count");
        assert_eq!(frames[1].at.as_deref(), Some("/home/u/shop/src/stock.rs:12:64"));
    }

    #[test]
    fn without_debug_information_the_function_says_whose_it_is() {
        let frames = parse(
            "  1: <alloc::boxed::Box<T> as Future>::poll\n  2: taskward::context::race::poll\n  3: shop::serve\n",
        );
        let whose: Vec<_> = frames.iter().map(Frame::whose).collect();
        assert!(matches!(whose[..], [Whose::Others, Whose::Contexts, Whose::Users]));
    }
}
