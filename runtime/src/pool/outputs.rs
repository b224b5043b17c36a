//! Stores the outputs of a run until its owner takes them.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;

use super::reorder::Batch;
use crate::sync::{Mutex, lock};
use crate::waker_slot::WakerSlot;

pub(crate) enum Outputs<K> {
    /// Each worker delivers a batch at its end.
    Batches(Mutex<Vec<Batch<K>>>),
    /// Outputs in the order of completion, which batches do not record.
    Completed(Mutex<Vec<K>>),
    /// Outputs taken one by one during the run.
    Stream(StreamOutputs<K>),
}

impl<K> Outputs<K> {
    pub(crate) fn of(items: usize, workers: usize, in_order: bool) -> Self {
        if in_order {
            Self::Batches(Mutex::new(Vec::with_capacity(workers)))
        } else {
            Self::Completed(Mutex::new(Vec::with_capacity(items)))
        }
    }

    /// Delivers the output of the item with this index.
    pub(crate) fn hand_in(&self, index: usize, output: K) {
        match self {
            Self::Completed(completed) => lock(completed).push(output),
            Self::Stream(outputs) => outputs.hand_in(index, output),
            Self::Batches(_) => {}
        }
    }

    /// Delivers a worker's outputs that were not delivered one by one.
    pub(crate) fn hand_in_batch(&self, batch: Batch<K>) {
        if let Self::Batches(batches) = self {
            lock(batches).push(batch);
        }
    }
}

/// The outputs of a stream.
pub(crate) struct StreamOutputs<K> {
    state: Mutex<State<K>>,
    /// Wakes the owner.
    pub(crate) owner: Arc<WakerSlot>,
    in_order: bool,
}

struct State<K> {
    /// If ordered: the outputs from index `taken` on, with gaps. Otherwise in the order of
    /// completion, without gaps.
    outputs: VecDeque<Option<K>>,
    taken: usize,
}

impl<K> StreamOutputs<K> {
    pub(crate) fn new(in_order: bool) -> Self {
        let state = State { outputs: VecDeque::new(), taken: 0 };
        Self { state: Mutex::new(state), owner: Arc::new(WakerSlot::new()), in_order }
    }

    /// Delivers the output of the item with this index.
    pub(crate) fn hand_in(&self, index: usize, output: K) {
        let mut state = lock(&self.state);
        if self.in_order {
            let at = index - state.taken;
            if state.outputs.len() <= at {
                state.outputs.resize_with(at + 1, || None);
            }
            state.outputs[at] = Some(output);
        } else {
            state.outputs.push_back(Some(output));
        }
        drop(state);
        self.owner.wake();
    }

    /// Takes the next output, if it is ready.
    pub(crate) fn take(&self) -> Option<K> {
        let mut state = lock(&self.state);
        let output = state.outputs.front_mut()?.take()?;
        state.outputs.pop_front();
        state.taken += 1;
        Some(output)
    }

    /// Returns an entry for each of `items` items whose output was not taken.
    pub(crate) fn leftovers(&self, items: usize) -> impl Iterator<Item = Option<K>> + use<K> {
        let mut state = lock(&self.state);
        let left = items - state.taken;
        let mut outputs = mem::take(&mut state.outputs);
        outputs.resize_with(left, || None);
        outputs.into_iter()
    }
}
