use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use taskward::{Context, single_flight};

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
async fn error_of_anyhow(_ctx: &Context, id: u64) -> anyhow::Result<u64> {
    Ok(id)
}

#[single_flight(key = id)]
async fn boxed_error(id: u64) -> Result<u64, Box<dyn std::error::Error + Send + Sync>> {
    Ok(id)
}

#[single_flight(key = id)]
async fn cannot_say_interrupted(_ctx: &Context, id: u64) -> u64 {
    id
}

#[single_flight(key = id)]
async fn not_send(id: u64) -> Rc<u64> {
    Rc::new(id)
}

#[single_flight(key = id)]
async fn not_sync(id: u64) -> Result<Arc<RefCell<u64>>, String> {
    Ok(Arc::new(RefCell::new(id)))
}

fn main() {}
