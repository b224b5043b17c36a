//! What loom explores of the tree: no end of a context is missed, told twice, or told with the wrong reason.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Wake, Waker};

use loom::thread;

use super::scope::{Observer, Origin, Scope};
use crate::error::ContextError;

/// Counts how often it was told.
#[derive(Default)]
struct Told(AtomicUsize);

impl Told {
    fn times(&self) -> usize {
        self.0.load(SeqCst)
    }
}

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn root() -> Arc<Scope> {
    Arc::new(Scope::new(None, Origin::Cancel, None))
}

fn child(parent: &Arc<Scope>) -> Arc<Scope> {
    Arc::new(Scope::new(Some(parent.clone()), Origin::Cancel, None))
}

fn wait(scope: &Arc<Scope>) -> (Arc<Told>, Option<usize>) {
    let told = Arc::new(Told::default());
    let key = scope.observe(Observer::Waiter(Waker::from(told.clone()))).ok();
    (told, key)
}

/// A waiter was either refused, because the scope has ended, or woken once.
fn assert_told((told, key): &(Arc<Told>, Option<usize>)) {
    assert_eq!(told.times(), usize::from(key.is_some()));
}

fn spawn<R: 'static>(scope: &Arc<Scope>, run: impl FnOnce(Arc<Scope>) -> R + 'static) -> thread::JoinHandle<R> {
    let scope = scope.clone();
    thread::spawn(move || run(scope))
}

fn cause(text: &str) -> ContextError {
    ContextError::cancelled_with(text.into())
}

fn why(scope: &Arc<Scope>) -> String {
    assert!(scope.has_ended());
    scope.why().to_string()
}

#[test]
fn a_waiter_misses_no_cancellation() {
    loom::model(|| {
        let scope = root();
        let cancelling = spawn(&scope, |scope| scope.cancel());
        let waiter = wait(&scope);
        cancelling.join().unwrap();
        assert!(scope.has_ended());
        assert_told(&waiter);
    });
}

#[test]
fn a_second_waiter_misses_no_cancellation() {
    loom::model(|| {
        let scope = root();
        let first = wait(&scope);
        let cancelling = spawn(&scope, |scope| scope.end(&cause("one")));
        let second = wait(&scope);
        cancelling.join().unwrap();
        assert_told(&first);
        assert_told(&second);
        assert_eq!(why(&scope), "cancelled: one");
    });
}

#[test]
fn a_waiter_below_misses_no_cancellation_above() {
    loom::model(|| {
        let top = root();
        let bottom = child(&child(&top));
        let cancelling = spawn(&top, |top| top.end(&cause("above")));
        let waiter = wait(&bottom);
        cancelling.join().unwrap();
        assert_told(&waiter);
        assert_eq!(why(&bottom), "cancelled: above");
    });
}

#[test]
fn two_waiters_that_link_the_same_chain_are_both_told() {
    loom::model(|| {
        let top = root();
        let middle = child(&top);
        let (left, right) = (child(&middle), child(&middle));
        let linking = spawn(&left, |left| wait(&left));
        let right = wait(&right);
        let left = linking.join().unwrap();
        top.cancel();
        assert_told(&left);
        assert_told(&right);
        assert_eq!(top.observers(), 0);
    });
}

#[test]
fn two_waiters_on_one_child_link_it_once() {
    loom::model(|| {
        let top = root();
        let bottom = child(&top);
        let linking = spawn(&bottom, |bottom| wait(&bottom));
        let here = wait(&bottom);
        let there = linking.join().unwrap();
        assert_eq!(top.observers(), 1);
        top.cancel();
        assert_told(&here);
        assert_told(&there);
    });
}

#[test]
fn a_look_at_the_state_agrees_with_the_waiters() {
    loom::model(|| {
        let top = root();
        let bottom = child(&top);
        let cancelling = spawn(&top, |top| top.end(&cause("above")));
        let looked = bottom.has_ended();
        let waiter = wait(&bottom);
        assert!(!looked || waiter.1.is_none(), "ended is for good");
        cancelling.join().unwrap();
        assert_told(&waiter);
        assert_eq!(why(&bottom), "cancelled: above");
    });
}

#[test]
fn the_first_cause_wins_everywhere() {
    loom::model(|| {
        let scope = root();
        let below = child(&scope);
        let waiter = wait(&below);
        let with_cause = spawn(&scope, |scope| scope.end(&cause("one")));
        scope.cancel();
        let reason = why(&scope);
        with_cause.join().unwrap();
        assert_eq!(why(&scope), reason, "it never changes");
        assert_eq!(why(&below), reason);
        assert_told(&waiter);
    });
}

#[test]
fn two_causes_leave_one() {
    loom::model(|| {
        let scope = root();
        let other = spawn(&scope, |scope| scope.end(&cause("one")));
        scope.end(&cause("two"));
        let reason = why(&scope);
        other.join().unwrap();
        assert_eq!(why(&scope), reason);
        assert!(["cancelled: one", "cancelled: two"].contains(&reason.as_str()));
    });
}

#[test]
fn a_hook_runs_once_or_was_taken_back() {
    loom::model(|| {
        let scope = root();
        let told = Arc::new(Told::default());
        let hook = {
            let told = told.clone();
            Observer::Hook(Box::new(move |_| told.wake()))
        };
        let key = scope.observe(hook).ok().unwrap();
        let cancelling = spawn(&scope, |scope| scope.cancel());
        let taken_back = scope.forget(key).is_some();
        cancelling.join().unwrap();
        assert_eq!(told.times(), usize::from(!taken_back));
    });
}

#[test]
fn a_child_that_goes_while_its_parent_ends_leaves_nothing() {
    loom::model(|| {
        let top = root();
        let bottom = child(&top);
        let (_told, key) = wait(&bottom);
        let cancelling = spawn(&top, |top| top.cancel());
        drop(bottom.forget(key.unwrap()));
        drop(bottom);
        cancelling.join().unwrap();
        assert_eq!(top.observers(), 0);
    });
}

#[test]
fn two_children_that_go_at_once_leave_nothing() {
    loom::model(|| {
        let top = root();
        let go = |bottom: Arc<Scope>| {
            let (_told, key) = wait(&bottom);
            drop(bottom.forget(key.unwrap()));
        };
        let (left, right) = (child(&top), child(&top));
        let leaving = thread::spawn(move || go(left));
        go(right);
        leaving.join().unwrap();
        assert_eq!(top.observers(), 0);
    });
}

#[test]
fn a_waker_that_is_replaced_misses_no_cancellation() {
    loom::model(|| {
        let scope = root();
        let (old, key) = wait(&scope);
        let cancelling = spawn(&scope, |scope| scope.cancel());
        let new = Arc::new(Told::default());
        let kept = scope.update(key.unwrap(), &Waker::from(new.clone()));
        cancelling.join().unwrap();
        // Refused, and the caller looks at the state; or the new one is told.
        assert!(if kept { new.times() == 1 } else { old.times() == 1 });
    });
}
