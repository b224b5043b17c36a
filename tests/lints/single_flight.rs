//! `#[single_flight]`.

use std::sync::Arc;

use taskward::{Context, SingleFlight, cancellable, single_flight, with_timeout};

use super::Result;

#[single_flight(key = id)]
async fn flight(ctx: &Context, id: u64) -> Result<u64> {
    ctx.checkpoint().await?;
    Ok(id)
}

#[single_flight(key = (name, id), shared(bytes))]
async fn flight_borrowed(name: &str, id: u64, bytes: &[u8]) -> Option<usize> {
    tokio::task::yield_now().await;
    Some(name.len() + bytes.len() + usize::try_from(id).ok()?)
}

#[cancellable]
#[with_timeout("5s")]
#[single_flight(key = id)]
async fn flight_stacked(ctx: Context, mut id: u64) -> Result<u64> {
    ctx.checkpoint().await?;
    id += 1;
    Ok(id)
}

#[single_flight(key = id)]
async fn flight_unused_context(_ctx: Context, id: u64) -> Result<u64> {
    tokio::task::yield_now().await;
    Ok(id)
}

#[derive(Clone, Debug, Default)]
struct Pages {
    flights: Arc<SingleFlight<u64, Result<usize>>>,
}

impl Pages {
    #[single_flight(self.flights, key = id)]
    async fn page(&self, id: u64) -> Result<usize> {
        tokio::task::yield_now().await;
        Ok(self.flights.len() + usize::from(id == 0))
    }
}

#[tokio::test]
async fn all_of_it_works_too() -> Result<()> {
    let ctx = Context::background();
    assert_eq!(
        flight(&ctx, 1).await? + flight_stacked(ctx.clone(), 1).await? + flight_unused_context(ctx.clone(), 1).await?,
        4
    );
    assert_eq!((flight_borrowed("a", 1, &[1]).await, Pages::default().page(1).await?), (Some(3), 1));
    Ok(())
}
