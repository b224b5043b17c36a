use taskward::single_flight;

#[single_flight(key = x)]
async fn no_hash(x: f64) -> f64 {
    x
}

#[derive(Clone)]
struct Plain(u64);

#[single_flight(key = plain)]
async fn no_key(plain: Plain) -> u64 {
    plain.0
}

#[derive(PartialEq, Eq, Hash)]
struct NotClone(u64);

#[single_flight(key = key)]
async fn moved_into_the_run(key: NotClone) -> u64 {
    key.0
}

#[single_flight(key = key)]
async fn of_any_type<T>(key: T) {
    drop(key);
}

/// Names in literals, fields, methods and macros are not parameters.
mod not_in_the_key {
    use std::sync::Arc;

    use taskward::single_flight;

    pub struct User {
        pub id: u64,
    }

    #[single_flight(key = ("user", id))]
    pub async fn in_a_literal(user: Arc<str>, id: u64) -> u64 {
        user.len() as u64 + id
    }

    #[single_flight(key = user.id)]
    pub async fn a_field(user: User, id: u64) -> u64 {
        user.id + id
    }

    #[single_flight(key = name.page())]
    pub async fn a_method(name: Name, page: u64) -> u64 {
        name.page() + page
    }

    #[single_flight(key = format!("{id} {{user}} user"))]
    pub async fn in_a_format_string(id: u64, user: Arc<str>) -> u64 {
        user.len() as u64 + id
    }

    #[single_flight(key = ids.iter().map(|page| page + 1).sum::<u64>())]
    pub async fn a_closures_own(ids: Vec<u64>, page: u64) -> u64 {
        ids.len() as u64 + page
    }

    #[single_flight(key = User { id }.id)]
    pub async fn a_field_of_a_literal(id: u64, user: u64) -> u64 {
        id + user
    }

    #[single_flight(key = page::of(id))]
    pub async fn a_path(id: u64, page: u64) -> u64 {
        page::of(id) + page
    }

    #[single_flight(key = id as page)]
    pub async fn a_type(id: u64, page: u64) -> u64 {
        id + page
    }

    #[single_flight(key = { let page = id; page })]
    pub async fn a_variable_of_the_keys(id: u64, page: u64) -> u64 {
        id + page
    }

    #[single_flight(key = unknown_macro!(id, page))]
    pub async fn in_a_macro(id: u64, page: u64) -> u64 {
        id + page
    }
}

fn main() {}
