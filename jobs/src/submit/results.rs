//! The results of a batch that have arrived.

use std::collections::VecDeque;

use crate::engine::types::ResultRow;

/// The results of a batch as they come: each position once.
pub(super) struct Results {
    /// By position.
    has: Vec<bool>,
    missing: usize,
    ready: VecDeque<ResultRow>,
    /// The number of the last row that was fetched.
    cursor: i64,
}

impl Results {
    pub(super) fn new(items: usize) -> Self {
        Self { has: vec![false; items], missing: items, ready: VecDeque::new(), cursor: 0 }
    }

    /// There are more items.
    pub(super) fn grow(&mut self, items: usize) {
        self.has.resize(self.has.len() + items, false);
        self.missing += items;
    }

    /// The number of items.
    pub(super) fn len(&self) -> usize {
        self.has.len()
    }

    pub(super) fn cursor(&self) -> i64 {
        self.cursor
    }

    /// Returns `true` if every item has its result, and all were taken.
    pub(super) fn is_complete(&self) -> bool {
        self.missing == 0 && self.ready.is_empty()
    }

    pub(super) fn pop(&mut self) -> Option<ResultRow> {
        self.ready.pop_front()
    }

    /// Adds rows in the order of their numbers. Returns whether any of them is new.
    pub(super) fn add(&mut self, rows: Vec<ResultRow>) -> bool {
        let before = self.missing;
        for row in rows {
            self.cursor = self.cursor.max(row.number);
            self.insert(row);
        }
        self.missing < before
    }

    /// Adds rows that the cursor has passed.
    pub(super) fn add_late(&mut self, rows: Vec<ResultRow>) -> bool {
        let before = self.missing;
        for row in rows {
            self.insert(row);
        }
        self.missing < before
    }

    /// Returns the positions among `positions` whose results have not arrived.
    pub(super) fn lacking(&self, positions: &[i32]) -> Vec<i32> {
        let lacks = |position: &&i32| usize::try_from(**position).is_ok_and(|at| self.has.get(at) == Some(&false));
        positions.iter().filter(lacks).copied().collect()
    }

    fn insert(&mut self, row: ResultRow) {
        let place = usize::try_from(row.position).ok().and_then(|at| self.has.get_mut(at));
        if let Some(has @ false) = place {
            *has = true;
            self.missing -= 1;
            self.ready.push_back(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::types::Outcome;

    fn row(number: i64, position: i32) -> ResultRow {
        ResultRow { number, position, outcome: Outcome::Output, value: number.to_string() }
    }

    #[test]
    fn the_first_result_of_an_item_wins() {
        let mut results = Results::new(2);
        assert!(results.add(vec![row(3, 1), row(4, 1)]));
        assert!(!results.add(vec![row(5, 1), row(6, 7), row(7, -1)]));
        assert_eq!(results.pop().unwrap().number, 3);
        assert!(results.pop().is_none());
        assert_eq!((results.cursor(), results.is_complete()), (7, false));
    }

    #[test]
    fn a_result_that_was_committed_late_is_found() {
        let mut results = Results::new(3);
        results.add(vec![row(9, 2)]);
        assert_eq!(results.lacking(&[0, 2, 8]), [0]);
        assert!(results.add_late(vec![row(1, 0)]));
        assert_eq!(results.cursor(), 9);
    }
}
