//! Frees the memory of queues after a peak.

use std::collections::VecDeque;

/// Frees the unused capacity of a queue that is mostly empty.
pub(super) fn shrink<T>(queue: &mut VecDeque<T>) {
    if queue.capacity() > 64 && queue.len() < queue.capacity() / 8 {
        queue.shrink_to(2 * queue.len());
    }
}
