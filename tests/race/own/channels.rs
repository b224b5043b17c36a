//! The channel: a value is received once, or returned.

use taskward::{Context, TaskGroup, channel, race_test};
use tokio::task::yield_now;

#[race_test]
async fn every_value_arrives_once(ctx: Context) {
    let (send, mut receive) = channel(1);
    let group = TaskGroup::<()>::new(&ctx);
    for number in 0..3 {
        let send = send.clone();
        _ = group.spawn(async move |ctx: Context| send.send(&ctx, number).await.unwrap());
    }
    drop(send);
    let mut values = Vec::new();
    while let Some(value) = receive.recv().await {
        values.push(value);
    }
    group.join().await;
    values.sort_unstable();
    assert_eq!(values, [0, 1, 2]);
}

#[race_test]
async fn an_item_that_an_ended_context_stops_is_returned(ctx: Context) {
    let (ctx, canceller) = ctx.with_cancel();
    let (send, mut receive) = channel(1);
    let senders: Vec<_> = (0..3)
        .map(|number| {
            let (send, ctx) = (send.clone(), ctx.clone());
            tokio::spawn(async move { send.send(&ctx, number).await.err().map(channel::SendError::into_inner) })
        })
        .collect();
    drop(send);
    let cancelling = tokio::spawn(async move {
        yield_now().await;
        canceller.cancel();
    });
    yield_now().await;
    let mut values = Vec::new();
    while let Some(value) = receive.recv().await {
        values.push(value);
    }
    for sender in senders {
        values.extend(sender.await.unwrap());
    }
    values.sort_unstable();
    assert_eq!(values, [0, 1, 2]);
    cancelling.await.unwrap();
}

#[race_test]
async fn a_receiver_that_goes_sends_everything_back(ctx: Context) {
    let (send, mut receive) = channel(1);
    let sender = tokio::spawn({
        let send = send.clone();
        async move {
            let mut back = 0;
            for number in 0..3 {
                back += usize::from(send.send(&ctx, number).await.is_err());
            }
            back
        }
    });
    let received = usize::from(receive.recv().await.is_some());
    drop(receive);
    send.closed().await;
    assert!(received + sender.await.unwrap() >= 2, "one may have been in the queue");
}
