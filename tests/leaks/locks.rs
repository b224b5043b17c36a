//! Locks that are taken twice, in two orders, or never released. Locks held during a send do not
//! compile.

use std::sync::{Arc, Mutex as StdMutex};
use std::time::Duration;

use taskward::{Context, ContextError, with_timeout};
use tokio::sync::{Mutex, RwLock};
use tokio::task::{JoinHandle, yield_now};

use crate::support::{Item, leaks_nothing, leaks_nothing_in_time, let_others_run};

type Result<T> = std::result::Result<T, ContextError>;

/// An early return without an unlock.
#[test]
fn moby_17176() {
    fn clean_up(devices: &StdMutex<Vec<Item>>) -> Option<Item> {
        devices.lock().unwrap().pop() // unlocked on every path
    }

    leaks_nothing(|census| async move {
        let devices = Arc::new(StdMutex::new(vec![census.enter()]));
        while clean_up(&devices).is_some() {}
        let other = devices.clone();
        tokio::spawn(async move { drop(other.lock().unwrap()) }).await.unwrap();
        assert!(devices.try_lock().is_ok());
    });
}

/// A method holds the lock and calls another method that takes it. The task waits for itself until
/// its time limit.
#[test]
fn syncthing_4829() {
    async fn notify(addresses: &Mutex<Vec<Item>>) -> usize {
        addresses.lock().await.len()
    }

    #[with_timeout("1s")]
    async fn clear(_ctx: &Context, addresses: &Mutex<Vec<Item>>) -> Result<usize> {
        let mut mapping = addresses.lock().await;
        mapping.clear();
        Ok(notify(addresses).await)
    }

    leaks_nothing_in_time(|census| async move {
        let addresses = Mutex::new(vec![census.enter()]);
        assert!(clear(&Context::background(), &addresses).await.unwrap_err().is_deadline_exceeded());
        assert!(addresses.try_lock().is_ok(), "given back");
    });
}

/// Two locks, taken in two orders. Both tasks wait until their time limits, and then both locks
/// are free.
#[test]
fn cockroach_7504() {
    #[with_timeout("1s")]
    async fn both(_ctx: &Context, first: Arc<Mutex<Item>>, second: Arc<Mutex<Item>>) -> Result<()> {
        let _first = first.lock().await;
        yield_now().await;
        let _second = second.lock().await;
        Ok(())
    }

    fn both_in_task(first: Arc<Mutex<Item>>, second: Arc<Mutex<Item>>) -> JoinHandle<Result<()>> {
        tokio::spawn(async move { both(&Context::background(), first, second).await })
    }

    leaks_nothing_in_time(|census| async move {
        let (lease, names) = (Arc::new(Mutex::new(census.enter())), Arc::new(Mutex::new(census.enter())));
        let release = both_in_task(lease.clone(), names.clone());
        let acquire = both_in_task(names.clone(), lease.clone());
        let (release, acquire) = (release.await.unwrap(), acquire.await.unwrap());
        assert!(release.is_err() && acquire.is_err());
        assert!(lease.try_lock().is_ok() && names.try_lock().is_ok());
    });
}

/// A read lock is taken twice, and a writer, which has precedence, asks for the lock in between.
#[test]
fn kubernetes_62464() {
    #[with_timeout("1s")]
    async fn reconcile(_ctx: &Context, state: Arc<RwLock<Item>>) -> Result<()> {
        let _set = state.read().await;
        let_others_run().await;
        let _default = state.read().await;
        Ok(())
    }

    leaks_nothing_in_time(|census| async move {
        let state = Arc::new(RwLock::new(census.enter()));
        let reader = state.clone();
        let reconcile = tokio::spawn(async move { reconcile(&Context::background(), reader).await });
        let ctx = Context::background().with_timeout(Duration::from_secs(5));
        yield_now().await;
        drop(ctx.run(state.write()).await.unwrap()); // once the reader has given up
        assert!(reconcile.await.unwrap().unwrap_err().is_deadline_exceeded());
    });
}
