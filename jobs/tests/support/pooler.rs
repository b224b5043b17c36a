//! A PgBouncer in transaction mode, before a Postgres of the tests.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A running pooler. Stops when it is dropped.
pub(crate) struct Pooler {
    process: Child,
    _folder: TempDir,
    port: u16,
}

impl Pooler {
    /// Starts a pooler that shares `connections` to the server of `url`. Returns `None`, and
    /// prints the reason, if PgBouncer is missing or older than 1.21: without prepared statements.
    pub(crate) fn start(url: &str, connections: usize) -> Option<Self> {
        let program = std::env::var("PGBOUNCER").unwrap_or_else(|_| "pgbouncer".to_owned());
        let version = Command::new(&program).arg("--version").output().ok();
        let text = version.map(|version| String::from_utf8_lossy(&version.stdout).into_owned()).unwrap_or_default();
        if !is_new_enough(&text) {
            println!("skipped: no PgBouncer 1.21 or newer here (in the path, or where PGBOUNCER says)");
            return None;
        }
        let server = url.rsplit_once('/')?.0.rsplit_once(':')?.1;
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={server} user=postgres\n[pgbouncer]\nlisten_addr=127.0.0.1\n\
            listen_port={port}\nunix_socket_dir=\nauth_type=any\npool_mode=transaction\nmax_client_conn=15000\n\
            default_pool_size={connections}\nmax_prepared_statements=200\n"
        );
        fs::write(&config, text).unwrap();
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", &program]);
            command
        } else {
            Command::new(&program)
        };
        let process = command.arg("-q").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "PgBouncer does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(Self { process, _folder: folder, port })
    }

    /// Returns the URL of the same database by way of the pooler.
    pub(crate) fn url(&self, url: &str) -> String {
        let name = url.rsplit_once('/').map_or("postgres", |(_, name)| name);
        format!("postgres://postgres@127.0.0.1:{}/{name}?pooler=transaction", self.port)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn is_new_enough(text: &str) -> bool {
    let version = text.split_whitespace().nth(1).unwrap_or_default();
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
    (numbers.next(), numbers.next()) >= (Some(1), Some(21))
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0)
}
