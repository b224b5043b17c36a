//! The parameters of a shared run.

use std::sync::Arc;

use taskward::single_flight;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

use super::MS;

#[derive(Clone, Debug)]
struct Loader(u8);

impl Loader {
    #[single_flight(key = id, shared(self))]
    async fn load(&self, id: u8) -> String {
        assert_eq!(self.0, 7);
        tokio::task::yield_now().await;
        format!("{id}{self:?}")
    }
}

#[single_flight(key = id, shared(semaphore))]
async fn keeps(id: u8, semaphore: Arc<Semaphore>, _permit: OwnedSemaphorePermit) -> usize {
    sleep(10 * MS).await;
    id as usize + semaphore.available_permits()
}

#[tokio::test(start_paused = true)]
async fn the_run_of_a_flight_owns_all_parameters() {
    assert_eq!(Loader(7).load(1).await, "1Loader(7)");
    let semaphore = Arc::new(Semaphore::new(2));
    let permit = || semaphore.clone().try_acquire_owned().unwrap();
    let first = tokio::spawn(keeps(0, semaphore.clone(), permit()));
    tokio::task::yield_now().await;
    let second = tokio::spawn(keeps(0, semaphore.clone(), permit()));
    tokio::task::yield_now().await;
    first.abort();
    // The run does not need the second caller's permit.
    assert_eq!(second.await.unwrap(), 1);
    assert_eq!(semaphore.available_permits(), 2);
}
