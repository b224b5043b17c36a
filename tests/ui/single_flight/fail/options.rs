use taskward::{SingleFlight, single_flight};

#[single_flight]
async fn no_key(id: u64) -> u64 {
    id
}

#[single_flight(id)]
async fn positional(id: u64) -> u64 {
    id
}

#[single_flight(key)]
async fn no_value(id: u64) -> u64 {
    id
}

#[single_flight(kay = id)]
async fn misspelt(id: u64) -> u64 {
    id
}

#[single_flight(key = id, key = id)]
async fn twice(id: u64) -> u64 {
    id
}

#[single_flight(key = id, shared(client))]
async fn no_such_parameter(id: u64) -> u64 {
    id
}

#[single_flight(key = id, shared(client.0))]
async fn no_name(id: u64, client: (u8,)) -> u64 {
    id + u64::from(client.0)
}

#[single_flight(FLIGHTS, OTHERS, key = id)]
async fn two_tables(id: u64) -> u64 {
    id
}

#[single_flight("table", key = id)]
async fn text(id: u64) -> u64 {
    id
}

#[single_flight(key = id, timeout = "5s")]
async fn elsewhere(id: u64) -> u64 {
    id
}

static FLIGHTS: SingleFlight<u64, u64> = SingleFlight::new();
static OTHERS: SingleFlight<u64, u64> = SingleFlight::new();

fn main() {}
