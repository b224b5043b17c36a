//! A client in another language: the package grpcio receives the status codes of gRPC's interop
//! cases.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;
use tokio::time::timeout;

use crate::grpc::server_for_python;
use crate::support::ms;

/// The cases `timeout_on_sleeping_server`, `cancel_after_begin` and `cancel_after_first_response`
/// of the interop suite, and the server's own limit, which is independent of the client's timers.
const CLIENT: &str = r#"
import sys, threading, time, grpc

channel = grpc.insecure_channel(sys.argv[1])
unary = channel.unary_unary("/test.Work/Unary")
stream = channel.unary_stream("/test.Work/Stream")

def code(call):
    try:
        call()
        return "OK"
    except grpc.RpcError as error:
        return error.code().name

print("left", code(lambda: unary(b"left")))
print("timeout_on_sleeping_server", code(lambda: unary(b"wait", timeout=0.1)))
print("servers_limit", code(lambda: unary(b"wait")))
print("servers_limit_of_a_stream", code(lambda: [message for message in stream(b"")]))

call = unary.future(b"wait")
call.cancel()
print("cancel_after_begin", call.code().name)

call = stream(b"")
next(call)
call.cancel()
print("cancel_after_first_response", code(lambda: next(call)))
print("malformed", code(lambda: unary(b"left", metadata=[("connect-timeout-ms", "soon")])))
"#;

const EXPECTED: &str = "\
left OK
timeout_on_sleeping_server DEADLINE_EXCEEDED
servers_limit DEADLINE_EXCEEDED
servers_limit_of_a_stream DEADLINE_EXCEEDED
cancel_after_begin CANCELLED
cancel_after_first_response CANCELLED
malformed INVALID_ARGUMENT
";

async fn runs(program: &Path, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let limit = std::time::Duration::from_secs(120);
    matches!(timeout(limit, command.status()).await, Ok(Ok(status)) if status.success())
}

/// A Python with grpcio: the system's, or one in the target folder.
async fn python() -> Result<PathBuf, &'static str> {
    let system = PathBuf::from("python3");
    if runs(&system, &["-c", "import grpc"]).await {
        return Ok(system);
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grpcio");
    let python = folder.join("bin/python");
    if runs(&python, &["-c", "import grpc"]).await {
        return Ok(python);
    }
    if !runs(&system, &["-m", "venv", "--clear", folder.to_str().ok_or("the target folder has no plain name")?]).await {
        return Err("no python3 with venv here");
    }
    if !runs(&python, &["-m", "pip", "install", "--quiet", "grpcio"]).await {
        return Err("grpcio cannot be installed here");
    }
    Ok(python)
}

#[tokio::test]
async fn a_client_in_python_sees_the_codes_of_the_interop_suite() {
    let python = match python().await {
        Ok(python) => python,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let (address, _server) = server_for_python().await;
    let mut client = Command::new(python);
    client.args(["-c", CLIENT, &address.to_string()]).kill_on_drop(true);
    let output = timeout(ms(30_000), client.output()).await.expect("the client hangs").unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), EXPECTED, "{}", String::from_utf8_lossy(&output.stderr));
}
