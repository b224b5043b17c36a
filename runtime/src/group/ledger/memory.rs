//! Giving memory back after a peak.

use std::collections::VecDeque;

/// Gives back the room of a queue of which little is used.
pub(super) fn shrink<T>(queue: &mut VecDeque<T>) {
    if queue.capacity() > 64 && queue.len() < queue.capacity() / 8 {
        queue.shrink_to(2 * queue.len());
    }
}
