//! A cancelled `write_all` has written an unknown part of its data: diamondrod/kdbplus#8.

use taskward::cancel_test;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

async fn read_all(mut wire: DuplexStream) -> String {
    let mut read = String::new();
    wire.read_to_string(&mut read).await.unwrap();
    read
}

#[cancel_test]
#[should_panic(expected = "written twice")]
pub(crate) async fn found() {
    let (mut here, there) = duplex(4);
    let reader = tokio::spawn(read_all(there));
    while cancellable(here.write_all(b"a longer line\n")).await.is_none() {}
    drop(here);
    assert_eq!(reader.await.unwrap(), "a longer line\n", "written twice");
}

#[cancel_test]
async fn repaired() {
    let (mut here, there) = duplex(4);
    let reader = tokio::spawn(read_all(there));
    let mut rest: &[u8] = b"a longer line\n";
    // The buffer advances with each write.
    while cancellable(here.write_all_buf(&mut rest)).await.is_none() {}
    drop(here);
    assert_eq!(reader.await.unwrap(), "a longer line\n", "written twice");
}
