#[taskward::main]
struct Main;

fn main() {}
