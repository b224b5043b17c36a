//! A slab that gives memory back while some of its entries stay.

/// The number of slots of a chunk.
const CHUNK: u32 = 128;
const NONE: u32 = u32::MAX;

/// Entries under numbers that stay the same. Slots come in chunks, and an empty chunk is freed: after a peak of
/// 100,000 entries, one that stays keeps a chunk and the directory.
pub(crate) struct Slots<T> {
    chunks: Vec<Chunk<T>>,
    /// The chunks that have room, the next one to use last. May name chunks that are full or gone.
    open: Vec<u32>,
    /// The chunk that was emptied last keeps its memory, or one entry that comes and goes would allocate each time.
    emptied: u32,
}

struct Chunk<T> {
    /// Empty for a chunk that was freed.
    slots: Vec<Slot<T>>,
    used: u32,
    /// The first of the vacant slots.
    vacant: u32,
}

enum Slot<T> {
    /// With the next vacant slot of the chunk.
    Vacant(u32),
    Taken(T),
}

impl<T> Chunk<T> {
    const EMPTY: Self = Self { slots: Vec::new(), used: 0, vacant: NONE };
}

impl<T> Slots<T> {
    pub(crate) const fn new() -> Self {
        Self { chunks: Vec::new(), open: Vec::new(), emptied: NONE }
    }

    pub(crate) fn insert(&mut self, entry: T) -> u32 {
        let number = self.chunk_with_room();
        let chunk = &mut self.chunks[number as usize];
        let at = if chunk.vacant == NONE {
            if chunk.slots.capacity() == 0 {
                chunk.slots.reserve_exact(CHUNK as usize);
            }
            let at = index(chunk.slots.len());
            chunk.slots.push(Slot::Taken(entry));
            at
        } else {
            let at = chunk.vacant;
            let slot = std::mem::replace(&mut chunk.slots[at as usize], Slot::Taken(entry));
            let Slot::Vacant(next) = slot else { unreachable!("the list of vacant slots holds no taken one") };
            chunk.vacant = next;
            at
        };
        chunk.used += 1;
        if chunk.used == CHUNK {
            self.open.pop();
        }
        number * CHUNK + at
    }

    fn chunk_with_room(&mut self) -> u32 {
        while let Some(&number) = self.open.last() {
            if self.chunks.get(number as usize).is_some_and(|chunk| chunk.used < CHUNK) {
                return number;
            }
            self.open.pop();
        }
        let number = index(self.chunks.len());
        self.chunks.push(Chunk::EMPTY);
        self.open.push(number);
        number
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, at: u32) -> Option<&mut T> {
        match self.chunks.get_mut((at / CHUNK) as usize)?.slots.get_mut((at % CHUNK) as usize)? {
            Slot::Taken(entry) => Some(entry),
            Slot::Vacant(_) => None,
        }
    }

    pub(crate) fn remove(&mut self, at: u32) -> Option<T> {
        let number = at / CHUNK;
        let chunk = self.chunks.get_mut(number as usize)?;
        let slot = chunk.slots.get_mut((at % CHUNK) as usize)?;
        if matches!(slot, Slot::Vacant(_)) {
            return None;
        }
        let Slot::Taken(entry) = std::mem::replace(slot, Slot::Vacant(chunk.vacant)) else {
            unreachable!("it was not vacant")
        };
        chunk.vacant = at % CHUNK;
        if chunk.used == CHUNK {
            self.open.push(number);
        }
        chunk.used -= 1;
        if chunk.used == 0 {
            let before = std::mem::replace(&mut self.emptied, number);
            self.free(before);
        }
        Some(entry)
    }

    /// Frees a chunk, unless it is in use again.
    fn free(&mut self, number: u32) {
        let is_kept = number == self.emptied;
        let Some(chunk) = self.chunks.get_mut(number as usize).filter(|chunk| chunk.used == 0 && !is_kept) else {
            return;
        };
        *chunk = Chunk::EMPTY;
        while self.chunks.last().is_some_and(|chunk| chunk.slots.capacity() == 0) {
            self.chunks.pop();
        }
        if self.chunks.capacity() > 64 && self.chunks.len() < self.chunks.capacity() / 4 {
            self.chunks.shrink_to(2 * self.chunks.len());
            let chunks = self.chunks.len();
            self.open.retain(|number| (*number as usize) < chunks);
            self.open.shrink_to(2 * self.open.len());
        }
    }

    #[cfg(all(test, not(taskward_loom)))]
    fn chunks_in_memory(&self) -> usize {
        self.chunks.iter().filter(|chunk| chunk.slots.capacity() > 0).count()
    }
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}

#[cfg(all(test, not(taskward_loom)))]
mod tests {
    use super::{CHUNK, Slots};

    #[test]
    fn entries_stay_under_their_numbers() {
        let mut slots = Slots::new();
        let numbers: Vec<u32> = (0..1000_u32).map(|n| slots.insert(n)).collect();
        for (n, at) in numbers.iter().enumerate().filter(|(n, _)| n % 3 != 0) {
            assert_eq!(slots.remove(*at).map(|n| n as usize), Some(n));
            assert_eq!(slots.remove(*at), None);
        }
        let more: Vec<u32> = (5000..5500_u32).map(|n| slots.insert(n)).collect();
        for (n, at) in numbers.iter().enumerate().filter(|(n, _)| n % 3 == 0) {
            assert_eq!(slots.get_mut(*at).map(|n| *n as usize), Some(n));
        }
        for (n, at) in (5000..5500_u32).zip(more) {
            assert_eq!(slots.get_mut(at), Some(&mut n.clone()));
        }
    }

    #[test]
    fn the_memory_of_a_peak_is_given_back_while_one_entry_stays() {
        for kept in [0, 50_000, 99_999] {
            let mut slots = Slots::new();
            let numbers: Vec<u32> = (0..100_000_u32).map(|n| slots.insert(n)).collect();
            for at in numbers.iter().filter(|at| **at != numbers[kept]) {
                slots.remove(*at);
            }
            assert!(slots.chunks_in_memory() <= 2, "{}", slots.chunks_in_memory());
            let directory = slots.chunks.capacity() * size_of::<super::Chunk<u32>>() + slots.open.capacity() * 4;
            assert!(directory < 64 * 1024, "{directory}");
            assert_eq!(slots.get_mut(numbers[kept]).map(|n| *n as usize), Some(kept));
        }
    }

    #[test]
    fn one_entry_that_comes_and_goes_at_the_edge_of_a_chunk_keeps_its_memory() {
        let mut slots = Slots::new();
        for n in 0..CHUNK {
            slots.insert(n);
        }
        for n in 0..10 {
            let at = slots.insert(n);
            assert_eq!(slots.remove(at), Some(n));
            assert_eq!(slots.chunks_in_memory(), 2);
        }
    }
}
