//! The fixtures of `fail` with the helps followed.

use std::sync::Arc;

use taskward::{Context, ContextError, SingleFlight, single_flight, with_timeout};

mod options {
    use taskward::single_flight;

    #[single_flight(key = id)]
    pub async fn no_key(id: u64) -> u64 {
        id
    }

    #[single_flight(key = (tenant, id))]
    pub async fn of_two(tenant: &str, id: u64) -> u64 {
        id + tenant.len() as u64
    }

    #[single_flight(key = id, shared(client))]
    pub async fn no_name(id: u64, client: (u8,)) -> u64 {
        id + u64::from(client.0)
    }
}

mod keys {
    use std::sync::Arc;

    use taskward::single_flight;

    pub struct User {
        pub id: u64,
    }

    impl User {
        fn page(&self) -> u64 {
            self.id
        }
    }

    mod paths {
        pub mod page {
            pub fn of(id: u64) -> u64 {
                id
            }
        }
    }

    mod types {
        #[expect(non_camel_case_types, reason = "it is called like a parameter")]
        pub type page = u64;
    }

    #[single_flight(key = (("user", id), user))]
    pub async fn in_a_literal(user: Arc<str>, id: u64) -> u64 {
        user.len() as u64 + id
    }

    #[single_flight(key = (user.id, id))]
    pub async fn a_field(user: User, id: u64) -> u64 {
        user.id + id
    }

    #[single_flight(key = (name.page(), page))]
    pub async fn a_method(name: User, page: u64) -> u64 {
        name.page() + page
    }

    #[single_flight(key = (format!("{id} {{user}} user"), user))]
    pub async fn in_a_format_string(id: u64, user: Arc<str>) -> u64 {
        user.len() as u64 + id
    }

    #[single_flight(key = (ids.iter().map(|page| page + 1).sum::<u64>(), page))]
    pub async fn a_closures_own(ids: Vec<u64>, page: u64) -> u64 {
        ids.len() as u64 + page
    }

    #[single_flight(key = (User { id }.id, user))]
    pub async fn a_field_of_a_literal(id: u64, user: u64) -> u64 {
        id + user
    }

    pub mod of_paths {
        use super::paths::page;

        #[taskward::single_flight(key = (page::of(id), page))]
        pub async fn a_path(id: u64, page: u64) -> u64 {
            page::of(id) + page
        }
    }

    pub mod of_types {
        use super::types::page;

        #[taskward::single_flight(key = (id as page, page))]
        pub async fn a_type(id: u64, page: u64) -> u64 {
            id + page
        }
    }

    #[single_flight(key = ({ let page = id; page }, page))]
    pub async fn a_variable_of_the_keys(id: u64, page: u64) -> u64 {
        id + page
    }
}

#[single_flight(key = "table")]
async fn text() -> u64 {
    1
}

#[with_timeout("5s")]
#[single_flight(key = id)]
async fn elsewhere(id: u64) -> Option<u64> {
    Some(id)
}

#[single_flight(key = (id, page))]
async fn not_in_the_key(id: u64, page: u64) -> u64 {
    id + page
}

#[single_flight(key = ((tenant, id), page))]
async fn one_of_three(tenant: &str, id: u64, (page, _): (u64, u64)) -> u64 {
    tenant.len() as u64 + id + page
}

#[single_flight(key = name)]
async fn lends_its_result(name: String) -> String {
    name
}

#[single_flight(key = id)]
async fn opaque(id: u64) -> Arc<dyn Fn() -> u64 + Send + Sync> {
    Arc::new(move || id)
}

#[single_flight(key = name)]
async fn inside(name: Option<String>) -> usize {
    name.map_or(0, |name| name.len())
}

struct Service {
    flights: SingleFlight<u64, Option<u64>>,
}

impl Service {
    #[single_flight(key = id, shared(self))]
    async fn mixes_up_objects(self: &Arc<Self>, id: u64) -> u64 {
        let _ = self;
        id
    }

    #[single_flight(self.flights, key = id)]
    async fn changes_itself(self: &Arc<Self>, _ctx: &Context, id: u64) -> Option<u64> {
        Some(id)
    }
}

#[single_flight(key = id)]
async fn interruptible(ctx: &Context, id: u64) -> Result<u64, ContextError> {
    ctx.checkpoint().await?;
    Ok(id)
}

#[derive(Clone, Debug)]
struct Failed(Arc<anyhow::Error>);

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Self(Arc::new(error))
    }
}

impl From<ContextError> for Failed {
    fn from(why: ContextError) -> Self {
        Self(Arc::new(why.into()))
    }
}

#[single_flight(key = id)]
async fn of_any_error(ctx: &Context, id: u64) -> Result<u64, Failed> {
    ctx.checkpoint().await?;
    Ok(std::future::ready(anyhow::Ok(id)).await?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ctx = &Context::background();
    let service = Arc::new(Service { flights: SingleFlight::new() });
    assert_eq!(options::no_key(1).await + options::of_two("", 1).await + options::no_name(1, (1,)).await, 4);
    assert_eq!(keys::in_a_literal("".into(), 1).await + keys::in_a_format_string(1, "".into()).await, 2);
    assert_eq!(keys::a_field(keys::User { id: 1 }, 1).await + keys::a_method(keys::User { id: 1 }, 1).await, 4);
    assert_eq!(keys::a_closures_own(vec![1], 1).await + keys::a_field_of_a_literal(1, 1).await, 4);
    assert_eq!(keys::of_paths::a_path(1, 1).await + keys::of_types::a_type(1, 1).await + keys::a_variable_of_the_keys(1, 1).await, 6);
    assert_eq!(text().await + elsewhere(1).await.unwrap(), 2);
    assert_eq!(not_in_the_key(1, 2).await + one_of_three("", 1, (2, 3)).await, 6);
    assert_eq!(lends_its_result(String::new()).await.len() + inside(None).await, 0);
    let made = opaque(7).await;
    assert_eq!(made(), 7);
    assert_eq!(service.mixes_up_objects(1).await + service.changes_itself(ctx, 1).await.unwrap(), 2);
    assert_eq!(of_any_error(ctx, 1).await.map_err(|failed| failed.0.to_string()), Ok(1));
    assert_eq!(interruptible(ctx, 1).await.unwrap(), 1);
}
