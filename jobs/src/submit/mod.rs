//! The caller's side: a batch of items, and its results.

mod batch;
mod call;
mod exchange;
mod flow;
mod guard;
mod results;

use taskward::{ContextError, Progress};

use self::batch::Batch;
pub(crate) use self::call::{Call, encode};
pub(crate) use self::flow::Flow;
use crate::error::JobsError;
use crate::output::{Gather, JobOutput, decode, ended_by};

/// Sends the items, and waits for their results.
pub(crate) async fn run<P: Gather<R>, R: JobOutput>(
    call: Call,
    items: Result<Vec<String>, JobsError>,
    mut progress: impl FnMut(Progress),
) -> P::All {
    let count = items.as_ref().map_or(0, Vec::len);
    let mut kept: Vec<Option<P::Kept>> = Vec::new();
    kept.resize_with(count, || None);
    let mut batch = match submit(&call, items).await {
        Ok(Some(batch)) => batch,
        Ok(None) => return P::all(kept, None),
        Err(why) => return P::all(kept, Some(why)),
    };
    let (mut done, mut failed) = (0, 0);
    loop {
        let row = match batch.next(&call.ctx).await {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(why) => {
                batch.cancel(&why.to_string()).await;
                return P::all(kept, Some(why));
            }
        };
        let position = usize::try_from(row.position).unwrap_or(usize::MAX);
        let result: R = decode(row);
        failed += usize::from(result.is_failure());
        match P::keep(result) {
            Ok(output) => {
                let place = if call.in_order { position } else { done };
                if let Some(slot) = kept.get_mut(place) {
                    *slot = Some(output);
                }
            }
            Err(all) => {
                batch.cancel("another item of the batch failed").await;
                progress(Progress { done: done + 1, failed, total: Some(count) });
                return all;
            }
        }
        done += 1;
        progress(Progress { done, failed, total: Some(count) });
    }
    batch.finish().await;
    P::all(kept, None)
}

/// Returns `None` if there are no items.
async fn submit(call: &Call, items: Result<Vec<String>, JobsError>) -> Result<Option<Batch>, ContextError> {
    call.ctx.check()?;
    let items = items.map_err(ended_by)?;
    if items.is_empty() {
        return Ok(None);
    }
    // Not interrupted: the caller would not know whether the batch was submitted.
    Batch::submit(&call.jobs, call.spec, &call.ctx, items, true).await.map(Some).map_err(ended_by)
}
