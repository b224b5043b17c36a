//! Encrypted connections to Postgres.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;
use std::process::Command;

use taskward::{Context, ContextError, worker_pool};
use taskward_jobs::Jobs;
use tempfile::TempDir;

use crate::support::postgres::Postgres;
use crate::support::{Database, Server};

#[worker_pool(jobs = "secrets")]
async fn secret(_ctx: &Context, item: u32) -> Result<u32, ContextError> {
    Ok(item + 1)
}

/// A certificate of an authority of its own for 127.0.0.1. `None`, and a line that says why,
/// without a program that makes it.
fn certificates() -> Option<TempDir> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
    let authority = |name: &str| {
        let mut command = Command::new("openssl");
        command.current_dir(folder.path()).args(new).args(["-subj", "/CN=authority"]);
        command.args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.crt")]).output()
    };
    let leaf = || {
        let mut command = Command::new("openssl");
        command.current_dir(folder.path()).args(new).args(["-subj", "/CN=server"]);
        command.args(["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"]);
        command.args(["-CA", "ours.crt", "-CAkey", "ours.key", "-keyout", "server.key", "-out", "server.crt"]).output()
    };
    for made in [authority("ours"), authority("other"), leaf()] {
        match made {
            Ok(made) if made.status.success() => {}
            Ok(made) => {
                println!("skipped: `openssl` makes no certificate: {}", String::from_utf8_lossy(&made.stderr));
                return None;
            }
            Err(error) => {
                println!("skipped: no `openssl` here to make a certificate with: {error}");
                return None;
            }
        }
    }
    protect(&folder.path().join("server.key"));
    Some(folder)
}

/// The server reads a key only if it owns it. As root, the tests run it as `nobody`.
fn protect(key: &Path) {
    std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o600)).unwrap();
    if std::fs::metadata(key).unwrap().uid() == 0 {
        chown(key, Some(65534), Some(65534)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_travel_over_encrypted_connections() {
    let Some(folder) = certificates() else { return };
    let file = |name: &str| folder.path().join(name).display().to_string();
    let settings = [
        "ssl=on".to_owned(),
        format!("ssl_cert_file={}", file("server.crt")),
        format!("ssl_key_file={}", file("server.key")),
    ];
    let Some(postgres) = Postgres::start(&settings.each_ref().map(String::as_str)) else { return };
    let url = postgres.create("encrypted");
    for mode in ["sslmode=require".to_owned(), format!("sslmode=verify-full&sslrootcert={}", file("ours.crt"))] {
        let database = Database::at(format!("{url}?{mode}"));
        let server = database.serve([secret_job()]).await;
        assert_eq!(secret_all(&database.caller().await, [1, 2]).await.unwrap(), [2, 3]);
        let all = "SELECT count(*) > 1 AND bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
            WHERE datname = 'encrypted'";
        assert_eq!(postgres.psql("postgres", all).as_deref(), Some("t"), "all connections are encrypted");
        server.stop().await;
    }
    let mistrusted = format!("{url}?sslmode=verify-full&sslrootcert={}", file("other.crt"));
    let error = Jobs::connect(&mistrusted).await.unwrap_err().to_string();
    assert!(error.starts_with("cannot connect to the job queue: ") && error.contains("certificate"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_encryption_is_refused_where_it_is_required() {
    let Some(database) = Database::postgres("plain_text") else { return };
    let error = Jobs::connect(format!("{}?sslmode=require", database.url)).await.unwrap_err().to_string();
    assert!(error.starts_with("cannot connect to the job queue: "), "{error}");
    assert!(error.to_lowercase().contains("tls"), "{error}");
    // And used where it is not.
    let jobs = Jobs::connect(format!("{}?sslmode=prefer", database.url)).await.unwrap();
    Server::start(jobs, [secret_job()]).stop().await;
}
