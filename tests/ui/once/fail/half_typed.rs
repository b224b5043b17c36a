use taskward::once;

#[once]
async fn half_typed() -> Result<&'static String, String> {
    let text = String::new();
    text.
}

#[once]
fn empty() -> &'static String {
}

fn main() {
    let text: &String = empty();
    drop((half_typed(), text));
}
