//! The number of items that a worker claims at once, which grows while items are cheap.

use std::time::{Duration, Instant};

pub(crate) struct ChunkSize {
    size: usize,
    claimed: Option<Instant>,
}

impl ChunkSize {
    /// A chunk faster than this is so cheap that the cost of claiming it matters.
    const CHEAP: Duration = Duration::from_micros(5);
    /// A chunk slower than this may keep other workers waiting.
    const SLOW: Duration = Duration::from_micros(100);
    const LARGEST: usize = 512;

    pub(crate) const fn new() -> Self {
        Self { size: 1, claimed: None }
    }

    /// Returns the size of the next chunk. `waited` says that an item of the last chunk had to
    /// wait.
    pub(crate) fn next(&mut self, waited: bool) -> usize {
        let now = Instant::now();
        if let Some(claimed) = self.claimed.replace(now) {
            self.size = Self::after(self.size, now - claimed, waited);
        }
        self.size
    }

    fn after(size: usize, took: Duration, waited: bool) -> usize {
        if waited || took > Self::SLOW {
            1
        } else if took < Self::CHEAP {
            (2 * size).min(Self::LARGEST)
        } else {
            size
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_grow_while_items_are_cheap_and_are_single_items_when_they_are_slow() {
        let cheap = Duration::from_micros(1);
        assert_eq!(ChunkSize::after(1, cheap, false), 2);
        assert_eq!(ChunkSize::after(512, cheap, false), 512);
        assert_eq!(ChunkSize::after(64, Duration::from_micros(50), false), 64);
        assert_eq!(ChunkSize::after(64, Duration::from_millis(1), false), 1);
        assert_eq!(ChunkSize::after(64, cheap, true), 1);
    }
}
