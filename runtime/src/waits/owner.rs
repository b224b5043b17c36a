//! Determines the owner of a frame's code, by its file, or by its function without debug
//! information.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::stack::{Frame, Stack};
use crate::sync::plain::{Lazy, Mutex, lock};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    User,
    /// Code that waits for the end of a context.
    Contexts,
    Taskward,
    Tokio,
    Std,
    /// A library from a registry, or vendored; or the C library.
    Library,
}

/// Crates in which user code waits. Most are recognised by their files, but debug information may
/// be missing.
const LIBRARIES: [&str; 13] = [
    "async_channel",
    "backtrace",
    "cooked_waker",
    "event_listener",
    "futures",
    "futures_channel",
    "futures_core",
    "futures_util",
    "hyper",
    "hyper_util",
    "tokio_stream",
    "tokio_util",
    "tower",
];

pub(crate) fn owner(frame: &Frame) -> Owner {
    let Some(file) = &frame.file else { return by_function(&frame.function) };
    let path = file.to_string_lossy().replace('\\', "/");
    // The C library has debug information, too.
    if file.extension().is_none_or(|extension| extension != "rs") {
        return Owner::Library;
    }
    if path.starts_with("/rustc/") || path.contains("/lib/rustlib/src/") {
        return Owner::Std;
    }
    if let Some(part) = own_sources().and_then(|sources| file.strip_prefix(sources).ok()) {
        // The crate's own unit tests count as user code.
        let part = part.to_string_lossy();
        return match () {
            () if part.contains("tests") || frame.function.contains("::tests::") => Owner::User,
            () if part.starts_with("context") => Owner::Contexts,
            () => Owner::Taskward,
        };
    }
    if is_library(file, &path) {
        return if path.contains("/tokio-1") || path.contains("/tokio/src/") { Owner::Tokio } else { Owner::Library };
    }
    // A remapped path may be meaningless.
    match by_function(&frame.function) {
        Owner::Library if !frame.function.contains("::") => Owner::User,
        owner => owner,
    }
}

/// `krate::module::function`, `<krate::Type as Trait>::method`.
fn by_function(function: &str) -> Owner {
    // In `<T as core::clone::Clone>::clone` only the trait may name a crate.
    let implements = function.strip_prefix('<').and_then(|rest| rest.split_once(" as "));
    let named = implements.filter(|(of, _)| !of.contains("::")).map_or(function, |(_, implemented)| implemented);
    let name = named.trim_start_matches(['<', '&', '*', '(', '[', ' ']);
    let name = name.trim_start_matches("mut ").trim_start_matches("dyn ");
    match name.split([':', '<', '>', ' ', ',']).next().unwrap_or_default() {
        "taskward" if function.contains("::tests::") => Owner::User,
        "taskward" if function.contains("taskward::context::") => Owner::Contexts,
        "taskward" => Owner::Taskward,
        "tokio" => Owner::Tokio,
        "std" | "core" | "alloc" => Owner::Std,
        krate if LIBRARIES.contains(&krate) => Owner::Library,
        // Above `main` there are C functions, which have no path.
        _ if !function.contains("::") => Owner::Library,
        _ => Owner::User,
    }
}

/// Returns whether the frames below this one belong to one task, and those above to the runtime
/// and the harness.
#[cfg(feature = "test-util")]
pub(crate) fn is_poll_of_task(frame: &Frame) -> bool {
    let is_ours = |file: &PathBuf| {
        own_sources().is_some_and(|sources| file.starts_with(sources) && file.ends_with("testing/task.rs"))
    };
    frame.file.as_ref().is_some_and(is_ours) || frame.function.contains("taskward::testing::task::")
}

/// Returns whether a panic at this stack ends the task being polled: nothing catches it before
/// Tokio does.
#[cfg(feature = "test-util")]
pub(crate) fn ends_task(stack: &Stack) -> bool {
    let catches = |frame: &Frame| CATCHES.iter().any(|catch| frame.function.contains(catch));
    // The catching frames are some of the standard library's, followed by their caller. Without
    // symbols the task is assumed to end.
    let mut outside = stack.frames().skip_while(|frame| !catches(frame)).filter(|frame| !frame.function.is_empty());
    let caller = outside.find(|frame| !catches(frame) && owner(frame) != Owner::Std);
    caller.is_none_or(|frame| owner(&frame) == Owner::Tokio)
}

#[cfg(feature = "test-util")]
const CATCHES: [&str; 4] = ["__rust_try", "panicking::try", "panicking::catch_unwind", "panic::catch_unwind"];

/// The folder of taskward's sources in the debug information, whose paths may have been remapped.
fn own_sources() -> Option<&'static Path> {
    static SOURCES: OnceLock<Option<PathBuf>> = OnceLock::new();
    let find = || {
        let stack = Stack::capture();
        let mine = stack.frames().find_map(|frame| frame.file.filter(|file| file.ends_with("src/waits/stack.rs")));
        mine.and_then(|file| Some(file.parent()?.parent()?.to_path_buf()))
    };
    SOURCES.get_or_init(find).as_deref()
}

/// Caches whether a folder belongs to a vendored package.
static VENDORED: Lazy<Mutex<HashMap<PathBuf, bool>>> = Lazy::new(Mutex::default);

/// Returns whether the file comes from a registry, a Git checkout or a vendored package.
fn is_library(file: &Path, path: &str) -> bool {
    if path.contains("/registry/src/") || path.contains("/git/checkouts/") {
        return true;
    }
    // A remapped path may be as short as `NAME-VERSION/src/…`.
    if path.split('/').any(has_version) {
        return true;
    }
    let Some(folder) = file.parent() else { return false };
    *lock(&VENDORED).entry(folder.to_path_buf()).or_insert_with(|| {
        let is_package = |folder: &&Path| folder.join("Cargo.toml").is_file();
        let package = folder.ancestors().find(is_package);
        package.is_some_and(|package| package.join(".cargo-checksum.json").is_file())
            // If the sources are not available.
            || package.is_none() && path.split('/').any(|part| part == "vendor")
    })
}

/// `tokio-1.54.1`
fn has_version(part: &str) -> bool {
    let is_version = |text: &str| {
        let numbers: Vec<_> = text.splitn(3, '.').collect();
        numbers.len() == 3 && numbers.iter().all(|number| number.starts_with(|digit: char| digit.is_ascii_digit()))
    };
    part.match_indices('-').any(|(at, _)| at > 0 && is_version(&part[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_debug_information_the_function_says_whose_it_is() {
        for (function, whose) in [
            ("<alloc::boxed::Box<T> as Future>::poll", Owner::Std),
            ("taskward::context::race::poll", Owner::Contexts),
            ("taskward::testing::run", Owner::Taskward),
            ("tokio::sync::mutex::Mutex<T>::lock", Owner::Tokio),
            ("<shop::Stock as shop::Count>::count", Owner::User),
            ("<T as shop::Count>::count", Owner::User),
            ("<T as core::clone::uninit::CopySpec>::clone_one", Owner::Std),
            ("<F as taskward::testing::Spawn>::spawn", Owner::Taskward),
            ("main", Owner::Library),
            ("", Owner::Library),
        ] {
            assert_eq!(by_function(function), whose, "{function}");
        }
    }

    #[test]
    fn what_was_remapped_is_known_by_its_version() {
        assert!(
            has_version("tokio-1.54.1")
                && has_version("a-b-0.1.0-beta.2")
                && !has_version("my-app")
                && !has_version("v1.2.3")
        );
    }
}
