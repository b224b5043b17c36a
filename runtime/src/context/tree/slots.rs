//! A slab that frees memory while some of its entries stay.

/// The number of slots in a chunk.
const CHUNK: u32 = 128;
const NONE: u32 = u32::MAX;

/// Entries under stable numbers. They are stored in chunks, and an empty chunk is freed: after a
/// peak of 100,000 entries, a single remaining entry keeps one chunk and the directory.
///
/// Entries stay in place, vacant or taken, and their owner resets their parts: moving them in and
/// out would cost a third of a registration.
pub(crate) struct Slots<T> {
    chunks: Vec<Chunk<T>>,
    /// The chunks with vacant slots, the next one to use last. May contain chunks that are full or
    /// freed.
    open: Vec<u32>,
    /// The chunk emptied last keeps its memory. Otherwise an entry that comes and goes would
    /// allocate each time.
    emptied: u32,
}

struct Chunk<T> {
    /// Empty for a freed chunk.
    slots: Vec<Slot<T>>,
    used: u32,
    /// The first vacant slot; out of range if all slots are taken.
    vacant: u32,
}

struct Slot<T> {
    /// The next vacant slot of the chunk, or [`TAKEN`].
    next: u32,
    entry: T,
}

const TAKEN: u32 = u32::MAX;

impl<T> Chunk<T> {
    const EMPTY: Self = Self { slots: Vec::new(), used: 0, vacant: NONE };

    /// False for a freed chunk, although it has room.
    #[inline]
    fn has_vacant_slot(&self) -> bool {
        (self.vacant as usize) < self.slots.len()
    }
}

impl<T: Default> Slots<T> {
    pub(crate) const fn new() -> Self {
        Self { chunks: Vec::new(), open: Vec::new(), emptied: NONE }
    }

    /// Takes a slot. Its entry is as its last owner left it.
    #[inline]
    pub(crate) fn take(&mut self) -> (u32, &mut T) {
        let number = match self.open.last() {
            Some(&number) if self.chunks.get(number as usize).is_some_and(Chunk::has_vacant_slot) => number,
            _ => self.open_chunk(),
        };
        let chunk = &mut self.chunks[number as usize];
        let at = chunk.vacant;
        let slot = &mut chunk.slots[at as usize];
        chunk.vacant = std::mem::replace(&mut slot.next, TAKEN);
        chunk.used += 1;
        if chunk.used == CHUNK {
            self.open.pop();
        }
        (number * CHUNK + at, &mut slot.entry)
    }

    #[cold]
    fn open_chunk(&mut self) -> u32 {
        while let Some(&number) = self.open.last() {
            if self.chunks.get(number as usize).is_some_and(|chunk| chunk.used < CHUNK) {
                self.fill(number);
                return number;
            }
            self.open.pop();
        }
        let number = index(self.chunks.len());
        self.chunks.push(Chunk::EMPTY);
        self.open.push(number);
        self.fill(number);
        number
    }

    /// Allocates the slots of a freed chunk.
    fn fill(&mut self, number: u32) {
        let chunk = &mut self.chunks[number as usize];
        if chunk.slots.is_empty() {
            chunk.slots = (1..=CHUNK).map(|next| Slot { next, entry: T::default() }).collect();
            chunk.vacant = 0;
        }
    }

    /// Returns the entry of a taken slot.
    #[inline]
    pub(crate) fn get_mut(&mut self, at: u32) -> Option<&mut T> {
        let slot = self.chunks.get_mut((at / CHUNK) as usize)?.slots.get_mut((at % CHUNK) as usize)?;
        if slot.next == TAKEN { Some(&mut slot.entry) } else { None }
    }

    /// Frees a taken slot.
    #[inline]
    pub(crate) fn give_back(&mut self, at: u32) {
        let number = at / CHUNK;
        let chunk = &mut self.chunks[number as usize];
        chunk.slots[(at % CHUNK) as usize].next = chunk.vacant;
        chunk.vacant = at % CHUNK;
        if chunk.used == CHUNK {
            self.open.push(number);
        }
        chunk.used -= 1;
        if chunk.used == 0 && self.emptied != number {
            let before = std::mem::replace(&mut self.emptied, number);
            self.free(before);
        }
    }

    /// Frees a chunk, unless it is in use again.
    #[cold]
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

    fn insert(slots: &mut Slots<u32>, n: u32) -> u32 {
        let (at, entry) = slots.take();
        *entry = n;
        at
    }

    #[test]
    fn entries_stay_under_their_numbers() {
        let mut slots = Slots::new();
        let numbers: Vec<u32> = (0..1000_u32).map(|n| insert(&mut slots, n)).collect();
        for at in numbers.iter().enumerate().filter(|(n, _)| n % 3 != 0).map(|(_, at)| *at) {
            slots.give_back(at);
            assert_eq!(slots.get_mut(at), None);
        }
        let more: Vec<u32> = (5000..5500_u32).map(|n| insert(&mut slots, n)).collect();
        for (n, at) in (0..).zip(numbers).filter(|(n, _)| n % 3 == 0) {
            assert_eq!(slots.get_mut(at).copied(), Some(n));
        }
        for (n, at) in (5000..5500_u32).zip(more) {
            assert_eq!(slots.get_mut(at).copied(), Some(n));
        }
    }

    #[test]
    fn the_memory_of_a_peak_is_given_back_while_one_entry_stays() {
        for kept in [0, 50_000, 99_999] {
            let mut slots = Slots::new();
            let numbers: Vec<u32> = (0..100_000_u32).map(|n| insert(&mut slots, n)).collect();
            for at in numbers.iter().filter(|at| **at != numbers[kept]) {
                slots.give_back(*at);
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
            insert(&mut slots, n);
        }
        for n in 0..10 {
            let at = insert(&mut slots, n);
            assert_eq!(slots.get_mut(at).copied(), Some(n));
            slots.give_back(at);
            assert_eq!(slots.chunks_in_memory(), 2);
        }
    }
}
