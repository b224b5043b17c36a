use taskward::with_timeout;

#[with_timeout("5s")]
fn plain(n: u8) -> Option<u8> {
    Some(n)
}

#[with_timeout("5s")]
struct Service;

fn main() {
    drop((plain(1), Service));
}
