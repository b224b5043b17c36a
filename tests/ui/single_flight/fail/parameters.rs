use std::sync::Arc;

use taskward::{Context, SingleFlight, single_flight};

#[single_flight(key = id)]
async fn not_in_the_key(id: u64, page: u64) -> u64 {
    id + page
}

#[single_flight(key = (tenant, id))]
async fn one_of_three(tenant: &str, id: u64, (page, _): (u64, u64)) -> u64 {
    tenant.len() as u64 + id + page
}

#[single_flight(key = list.len())]
async fn mutable(list: &mut Vec<u8>) -> usize {
    list.len()
}

#[single_flight(key = name.map(str::to_owned))]
async fn inside(name: Option<&str>) -> usize {
    name.map_or(0, str::len)
}

#[single_flight(key = a)]
async fn pattern(&(a, _b): &(u8, u8)) -> u8 {
    a
}

#[single_flight(key = name)]
async fn lends_its_result(name: &str) -> &str {
    name
}

#[single_flight(key = id)]
async fn opaque(id: u64) -> impl Clone + Send {
    id
}

#[single_flight(key = id)]
fn plain(id: u64) -> u64 {
    id
}

struct Service {
    flights: SingleFlight<u64, u64>,
}

impl Service {
    #[single_flight(key = id)]
    async fn mixes_up_objects(self: &Arc<Self>, id: u64) -> u64 {
        id
    }

    #[single_flight(self.flights, key = id)]
    async fn changes_itself(&mut self, _ctx: &Context, id: u64) -> Option<u64> {
        Some(id)
    }
}

trait Load {
    #[single_flight(key = id)]
    async fn load(id: u64) -> u64;
}

#[single_flight(key = 1)]
struct NotAFunction;

fn main() {}
