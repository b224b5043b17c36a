use std::rc::Rc;

use taskward::single_flight;

struct NotClone;

#[single_flight(key = id)]
async fn not_send(id: u64) -> Option<u64> {
    let shared = Rc::new(id);
    std::future::ready(()).await;
    Some(*shared)
}

#[single_flight(key = id, shared(client))]
async fn borrowed(id: u64, client: &NotClone) -> u64 {
    let _ = client;
    id
}

struct Service {
    other: u8,
}

impl Service {
    #[single_flight(key = id, shared(self))]
    async fn this(&self, id: u64) -> u64 {
        id + u64::from(self.other)
    }
}

fn main() {}
