//! Reading an initialized value, on one thread and on two at the same time.

use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use taskward::{Lazy, LazyGuard, lazy};

use crate::harness::{Contestant, Effort, contestant, drive, medians, rows, timed, waker};

struct Connection([u64; 4]);

struct Client {
    connection: Lazy<Connection>,
}

impl Client {
    #[lazy(self.connection)]
    async fn connection(&self) -> Result<Arc<Connection>, ()> {
        Err(())
    }

    #[lazy(self.connection)]
    async fn lent(&self) -> Result<LazyGuard<Connection>, ()> {
        Err(())
    }

    #[lazy(self.connection)]
    fn blocking(&self) -> Result<Arc<Connection>, ()> {
        Err(())
    }
}

/// The equivalent by hand.
async fn by_hand(connection: &Mutex<Option<Arc<Connection>>>) -> Result<Arc<Connection>, ()> {
    connection.lock().clone().ok_or(())
}

/// A named way to read the value.
type Look<'l> = (&'static str, Box<dyn Fn(u32) + Sync + 'l>);

/// Reads the value itself a number of times.
macro_rules! look {
    ($name:literal, $look:expr) => {
        ($name, Box::new(|times| (0..times).for_each(|_| _ = black_box(black_box($look).0[0]))))
    };
}

pub(crate) fn lazy(effort: Effort) {
    let value = || Connection([7; 4]);
    let (mutex, client) = (Mutex::new(Some(Arc::new(value()))), Client { connection: Lazy::from(value()) });
    let (alone, waker) = (Arc::new(value()), waker());
    let looks: [Look<'_>; 8] = [
        look!("`parking_lot::Mutex<Option<Arc<T>>>`", mutex.lock().clone().unwrap()),
        look!("the same in an `async fn`", drive(&waker, by_hand(&mutex)).unwrap()),
        look!("`#[lazy]`, `async fn -> Result<Arc<T>, E>`", drive(&waker, client.connection()).unwrap()),
        look!("`#[lazy]`, `fn -> Result<Arc<T>, E>`", client.blocking().unwrap()),
        look!("`Lazy::get`", client.connection.get().unwrap()),
        look!("`#[lazy]`, `async fn -> Result<LazyGuard<T>, E>`", drive(&waker, client.lent()).unwrap()),
        look!("`Lazy::lend`", client.connection.lend().unwrap()),
        look!("`Arc::clone` and its drop alone", Arc::clone(&alone)),
    ];
    let mut contestants: Vec<_> = looks.iter().map(|(name, look)| contestant(name, look)).collect();
    let figures = medians(effort.rounds, effort.calls, &mut contestants);
    rows("(k) a lazy value that exists, one thread", &contestants, &figures);

    let mut contestants: Vec<_> = looks.iter().map(in_two_threads).collect();
    let figures = medians(effort.rounds, 10 * effort.calls, &mut contestants);
    rows("(k) the same, two threads at the same time, for each access of each", &contestants, &figures);
}

fn in_two_threads<'l>((name, look): &'l Look<'_>) -> Contestant<'l> {
    timed(name, move |times| {
        let start = Barrier::new(2);
        let run = || {
            start.wait();
            let start = Instant::now();
            look(times);
            start.elapsed()
        };
        let took: Duration = thread::scope(|scope| {
            let other = scope.spawn(run);
            run() + other.join().expect("it only looks")
        });
        took / 2
    })
}
