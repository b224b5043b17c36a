use taskward::single_flight;

#[single_flight(key = x)]
async fn no_hash(x: f64) -> f64 {
    x
}

#[derive(Clone)]
struct Plain(u64);

#[single_flight(key = plain)]
async fn no_key(plain: Plain) -> u64 {
    plain.0
}

#[derive(PartialEq, Eq, Hash)]
struct NotClone(u64);

#[single_flight(key = key)]
async fn moved_into_the_run(key: NotClone) -> u64 {
    key.0
}

#[single_flight(key = key)]
async fn of_any_type<T>(key: T) {
    drop(key);
}

fn main() {}
