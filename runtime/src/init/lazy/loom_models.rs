//! Loom models of the value and its generations: no caller gets a value older than the last
//! invalidation.

use std::sync::Arc;

use loom::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use loom::thread;

use super::slot::Slot;
use crate::sync::{Mutex, lock};

/// A slot whose values are numbered by their initializers, with a mutex as the lock.
struct Model {
    slot: Slot<usize>,
    lock: Mutex<()>,
    dials: AtomicUsize,
}

impl Model {
    fn new() -> Arc<Self> {
        Arc::new(Self { slot: Slot::new(), lock: Mutex::new(()), dials: AtomicUsize::new(0) })
    }

    /// Follows the steps of `Initialize`. Other calls may interleave between any two of them.
    fn call(&self) -> Arc<usize> {
        if let Some(value) = self.slot.get() {
            return value;
        }
        let _guard = lock(&self.lock);
        let began = self.slot.begin();
        if let Some(value) = self.slot.get() {
            return value;
        }
        let value = Arc::new(self.dials.fetch_add(1, SeqCst));
        self.slot.keep(began, &value);
        value
    }

    fn dials(&self) -> usize {
        self.dials.load(SeqCst)
    }
}

fn spawn<R: 'static>(model: &Arc<Model>, run: impl FnOnce(&Model) -> R + 'static) -> thread::JoinHandle<R> {
    let model = model.clone();
    thread::spawn(move || run(&model))
}

#[test]
fn callers_share_one_dial() {
    loom::model(|| {
        let model = Model::new();
        let other = spawn(&model, Model::call);
        let mine = model.call();
        assert!(Arc::ptr_eq(&mine, &other.join().unwrap()));
        assert_eq!(model.dials(), 1);
    });
}

#[test]
fn who_comes_after_an_invalidation_gets_a_value_whose_dial_began_after_it() {
    loom::model(|| {
        let model = Model::new();
        let dialling = spawn(&model, Model::call);
        // The initializers that began before it.
        let before = model.dials();
        model.slot.replace(None);
        let value = model.call();
        assert!(*value >= before, "dial {value}, and {before} had begun");
        dialling.join().unwrap();
        assert_eq!(model.slot.get().as_deref(), Some(&*value));
    });
}

#[test]
fn one_dial_follows_however_many_report_the_same_value_broken() {
    loom::model(|| {
        let model = Model::new();
        let broken = model.call();
        let redial = |broken: Arc<usize>| {
            move |model: &Model| {
                model.slot.remove(&broken);
                model.call()
            }
        };
        let other = spawn(&model, redial(broken.clone()));
        let mine = redial(broken)(&model);
        assert!(Arc::ptr_eq(&mine, &other.join().unwrap()));
        assert_eq!(model.dials(), 2);
    });
}

#[test]
fn of_two_who_report_one_value_one_removes_it() {
    loom::model(|| {
        let model = Model::new();
        let broken = model.call();
        let other = spawn(&model, {
            let broken = broken.clone();
            move |model| model.slot.remove(&broken)
        });
        let mine = model.slot.remove(&broken);
        assert_ne!(mine, other.join().unwrap());
    });
}

#[test]
fn what_was_put_there_during_a_dial_stays() {
    loom::model(|| {
        let model = Model::new();
        let dialling = spawn(&model, Model::call);
        let given = Arc::new(99);
        model.slot.replace(Some(given.clone()));
        dialling.join().unwrap();
        assert!(Arc::ptr_eq(&model.slot.get().unwrap(), &given));
    });
}
