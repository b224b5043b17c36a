use std::sync::Arc;

use taskward::{SingleFlight, single_flight};

struct Service {
    texts: SingleFlight<String, u64>,
    results: SingleFlight<u64, String>,
    other: Arc<u8>,
}

impl Service {
    #[single_flight(self.texts, key = id)]
    async fn another_key(self: Arc<Self>, id: u64) -> u64 {
        id
    }

    #[single_flight(self.results, key = id)]
    async fn another_result(self: Arc<Self>, id: u64) -> u64 {
        id
    }

    #[single_flight(self.other, key = id)]
    async fn no_table(self: Arc<Self>, id: u64) -> u64 {
        id
    }
}

fn main() {}
