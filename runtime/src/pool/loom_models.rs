//! What loom explores of the claims and the end of a run.

use std::collections::VecDeque;
use std::sync::Arc;

use loom::thread;

use super::claims::Claims;

#[test]
fn each_item_is_claimed_exactly_once() {
    loom::model(|| {
        let claims = Arc::new(Claims::new(vec![0, 1, 2, 3], 2));
        let claim_all = |claims: Arc<Claims<usize>>| {
            let mut mine = Vec::new();
            loop {
                let mut chunk = VecDeque::new();
                let first = claims.claim(2, &mut chunk);
                if chunk.is_empty() {
                    return mine;
                }
                mine.extend(chunk.into_iter().enumerate().map(|(offset, item)| {
                    assert_eq!(first + offset, item, "the index is the item's");
                    item
                }));
            }
        };
        let other = thread::spawn({
            let claims = claims.clone();
            move || claim_all(claims)
        });
        let mut all = claim_all(claims);
        all.extend(other.join().unwrap());
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3]);
    });
}

#[test]
fn nothing_is_claimed_once_the_claims_are_closed() {
    loom::model(|| {
        let claims = Arc::new(Claims::new(vec![0, 1, 2], 1));
        let closing = thread::spawn({
            let claims = claims.clone();
            move || drop(claims.close())
        });
        let mut before = VecDeque::new();
        claims.claim(1, &mut before);
        closing.join().unwrap();
        let mut after = VecDeque::new();
        claims.claim(1, &mut after);
        assert!(before.len() <= 1);
        assert!(after.is_empty());
    });
}
