//! The example `service` under load, stopped by a signal: a process, and clients with real
//! connections.
#![cfg(unix)]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

struct Service {
    process: Child,
    stdout: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl Service {
    /// Cargo builds the examples beside the tests.
    fn start(options: &[&str]) -> Self {
        let test = std::env::current_exe().unwrap();
        let example = test.parent().unwrap().with_file_name("examples").join("service");
        assert!(
            example.exists(),
            "`cargo test --test` alone builds no examples: `cargo build -p taskward --examples` first"
        );
        let mut command = Command::new(example);
        let command = command.args(["--listen", "127.0.0.1:0"]).args(options);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").expect(&line).parse().unwrap();
        Self { process, stdout, address }
    }

    fn terminate(&self) {
        assert!(Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap().success());
    }

    /// Waits for the end. Returns the numbers of connections served, and of requests answered and
    /// refused, as the service reports them.
    fn end(mut self) -> [usize; 3] {
        let (mut account, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut account).unwrap();
        self.process.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((self.process.wait().unwrap().code(), &*stderr), (Some(143), ""), "{account}");
        let numbers = account.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok());
        numbers.collect::<Vec<_>>().try_into().expect(&account)
    }
}

/// The observations of the clients.
#[derive(Default)]
struct Seen {
    /// Connections on which something was said.
    served: AtomicUsize,
    answered: AtomicUsize,
    refused: AtomicUsize,
}

/// One connection after the other, until the service stops; on each, `requests` requests.
fn client(address: SocketAddr, number: usize, requests: usize, seen: &Seen) {
    loop {
        // The system refuses once the service has closed its listener.
        let Ok(stream) = TcpStream::connect(address) else { return };
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut stream = BufReader::new(stream);
        for request in 0..requests {
            let mut line = String::new();
            // In one piece: pieces wait for each other's acknowledgement.
            let asked = stream.get_mut().write_all(format!("client {number} asks {request}\n").as_bytes());
            match asked.and_then(|()| stream.read_line(&mut line)) {
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    panic!("client {number} hangs");
                }
                // Never accepted. What was, is in the service's account.
                Ok(0) | Err(_) if request == 0 => return,
                Ok(_) => {}
                Err(error) => panic!("client {number} has lost a connection: {error}"),
            }
            if request == 0 {
                seen.served.fetch_add(1, SeqCst);
            }
            if line == format!("ok: CLIENT {number} ASKS {request}\n") {
                seen.answered.fetch_add(1, SeqCst);
            } else {
                assert_eq!(line, "refused: cancelled: SIGTERM\n");
                seen.refused.fetch_add(1, SeqCst);
                return;
            }
        }
    }
}

#[test]
fn stopped_under_load_every_request_is_answered_or_refused() {
    const CLIENTS: usize = 50;

    for at_a_time in ["1024", "4"] {
        let service = Service::start(&["--connections", at_a_time]);
        let (address, seen) = (service.address, Seen::default());
        let (account, took) = thread::scope(|scope| {
            for number in 0..CLIENTS {
                let (seen, requests) = (&seen, if number % 2 == 0 { 1 } else { 10 });
                scope.spawn(move || client(address, number, requests, seen));
            }
            while seen.answered.load(SeqCst) < 500 {
                thread::yield_now();
            }
            service.terminate();
            let began = Instant::now();
            (service.end(), began.elapsed())
        });
        let [connections, answered, refused] = account;
        assert_eq!(connections, seen.served.into_inner(), "a connection was accepted and then lost");
        assert_eq!(answered, seen.answered.into_inner(), "an answer was lost");
        // A client that has just got its last answer does not stay to be refused.
        assert!(refused >= seen.refused.into_inner());
        assert!(took < Duration::from_secs(8), "{took:?}, and that is the grace");
    }
}

#[test]
fn a_client_that_says_nothing_is_told_too() {
    let service = Service::start(&[]);
    let mut stream = TcpStream::connect(service.address).unwrap();
    // It has been accepted when another one, which came later, is answered.
    let mut other = TcpStream::connect(service.address).unwrap();
    writeln!(other, "hello").unwrap();
    other.read_exact(&mut [0; 4]).unwrap();
    drop(other);
    service.terminate();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    assert_eq!(said, "refused: cancelled: SIGTERM\n");
    drop(stream);
    let [connections, answered, _] = service.end();
    assert_eq!((connections, answered), (2, 1));
}

#[test]
fn what_is_no_request_is_refused() {
    let service = Service::start(&[]);
    for bad in [&b"half a line"[..], b"not \xFF UTF-8\n", &[b'x'; 10_000]] {
        let mut stream = TcpStream::connect(service.address).unwrap();
        stream.write_all(bad).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        assert_eq!(said, "refused: the request is no line of at most 8192 bytes of UTF-8\n");
    }
    service.terminate();
    assert_eq!(service.end(), [3, 0, 3]);
}
