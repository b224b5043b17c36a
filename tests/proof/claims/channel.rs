use taskward::{Context, cancel_test, channel};

#[cancel_test]
async fn a_send_that_is_dropped_has_not_sent(ctx: Context) {
    let (sender, mut receiver) = channel(1);
    let consumer = tokio::spawn(async move {
        let mut got = Vec::new();
        while let Some(item) = receiver.recv().await {
            got.push(item);
        }
        got
    });
    for item in 0..3 {
        while cancellable(sender.send(&ctx, item)).await.is_none() {}
    }
    drop(sender);
    assert_eq!(consumer.await.unwrap(), [0, 1, 2]);
}

#[cancel_test]
async fn a_send_that_is_dropped_leaves_its_room_to_the_others(ctx: Context) {
    let (sender, mut receiver) = channel(1);
    sender.send(&ctx, 1).await.unwrap();
    let other = tokio::spawn({
        let (sender, ctx) = (sender.clone(), ctx.clone());
        async move {
            tokio::task::yield_now().await;
            sender.send(&ctx, 3).await.unwrap();
        }
    });
    let consumer = tokio::spawn(async move {
        let mut got = Vec::new();
        while let Some(item) = receiver.recv().await {
            got.push(item);
        }
        got
    });
    let sent = cancellable(sender.send(&ctx, 2)).await;
    other.await.unwrap();
    drop(sender);
    let mut got = consumer.await.unwrap();
    got.sort_unstable();
    assert_eq!(got, if sent.is_some() { vec![1, 2, 3] } else { vec![1, 3] });
}

#[cancel_test]
async fn a_recv_loses_nothing(ctx: Context) {
    let (sender, mut receiver) = channel(1);
    let producer = tokio::spawn(async move {
        for item in 0..3 {
            sender.send(&ctx, item).await.unwrap();
        }
    });
    let mut got = Vec::new();
    loop {
        match cancellable(receiver.recv()).await {
            Some(Some(item)) => got.push(item),
            Some(None) => break,
            None => {}
        }
    }
    producer.await.unwrap();
    assert_eq!(got, [0, 1, 2]);
}

#[cancel_test]
async fn recv_many_loses_nothing(ctx: Context) {
    let (sender, mut receiver) = channel(2);
    let producer = tokio::spawn(async move {
        for item in 0..5 {
            sender.send(&ctx, item).await.unwrap();
        }
    });
    let mut got = Vec::new();
    while cancellable(receiver.recv_many(&mut got, 2)).await != Some(0) {}
    producer.await.unwrap();
    assert_eq!(got, [0, 1, 2, 3, 4]);
}

#[cancel_test]
async fn dropping_a_wait_for_the_end_of_a_channel_changes_nothing(ctx: Context) {
    let (sender, mut receiver) = channel(1);
    let closer = tokio::spawn({
        let sender = sender.clone();
        async move {
            sender.send(&ctx, 7).await.unwrap();
            sender.close();
        }
    });
    if cancellable(sender.closed()).await.is_none() {
        sender.closed().await;
    }
    closer.await.unwrap();
    // Two awaits on one receiver in one expression, as without the attribute.
    assert_eq!((receiver.recv().await, receiver.recv().await), (Some(7), None));
}
