use taskward::single_flight;

#[single_flight(key = name)]
async fn half_typed(name: String) -> Option<String> {
    name.
}

#[single_flight(key = name)]
async fn wrong(name: String) -> Option<String> {
    name.len()
}

fn main() {
    drop((half_typed(String::new()), wrong(String::new())));
}
