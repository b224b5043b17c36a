// #[single_flight]
// async fn no_key(id: u64) -> u64 { id }

::core::compile_error! {
    "`#[single_flight]` needs a key: calls with an equal one share a run\nhelp: write `key = id`, `key = (tenant, id)`, or any expression over the parameters"
}
async fn no_key(id: u64) -> u64 {
    id
}

// #[single_flight(key = id)]
// async fn not_in_the_key(id: u64, page: u64) -> u64 { id + page }

::core::compile_error! {
    "`page` is not in the key: a call with another `page` would get the result of this one\nhelp: put it into the key: `key = (id, page)`; or, if any caller's will do, say so: `shared(page)`"
}
async fn not_in_the_key(id: u64, page: u64) -> u64 {
    id + page
}