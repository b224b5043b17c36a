//! The name of a worker, unique among all processes and times.

use std::hash::{BuildHasher, RandomState};
use std::process;
use std::time::SystemTime;

/// A fixed name would keep the jobs of a crashed process from being taken over by its successor.
pub(super) fn new_worker() -> String {
    let random = RandomState::new().hash_one(SystemTime::now());
    let more = RandomState::new().hash_one(random);
    format!("{}-{random:016x}{more:016x}", process::id())
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_workers_have_one_name() {
        assert_ne!(super::new_worker(), super::new_worker());
    }
}
