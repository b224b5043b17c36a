//! Wakers are user code: a group holds no lock while it calls them.

use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::task::Poll;
use std::time::Duration;

use cooked_waker::{IntoWaker, Wake, WakeRef};
use taskward::{Context, GroupHandle, TaskGroup};

use crate::support;

/// A waker that uses the group when it is cloned, woken and dropped.
struct Looks(GroupHandle<()>, Arc<AtomicUsize>);

impl Looks {
    fn look(&self) {
        self.1.fetch_add(1 + self.0.len(), SeqCst);
    }
}

impl Clone for Looks {
    fn clone(&self) -> Self {
        self.look();
        Self(self.0.clone(), self.1.clone())
    }
}

impl WakeRef for Looks {
    fn wake_by_ref(&self) {
        self.look();
    }
}

impl Wake for Looks {}

impl Drop for Looks {
    fn drop(&mut self) {
        self.look();
    }
}

fn poll<F: Future + ?Sized>(group: &GroupHandle<()>, looks: &Arc<AtomicUsize>, future: Pin<&mut F>) -> Poll<F::Output> {
    let waker = Box::new(Looks(group.clone(), looks.clone())).into_waker();
    support::poll(future, &waker)
}

#[crate::watched::test(start_paused = true)]
async fn a_waker_may_look_at_its_group_when_it_is_cloned_woken_or_dropped() {
    let looks = Arc::new(AtomicUsize::new(0));
    let group = TaskGroup::<()>::new(&Context::background()).limit(1);
    let handle = group.handle();
    _ = group.spawn(async |_| pending().await);
    let mut admission = group.spawn(async |_| ());
    let room_of = TaskGroup::<()>::new(group.ctx()).limit(1);
    let taken = room_of.room().await.unwrap();
    let (mut room, mut next, mut idle) = (pin!(room_of.room()), pin!(group.join_next()), pin!(handle.idle()));
    for _ in 0..2 {
        assert!(poll(&handle, &looks, Pin::new(&mut admission)).is_pending());
        assert!(poll(&handle, &looks, room.as_mut()).is_pending());
        assert!(poll(&handle, &looks, next.as_mut()).is_pending());
        assert!(poll(&handle, &looks, idle.as_mut()).is_pending());
    }
    let before = looks.load(SeqCst);
    group.cancel();
    drop(taken);
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert!(looks.load(SeqCst) > before, "they were woken");
    assert!(poll(&handle, &looks, Pin::new(&mut admission)).is_ready());
}
