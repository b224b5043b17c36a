//! A Postgres in a temporary folder, on a free port, for the tests of this program.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The one server of the tests that share a server.
static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
static DATABASES: AtomicUsize = AtomicUsize::new(0);

/// An empty database on the shared server. `None` without Postgres.
pub(crate) fn create_database(name: &str) -> Option<String> {
    let server = SHARED.get_or_init(|| Postgres::start(&[])).as_ref()?;
    let name: String = name.chars().take(40).collect();
    Some(server.create(&format!("{name}_{}", DATABASES.fetch_add(1, Ordering::Relaxed))))
}

/// A running server. Stops when it is dropped, or with this program.
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    settings: Vec<String>,
    /// The largest file that the server may write, in bytes.
    largest_file: Option<usize>,
    process: Mutex<Option<Child>>,
}

impl Postgres {
    /// Starts a server. Returns `None`, and prints the reason, if it is not installed.
    pub(crate) fn start(settings: &[&str]) -> Option<Self> {
        Self::start_on(None, settings)
    }

    /// Starts a server on a disk that is full when a table has this number of bytes.
    pub(crate) fn start_on_small_disk(bytes: usize) -> Option<Self> {
        Self::start_on(Some(bytes), &[])
    }

    fn start_on(largest_file: Option<usize>, settings: &[&str]) -> Option<Self> {
        let Some(programs) = programs() else {
            println!("skipped: no PostgreSQL here (`initdb` and `postgres`), so only SQLite is tested");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = settings.iter().map(ToString::to_string).collect();
        let server = Self { programs, folder, port, settings, largest_file, process: Mutex::new(None) };
        let data = server.data();
        let mut initdb = server.command("initdb");
        initdb.arg("-D").arg(&data).args(["-U", "postgres", "-A", "trust", "-N"]);
        if largest_file.is_some() {
            initdb.arg("--wal-segsize=1");
        }
        let made = initdb.output().unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        server.run();
        Some(server)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of the server, as an ordinary user: it refuses to run as root.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        if !is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        // `nobody`.
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
        command
    }

    /// Starts the process, and waits until it answers.
    pub(crate) fn run(&self) {
        let server = self.command("postgres");
        // The server ends when its standard input does, and so with this program, however that
        // ends.
        let mut command = Command::new("sh");
        let script = r#"folder=$0; "$@" <&- & server=$!; cat >/dev/null; kill -QUIT $server; wait; rm -r "$folder""#;
        // In units of 512 bytes. The server ignores the signal that a file is too large.
        let limit = self.largest_file.map_or_else(String::new, |bytes| format!("ulimit -f {}; ", bytes / 512));
        command.arg("-c").arg(limit + script).arg(self.folder.path());
        command.arg(server.get_program()).args(server.get_args());
        // Without a socket file, whose lock would outlive a server that is killed.
        command.arg("-D").arg(self.data()).args(["-c", "unix_socket_directories="]);
        command.args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300"]);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        let log = fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let child = command.stdin(Stdio::piped()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        *self.process.lock().unwrap() = Some(child);
        let until = Instant::now() + Duration::from_mins(1);
        while self.psql("postgres", "SELECT 1").is_none() {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < until, "Postgres does not answer:\n{}", log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Ends the process at once, as a power failure does.
    pub(crate) fn kill(&self) {
        let Some(mut child) = self.process.lock().unwrap().take() else { return };
        // The shell, which would remove the folder.
        let _ = child.kill();
        let _ = child.wait();
        let pid = self.data().join("postmaster.pid");
        let text = fs::read_to_string(&pid).unwrap_or_default();
        let number = text.lines().next().unwrap_or_default();
        // If it never started, there is none to kill.
        let _ = Command::new("kill").args(["-KILL", number]).stderr(Stdio::null()).status();
        // Its own children end when they notice.
        let until = Instant::now() + Duration::from_secs(10);
        while is_listening(self.port) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
        std::thread::sleep(Duration::from_millis(500));
        let _ = fs::remove_file(pid);
    }

    /// Executes SQL. `None` if it cannot.
    pub(crate) fn psql(&self, database: &str, sql: &str) -> Option<String> {
        let done = Command::new(self.programs.join("psql"))
            .args(["-h", "127.0.0.1", "-U", "postgres", "-p", &self.port.to_string(), "-d", database])
            .args(["-v", "ON_ERROR_STOP=1", "-X", "-A", "-t", "-q", "-c", sql])
            .output()
            .unwrap();
        done.status.success().then(|| String::from_utf8_lossy(&done.stdout).trim().to_owned())
    }

    /// An empty database, and its URL.
    pub(crate) fn create(&self, name: &str) -> String {
        self.psql("postgres", &format!("CREATE DATABASE {name}")).expect("the server makes databases");
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
    }
}

fn is_listening(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0)
}

/// The newest installation, or what is in the path.
fn programs() -> Option<PathBuf> {
    let has = |folder: &Path| ["initdb", "postgres", "psql"].iter().all(|name| folder.join(name).is_file());
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut installed: Vec<_> = versions.map(|version| version.path().join("bin")).filter(|path| has(path)).collect();
    installed.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    installed.pop().or_else(|| std::env::split_paths(&path).find(|folder| has(folder)))
}
