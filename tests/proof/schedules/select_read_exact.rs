//! `read_exact` in a `select!` in a loop: the other branch completes while half of a frame has
//! been read, and that half is lost. Quantus-Network/chain#674, vnvo/pgwire-replication#6, and
//! many others.

use taskward::race_test;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::mpsc;

/// Sends two frames, each in two pieces.
async fn send(mut wire: DuplexStream) {
    for frame in [[1, 1], [2, 2]] {
        for piece in frame {
            wire.write_all(&[piece]).await.unwrap();
            tokio::task::yield_now().await;
        }
    }
}

async fn order(jobs: mpsc::Sender<()>) {
    for _ in 0..2 {
        tokio::task::yield_now().await;
    }
    _ = jobs.send(()).await;
}

#[race_test(delays = 1, runs = 100)]
#[should_panic(expected = "out of step")]
pub(crate) async fn found() {
    let (here, mut there) = duplex(8);
    let (jobs, mut orders) = mpsc::channel(1);
    tokio::spawn(send(here));
    tokio::spawn(order(jobs));
    let mut frames = Vec::new();
    loop {
        let mut frame = [0; 2];
        tokio::select! {
            biased;
            Some(()) = orders.recv() => {}
            read = there.read_exact(&mut frame) => match read {
                Ok(_) => frames.push(frame),
                Err(_) => break,
            }
        }
    }
    assert_eq!(frames, [[1, 1], [2, 2]], "out of step");
}

#[race_test]
async fn repaired() {
    let (here, mut there) = duplex(8);
    let (jobs, mut orders) = mpsc::channel(1);
    tokio::spawn(send(here));
    tokio::spawn(order(jobs));
    let (mut frames, mut read) = (Vec::new(), Vec::new());
    loop {
        tokio::select! {
            biased;
            Some(()) = orders.recv() => {}
            // Read bytes stay in `read`.
            bytes = there.read_buf(&mut read) => if bytes.unwrap() == 0 {
                break;
            }
        }
        while read.len() >= 2 {
            frames.push([read.remove(0), read.remove(0)]);
        }
    }
    assert_eq!(frames, [[1, 1], [2, 2]], "out of step");
}
