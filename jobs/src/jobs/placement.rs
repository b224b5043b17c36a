//! The database of a queue, among several.

/// Returns the position of the database, the same one in each process and each version: the
/// standard library's hashes may change.
pub(super) fn position(queue: &str, databases: usize) -> usize {
    // FNV-1a.
    let hash = queue
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let databases = u64::try_from(databases).unwrap_or(u64::MAX);
    usize::try_from(hash % databases).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::position;

    #[test]
    fn a_queue_stays_in_its_database_from_version_to_version() {
        assert_eq!(position("thumbs", 1), 0);
        // The published values of FNV-1a: of the empty text, and of `foobar`.
        assert_eq!(position("", 1000), usize::try_from(0xcbf2_9ce4_8422_2325_u64 % 1000).unwrap());
        assert_eq!(position("foobar", 1000), usize::try_from(0x8594_4171_f739_67e8_u64 % 1000).unwrap());
    }

    #[test]
    fn queues_are_spread() {
        let counts = (0..1000).fold([0; 4], |mut counts, number| {
            counts[position(&format!("queue {number}"), 4)] += 1;
            counts
        });
        assert!(counts.iter().all(|count| (200..300).contains(count)), "{counts:?}");
    }
}
