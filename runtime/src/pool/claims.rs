//! The items of a run, and how workers claim them: by index, in chunks that grow while items are cheap.

use std::collections::VecDeque;
use std::time::{Duration, Instant};
use std::vec;

use crate::sync::{Mutex, lock};

/// The items that nobody has claimed yet.
pub(crate) struct Claims<T> {
    unclaimed: Mutex<Unclaimed<T>>,
    workers: usize,
}

struct Unclaimed<T> {
    items: vec::IntoIter<T>,
    /// The index of the first of them.
    first: usize,
}

impl<T> Claims<T> {
    pub(crate) fn new(items: Vec<T>, workers: usize) -> Self {
        Self { unclaimed: Mutex::new(Unclaimed { items: items.into_iter(), first: 0 }), workers }
    }

    /// Moves up to `size` items into `chunk`, and returns the index of the first.
    pub(crate) fn claim(&self, size: usize, chunk: &mut VecDeque<T>) -> usize {
        let mut unclaimed = lock(&self.unclaimed);
        // The last items are shared out evenly: a worker that took a large chunk would be waited for.
        let fair = unclaimed.items.len() / (2 * self.workers);
        let size = size.min(fair).max(1);
        let first = unclaimed.first;
        chunk.extend(unclaimed.items.by_ref().take(size));
        unclaimed.first += chunk.len();
        first
    }

    /// Takes back what nobody has claimed, so that nobody will. What is returned is only to be dropped: not under the
    /// lock, since that runs code of the user's.
    #[must_use]
    pub(crate) fn close(&self) -> impl Sized + use<T> {
        std::mem::replace(&mut lock(&self.unclaimed).items, Vec::new().into_iter())
    }
}

/// How many items to claim next.
pub(crate) struct ChunkSize {
    size: usize,
    claimed: Option<Instant>,
}

impl ChunkSize {
    /// A chunk that took less than this was so cheap that claiming it counts. No more than a few claims' worth: where slow
    /// items follow cheap ones, a whole chunk of them is one worker's.
    const CHEAP: Duration = Duration::from_micros(5);
    /// A chunk that took more than this may keep others waiting.
    const SLOW: Duration = Duration::from_micros(100);
    const LARGEST: usize = 512;

    pub(crate) fn new() -> Self {
        Self { size: 1, claimed: None }
    }

    /// The size of the next chunk, given whether an item of the last one had to wait.
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

    #[test]
    fn the_last_items_are_shared_out_evenly() {
        let claims = Claims::new((0..16).collect(), 4);
        let mut sizes = Vec::new();
        loop {
            let mut chunk = VecDeque::new();
            claims.claim(4096, &mut chunk);
            if chunk.is_empty() {
                break;
            }
            sizes.push(chunk.len());
        }
        assert_eq!(sizes, [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    }

    #[test]
    fn nothing_is_claimed_after_closing() {
        let claims = Claims::new(vec![1, 2], 1);
        drop(claims.close());
        let mut chunk = VecDeque::new();
        claims.claim(1, &mut chunk);
        assert!(chunk.is_empty());
    }
}
