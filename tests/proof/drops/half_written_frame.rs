//! A frame in two writes. If it is cancelled between them, the next frame is read as the rest of
//! this one. vm0-ai/vm0#12205.

use taskward::cancel_test;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

/// Length, then content.
async fn read_frames(mut wire: DuplexStream) -> Vec<String> {
    let mut frames = Vec::new();
    while let Ok(length) = wire.read_u8().await {
        let mut content = vec![0; length.into()];
        match wire.read_exact(&mut content).await {
            Ok(_) => frames.push(String::from_utf8_lossy(&content).into_owned()),
            Err(_) => frames.push("half a frame".to_owned()),
        }
    }
    frames
}

fn is_whole(frames: &[String]) -> bool {
    frames.iter().all(|frame| frame == "hello")
}

#[cancel_test]
#[should_panic(expected = "half a frame")]
pub(crate) async fn found() {
    async fn write_frame(wire: &mut DuplexStream) {
        wire.write_u8(5).await.unwrap();
        wire.write_all(b"hello").await.unwrap();
    }
    let (mut here, there) = duplex(64);
    let reader = tokio::spawn(read_frames(there));
    _ = cancellable(write_frame(&mut here)).await;
    write_frame(&mut here).await;
    drop(here);
    let frames = reader.await.unwrap();
    assert!(is_whole(&frames), "half a frame: {frames:?}");
}

#[cancel_test]
async fn repaired() {
    /// Unwritten data stays in the writer, and is written first.
    struct Writer {
        wire: DuplexStream,
        pending: std::collections::VecDeque<u8>,
    }
    impl Writer {
        async fn write_frame(&mut self) {
            self.pending.extend(b"\x05hello");
            self.wire.write_all_buf(&mut self.pending).await.unwrap();
        }
    }
    let (here, there) = duplex(64);
    let reader = tokio::spawn(read_frames(there));
    let mut writer = Writer { wire: here, pending: std::collections::VecDeque::new() };
    _ = cancellable(writer.write_frame()).await;
    writer.write_frame().await;
    drop(writer);
    let frames = reader.await.unwrap();
    assert!(is_whole(&frames), "half a frame: {frames:?}");
}
