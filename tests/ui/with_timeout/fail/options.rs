use taskward::with_timeout;

#[with_timeout(limit = "5s")]
async fn not_an_option() -> Option<()> {
    Some(())
}

#[with_timeout(timeout = "5s")]
async fn named_like_itself() -> Option<()> {
    Some(())
}

#[with_timeout("5s", alow(no_await))]
async fn misspelt() -> Option<()> {
    Some(())
}

#[with_timeout("5s" "6s")]
async fn no_comma() -> Option<()> {
    Some(())
}

#[with_timeout("5s", grace = "2s")]
async fn of_another_attribute() -> Option<()> {
    Some(())
}

fn main() {
    drop((not_an_option(), named_like_itself(), misspelt(), no_comma(), of_another_attribute()));
}
