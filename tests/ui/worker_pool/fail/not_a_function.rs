use taskward::worker_pool;

#[worker_pool(workers = 8)]
struct Service;

#[worker_pool(workers = 8)]
mod jobs {}

fn main() {
    drop(Service);
}
