use taskward::cancellable;

#[cancellable]
struct Service {
    name: String,
}

#[cancellable]
enum Kind {
    One,
}

#[cancellable]
impl Service {
    async fn call(&self) {}
}

#[cancellable]
const LIMIT: usize = 1;

fn main() {
    let service = Service { name: String::new() };
    drop((service.name.len(), service.call(), Kind::One, LIMIT));
}
