use taskward::single_flight;

#[single_flight(key = name)]
async fn wrong(name: String) -> Option<String> {
    name.len()
}

fn main() {
    drop(wrong(String::new()));
}
