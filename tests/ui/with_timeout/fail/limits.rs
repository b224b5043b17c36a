use taskward::with_timeout;

#[with_timeout("5 parsecs")]
async fn unknown_unit() -> Option<()> {
    Some(())
}

#[with_timeout("0s")]
async fn zero() -> Option<()> {
    Some(())
}

#[with_timeout]
async fn nothing() -> Option<()> {
    Some(())
}

#[with_timeout()]
async fn nothing_in_brackets() -> Option<()> {
    Some(())
}

#[with_timeout(5)]
async fn number() -> Option<()> {
    Some(())
}

#[with_timeout(5s)]
async fn no_quotes() -> Option<()> {
    Some(())
}

#[with_timeout("5")]
async fn number_in_quotes() -> Option<()> {
    Some(())
}

#[with_timeout(1.5)]
async fn fraction() -> Option<()> {
    Some(())
}

#[with_timeout("")]
async fn empty() -> Option<()> {
    Some(())
}

#[with_timeout("5s", "6s")]
async fn two() -> Option<()> {
    Some(())
}

#[with_timeout(-5)]
async fn negative() -> Option<()> {
    Some(())
}

#[with_timeout('5')]
async fn a_char() -> Option<()> {
    Some(())
}

#[with_timeout("5s")]
#[with_timeout("6s")]
async fn attribute_twice() -> Option<()> {
    Some(())
}

#[with_timeout("999999999999999999999y")]
async fn too_long() -> Option<()> {
    Some(())
}

#[with_timeout("five s")]
async fn words() -> Option<()> {
    Some(())
}

#[with_timeout(0.0)]
async fn zero_without_unit() -> Option<()> {
    Some(())
}

#[with_timeout("5m 3")]
async fn second_number_without_unit() -> Option<()> {
    Some(())
}

#[with_timeout("inf")]
async fn infinite() -> Option<()> {
    Some(())
}

fn main() {
    drop((no_quotes(), unknown_unit(), zero(), nothing(), nothing_in_brackets(), number(), number_in_quotes(), fraction()));
    drop((empty(), two(), negative(), a_char(), attribute_twice(), too_long(), words()));
    drop((zero_without_unit(), second_number_without_unit(), infinite()));
}
