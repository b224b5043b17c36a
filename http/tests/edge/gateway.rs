//! The example `gateway` shows the promised behaviour.
#![cfg(unix)]

use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

#[tokio::test]
async fn the_demonstration_of_the_example_holds() {
    let test = std::env::current_exe().unwrap();
    let example = test.parent().unwrap().with_file_name("examples").join("gateway");
    assert!(
        example.exists(),
        "`cargo test --test` alone builds no examples: `cargo build -p taskward-http --examples` first"
    );
    let demo = Command::new(example).arg("--demo").kill_on_drop(true).output();
    let output = timeout(Duration::from_secs(60), demo).await.expect("it hangs").unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.matches("    ok: ").count(), 10, "{said}");
}
