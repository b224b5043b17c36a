// #[single_flight]
// async fn no_key(id: u64) -> u64 { id }

::core::compile_error! {
    "`#[single_flight]` needs a key\nhelp: write `key = id`, `key = (tenant, id)`, or any expression over the parameters"
}
async fn no_key(id: u64) -> u64 {
    id
}

// #[single_flight(key = id)]
// async fn not_in_the_key(id: u64, page: u64) -> u64 { id + page }

::core::compile_error! {
    "`page` is not in the key, so a call with another `page` would get this call's result\nhelp: write `key = (id, page)`, or add `shared(page)` if any caller's value will do"
}
async fn not_in_the_key(id: u64, page: u64) -> u64 {
    id + page
}