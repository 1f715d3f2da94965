//! Channels for whoever knows a path or a name.

use std::fs;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use sandbox2_client::{Address, Comms, Error, Listener};

const LONG: Option<Duration> = Some(Duration::from_secs(20));

/// A folder that is removed again.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        // Paths of sockets are short.
        let path = if path.as_os_str().len() > 80 {
            std::env::temp_dir().join(path.file_name().expect("it has one"))
        } else {
            path
        };
        fs::create_dir_all(&path).expect("a folder can be made");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("nobody else removes it");
    }
}

fn name(of: &str) -> Address {
    Address::abstract_name(format!("sandbox2-{of}-{}", std::process::id())).expect("a name that can be")
}

#[test]
fn both_kinds_of_address_listen_connect_and_accept() {
    let folder = Folder::new("named");
    for address in [name("both"), Address::path(folder.0.join("socket")).unwrap()] {
        let listener = Listener::bind(&address).unwrap();
        let mut one = Comms::connect(&address, LONG).unwrap();
        let mut other = listener.accept(LONG).unwrap();
        one.send_bool(true).unwrap();
        assert_eq!(other.receive_bool(), Ok(true));
        assert_eq!(other.peer().unwrap().pid, std::process::id() as i32);
        // They wait, whatever listener and connecting did.
        thread::scope(|scope| {
            let waits = scope.spawn(|| other.receive_u8());
            one.send_u8(1).unwrap();
            assert_eq!(waits.join().unwrap(), Ok(1));
        });
        for socket in [listener.as_fd(), one.as_fd(), other.as_fd()] {
            // SAFETY: takes numbers alone.
            let flags = unsafe { libc::fcntl(socket.as_raw_fd(), libc::F_GETFD) };
            assert_eq!(flags, libc::FD_CLOEXEC);
        }
    }
}

#[test]
fn memory_can_be_shared_by_who_met_at_an_address() {
    let address = name("shared");
    let listener = Listener::bind(&address).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut comms = listener.accept(LONG).unwrap();
            comms.accept_shared_memory().unwrap();
            comms.send_u32(7).unwrap();
        });
        let mut comms = Comms::connect(&address, LONG).unwrap();
        comms.upgrade_to_shared_memory(None).unwrap();
        assert_eq!(comms.receive_u32(), Ok(7));
    });
}

#[test]
fn a_listener_removes_its_own_file_and_no_other() {
    let folder = Folder::new("removes");
    let path = folder.0.join("socket");
    let address = Address::path(&path).unwrap();
    drop(Listener::bind(&address).unwrap());
    assert!(!path.exists());
    // Somebody has put another in its place.
    let listener = Listener::bind(&address).unwrap();
    fs::rename(&path, folder.0.join("moved")).unwrap();
    fs::write(&path, "mine").unwrap();
    drop(listener);
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    // And nothing that exists is taken.
    let refused = Listener::bind(&address).unwrap_err();
    assert!(matches!(refused, Error::System { errno: libc::EADDRINUSE, .. }), "{refused}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn an_abstract_name_is_one_listeners_until_it_is_dropped() {
    let address = name("once");
    let listener = Listener::bind(&address).unwrap();
    assert!(matches!(Listener::bind(&address), Err(Error::System { errno: libc::EADDRINUSE, .. })));
    drop(listener);
    assert!(matches!(Comms::connect(&address, LONG), Err(Error::System { errno: libc::ECONNREFUSED, .. })));
    Listener::bind(&address).unwrap();
}

#[test]
fn nobody_waits_longer_than_allowed() {
    let address = name("waits");
    let listener = Listener::bind(&address).unwrap();
    for time in [Duration::ZERO, Duration::from_millis(5)] {
        assert_eq!(listener.accept(Some(time)).map(drop), Err(Error::TimedOut));
    }
    // As many as may wait, and one more.
    let mut waiting = Vec::new();
    let full = loop {
        match Comms::connect(&address, Some(Duration::from_millis(5))) {
            Ok(comms) => waiting.push(comms),
            Err(error) => break error,
        }
        assert!(waiting.len() < 10_000);
    };
    assert_eq!(full, Error::TimedOut);
    // Who is accepted makes room.
    let _first = listener.accept(LONG).unwrap();
    waiting.push(Comms::connect(&address, Some(Duration::ZERO)).unwrap());
}

#[test]
fn an_address_that_cannot_be_is_an_error_and_not_cut() {
    for length in [0, 108, 1000] {
        assert!(Address::abstract_name("x".repeat(length)).is_err());
        assert!(Address::path("x".repeat(length)).is_err());
    }
    assert!(Address::path("a\0b").is_err());
    // Zeros count, to the last.
    let zeros = |length: usize| {
        let mut name = format!("sandbox2-{}", std::process::id()).into_bytes();
        name.resize(length, 0);
        Address::abstract_name(name).unwrap()
    };
    let longest = zeros(107);
    let _listener = Listener::bind(&longest).unwrap();
    assert!(Comms::connect(&zeros(106), LONG).is_err());
    Comms::connect(&longest, LONG).unwrap();
    let missing = Address::path("/nonexistent/socket").unwrap();
    assert!(matches!(Comms::connect(&missing, LONG), Err(Error::System { errno: libc::ENOENT, .. })));
    assert!(matches!(Listener::bind(&missing), Err(Error::System { errno: libc::ENOENT, .. })));
}
