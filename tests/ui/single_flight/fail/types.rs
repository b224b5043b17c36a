use std::io;
use std::rc::Rc;
use std::sync::Arc;

use taskward::{Context, SingleFlight, single_flight};

struct NotClone;

#[single_flight(key = id)]
async fn value(id: u64) -> NotClone {
    drop(id);
    NotClone
}

#[single_flight(key = id)]
async fn value_of_a_result(id: u64) -> Result<NotClone, u64> {
    Err(id)
}

#[single_flight(key = id)]
async fn error(id: u64) -> io::Result<u64> {
    Ok(id)
}

#[single_flight(key = id)]
async fn cannot_say_interrupted(_ctx: &Context, id: u64) -> u64 {
    id
}

#[single_flight(key = x)]
async fn no_hash(x: f64) -> f64 {
    x
}

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
    flights: SingleFlight<u64, u64>,
    texts: SingleFlight<String, u64>,
    other: Arc<u8>,
}

impl Service {
    #[single_flight(self.flights, key = id)]
    async fn this(&self, id: u64) -> u64 {
        id + u64::from(*self.other)
    }

    #[single_flight(self.texts, key = id)]
    async fn another_key(self: Arc<Self>, id: u64) -> u64 {
        id
    }

    #[single_flight(self.other, key = id)]
    async fn no_table(self: Arc<Self>, id: u64) -> u64 {
        id
    }
}

fn main() {}
