//! Receivers whose sender is gone, or never sends.

use taskward::channel::{Receiver, Sender};
use taskward::{Context, cancellable, channel};
use tokio::sync::oneshot;

use crate::support::{Item, leaks_nothing, let_others_run};

/// A request to a loop that has stopped, and a request that the loop received and never answered.
#[test]
fn etcd_6857() {
    #[cancellable]
    async fn node(_ctx: &Context, mut questions: Receiver<oneshot::Sender<Item>>) -> Option<()> {
        loop {
            let _unanswered = questions.recv().await?;
        }
    }

    async fn status(questions: &Sender<oneshot::Sender<Item>>) -> Option<Item> {
        let (answer, status) = oneshot::channel();
        questions.send(&Context::background(), answer).await.ok()?;
        status.await.ok()
    }

    leaks_nothing(|_| async move {
        let (ctx, canceller) = Context::background().with_cancel();
        let (questions, inbox) = channel(1);
        let node = tokio::spawn(async move { node(&ctx, inbox).await });
        assert!(status(&questions).await.is_none());
        canceller.cancel();
        node.await.unwrap();
        assert!(status(&questions).await.is_none());
    });
}

/// A reader waits for data, and closing the stream does not wake it.
#[test]
fn grpc_1275() {
    leaks_nothing(|census| async move {
        let (transport, mut stream) = channel::<Item>(1);
        let item = census.enter();
        let reader = tokio::spawn(async move {
            let _item = item;
            stream.recv().await.is_none()
        });
        let_others_run().await;
        drop(transport); // all that closing it takes
        assert!(reader.await.unwrap());
    });
}

/// Receiving from a channel without a sender.
#[test]
fn kubernetes_38669() {
    leaks_nothing(|_| async move {
        let (_, mut events) = channel::<Item>(1);
        assert!(events.recv().await.is_none());
    });
}
