//! Sorts outputs from the workers' order into that of the items, by moves and without cost per
//! item.

/// One worker's outputs, as runs of neighbours.
pub(crate) struct Batch<K> {
    runs: Vec<Neighbours>,
    outputs: Vec<K>,
}

#[derive(Clone, Copy)]
struct Neighbours {
    first: usize,
    len: usize,
}

impl<K> Batch<K> {
    pub(crate) fn new() -> Self {
        Self { runs: Vec::new(), outputs: Vec::new() }
    }

    /// Sorts the runs. They are out of order if the worker has taken items that another one
    /// returned.
    fn sorted(self) -> Self {
        if self.runs.is_sorted_by_key(|run| run.first) {
            return self;
        }
        let mut outputs = self.outputs.into_iter();
        let mut runs: Vec<(Neighbours, Vec<K>)> =
            self.runs.into_iter().map(|run| (run, outputs.by_ref().take(run.len).collect())).collect();
        runs.sort_unstable_by_key(|(run, _)| run.first);
        let (runs, outputs): (Vec<_>, Vec<_>) = runs.into_iter().unzip();
        Self { runs, outputs: outputs.into_iter().flatten().collect() }
    }

    /// Starts a run: the next outputs are those of the items from `first` on.
    pub(crate) fn begin(&mut self, first: usize) {
        match self.runs.last_mut() {
            Some(last) if last.first + last.len == first => {}
            Some(last) if last.len == 0 => last.first = first,
            _ => self.runs.push(Neighbours { first, len: 0 }),
        }
    }

    /// Adds an output. Returns it if no run was started.
    #[inline]
    pub(crate) fn push(&mut self, output: K) -> Result<(), K> {
        let Some(run) = self.runs.last_mut() else { return Err(output) };
        self.outputs.push(output);
        run.len += 1;
        Ok(())
    }
}

/// Returns the outputs of all batches by index; those of missing items are `None`.
pub(crate) fn with_gaps<K>(batches: Vec<Batch<K>>, items: usize) -> Vec<Option<K>> {
    let mut all = Vec::with_capacity(items);
    in_order(batches, |first, outputs| {
        all.resize_with(first, || None);
        all.extend(outputs.map(Some));
    });
    all.resize_with(items, || None);
    all
}

/// Returns the outputs, if none is missing.
pub(crate) fn complete<K>(batches: Vec<Batch<K>>, items: usize) -> Result<Vec<K>, Vec<Batch<K>>> {
    if batches.iter().map(|batch| batch.outputs.len()).sum::<usize>() < items {
        return Err(batches);
    }
    let mut all = Vec::with_capacity(items);
    in_order(batches, |_, outputs| all.extend(outputs));
    Ok(all)
}

/// Calls `append` with each run of neighbours, in the order of the items.
fn in_order<K>(batches: Vec<Batch<K>>, mut append: impl FnMut(usize, &mut dyn Iterator<Item = K>)) {
    let mut runs = Vec::with_capacity(batches.iter().map(|batch| batch.runs.len()).sum());
    let mut outputs = Vec::with_capacity(batches.len());
    for (worker, batch) in batches.into_iter().map(Batch::sorted).enumerate() {
        runs.extend(batch.runs.into_iter().map(|run| (run, worker)));
        outputs.push(batch.outputs.into_iter());
    }
    runs.sort_unstable_by_key(|(run, _)| run.first);
    for (run, worker) in runs {
        append(run.first, &mut outputs[worker].by_ref().take(run.len));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(runs: &[(usize, &[u32])]) -> Batch<u32> {
        let mut batch = Batch::new();
        for (first, outputs) in runs {
            batch.begin(*first);
            assert!(outputs.iter().all(|output| batch.push(*output).is_ok()));
        }
        batch
    }

    #[test]
    fn outputs_come_in_the_order_of_the_items() {
        let batches = vec![batch(&[(2, &[2]), (3, &[3, 4])]), batch(&[(0, &[0, 1]), (5, &[5])])];
        assert_eq!(complete(batches, 6).ok(), Some(vec![0, 1, 2, 3, 4, 5]));
    }

    #[test]
    fn a_worker_may_have_taken_earlier_items_later() {
        let batches = vec![batch(&[(5, &[5, 6]), (1, &[1]), (3, &[3])]), batch(&[(4, &[4]), (0, &[0]), (2, &[2])])];
        assert_eq!(complete(batches, 7).ok(), Some(vec![0, 1, 2, 3, 4, 5, 6]));
    }

    #[test]
    fn missing_outputs_leave_gaps() {
        let batches = vec![batch(&[(3, &[3])]), batch(&[(0, &[]), (1, &[1])])];
        let Err(batches) = complete(batches, 5) else { panic!("two are missing") };
        assert_eq!(with_gaps(batches, 5), [None, Some(1), None, Some(3), None]);
    }
}
