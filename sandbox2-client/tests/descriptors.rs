//! Whatever a peer does, this process has as many descriptors afterwards as before. The only test here: others would count, too.

use std::fs;
use std::io::{IoSlice, Write as _};
use std::os::fd::{AsRawFd as _, RawFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use sandbox2_client::{Comms, Error, tag};

fn open() -> usize {
    fs::read_dir("/proc/self/fd").expect("the host has /proc").count()
}

/// Sends bytes with control data just as it is given; the kernel's answer.
fn send(socket: &UnixStream, bytes: &[u8], control: &[u8]) -> Result<usize, i32> {
    let mut vector = [IoSlice::new(bytes)];
    // SAFETY: a message header of zeros is one without anything.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = vector.as_mut_ptr().cast();
    message.msg_iovlen = 1;
    message.msg_control = control.as_ptr().cast_mut().cast();
    message.msg_controllen = control.len() as _;
    // SAFETY: the header refers to memory that lives until the call is over, and the kernel only reads it.
    let sent = unsafe { libc::sendmsg(socket.as_raw_fd(), &raw const message, libc::MSG_NOSIGNAL) };
    usize::try_from(sent).map_err(|_| std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

/// A control message of that type, which says that it has that length.
fn control(kind: i32, data: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend_from_slice(&libc::SOL_SOCKET.to_ne_bytes());
    bytes.extend_from_slice(&kind.to_ne_bytes());
    bytes.extend_from_slice(data);
    bytes.resize(bytes.len().next_multiple_of(size_of::<usize>()), 0);
    bytes
}

fn rights(numbers: &[RawFd]) -> Vec<u8> {
    let data: Vec<u8> = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect();
    control(libc::SCM_RIGHTS, &data, 16 + data.len())
}

fn header(tag: u32, length: u32, descriptors: u8) -> Vec<u8> {
    [&tag.to_le_bytes()[..], &length.to_le_bytes(), &[descriptors, 0, 0, 0]].concat()
}

fn set(comms: &Comms, option: i32) -> bool {
    use std::os::fd::AsFd as _;
    let yes: libc::c_int = 1;
    let (place, length) = ((&raw const yes).cast(), size_of::<libc::c_int>() as libc::socklen_t);
    // SAFETY: the value lives until the call is over, and is as long as it says.
    unsafe { libc::setsockopt(comms.as_fd().as_raw_fd(), libc::SOL_SOCKET, option, place, length) == 0 }
}

/// Runs it against a channel, whose peer is a bare socket.
fn case(what: &str, test: impl FnOnce(&mut Comms, &UnixStream)) {
    let before = open();
    let (ours, theirs) = UnixStream::pair().expect("a pair can be had");
    let mut comms = Comms::new(ours);
    comms.set_timeout(Some(Duration::from_secs(20)));
    test(&mut comms, &theirs);
    drop((comms, theirs));
    assert_eq!(open(), before, "{what}");
}

#[test]
fn no_descriptor_is_left_behind() {
    let null = fs::File::open("/dev/null").unwrap();
    let number = null.as_raw_fd();
    case("another type than was waited for", |comms, theirs| {
        send(theirs, &header(1, 0, 3), &rights(&[number; 3])).unwrap();
        assert!(matches!(comms.receive_u8(), Err(Error::Mismatch { .. })));
        send(theirs, &header(tag::DESCRIPTOR, 0, 1), &rights(&[number])).unwrap();
        assert!(matches!(comms.receive_credentials(), Err(Error::Mismatch { .. })));
    });
    case("more than one descriptor", |comms, theirs| {
        send(theirs, &header(tag::DESCRIPTOR, 0, 3), &rights(&[number; 3])).unwrap();
        assert_eq!(comms.receive_descriptor().map(drop), Err(Error::Descriptors { expected: 1, found: 3 }));
        send(theirs, &header(tag::DESCRIPTOR, 0, 1), &rights(&[number])).unwrap();
        drop(comms.receive_descriptor().unwrap());
    });
    case("several control messages", |comms, theirs| {
        let both = [rights(&[number]), rights(&[number])].concat();
        // The kernel may put them together, or refuse them.
        if send(theirs, &header(tag::DESCRIPTOR, 0, 1), &both).is_ok() {
            assert!(comms.receive_descriptor().is_err());
        }
    });
    case("a truncated message", |comms, theirs| {
        send(theirs, &header(tag::BYTES, 100, 2), &rights(&[number; 2])).unwrap();
        theirs.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(comms.receive().map(drop), Err(Error::Closed));
    });
    case("what is never received", |_, theirs| {
        send(theirs, &header(tag::DESCRIPTOR, 0, 1), &rights(&[number])).unwrap();
        send(theirs, &header(tag::DESCRIPTOR, 0, 1), &rights(&[number])).unwrap();
    });
    case("what was read ahead", |comms, theirs| {
        let two = [header(tag::U8, 1, 0), vec![5], header(tag::DESCRIPTOR, 0, 1)].concat();
        send(theirs, &two, &rights(&[number])).unwrap();
        assert_eq!(comms.receive_u8(), Ok(5));
    });
    case("as many as a process can have", |comms, theirs| {
        send(theirs, &header(1, 0, 253), &rights(&[number; 253])).unwrap();
        assert_eq!(comms.receive().unwrap().descriptors.len(), 253);
    });
    // SAFETY: takes nothing.
    let user = unsafe { libc::geteuid() };
    // SAFETY: takes nothing.
    let group = unsafe { libc::getegid() };
    case("credentials that say something else", |comms, theirs| {
        comms.expect_credentials().unwrap();
        let of = |pid: i32| {
            let data = [pid.to_ne_bytes(), user.to_ne_bytes(), group.to_ne_bytes()].concat();
            control(libc::SCM_CREDENTIALS, &data, 16 + data.len())
        };
        // With descriptors, which a message of credentials does not have.
        send(theirs, &header(tag::CREDENTIALS, 0, 1), &rights(&[number])).unwrap();
        assert_eq!(comms.receive_credentials().map(drop), Err(Error::Descriptors { expected: 0, found: 1 }));
        // Of a process that there is not.
        assert!(send(theirs, &header(tag::CREDENTIALS, 0, 0), &of(-1)).is_err());
        let both = [of(std::process::id() as i32), rights(&[number])].concat();
        send(theirs, &header(tag::CREDENTIALS, 0, 1), &both).unwrap();
        assert_eq!(comms.receive_credentials().map(drop), Err(Error::Descriptors { expected: 0, found: 1 }));
    });
    case("control messages that are none", |comms, theirs| {
        comms.expect_credentials().unwrap();
        for length in [0, 1, 15, 17, 19, 27, 1 << 20, usize::MAX] {
            for kind in [libc::SCM_RIGHTS, libc::SCM_CREDENTIALS, 4, 99] {
                // The kernel refuses nearly all; what it lets through has nothing in it.
                if send(theirs, &header(tag::U8, 1, 0), &control(kind, &[0; 4], length)).is_ok() {
                    send(theirs, &[3], &[]).unwrap();
                    let received = comms.receive_u8();
                    assert!(received == Ok(3) || matches!(received, Err(Error::Malformed(_))), "{received:?}");
                }
            }
        }
    });
    case("control messages that this side did not mean to ask for", |comms, theirs| {
        const SO_PASSPIDFD: i32 = 76;
        let _ = (set(comms, libc::SO_TIMESTAMP), set(comms, libc::SO_PASSSEC), set(comms, SO_PASSPIDFD));
        for _ in 0..10 {
            send(theirs, &[header(tag::U8, 1, 0), vec![5]].concat(), &[]).unwrap();
            assert_eq!(comms.receive_u8(), Ok(5));
        }
    });
    case("memory that is refused", |comms, theirs| {
        send(theirs, &[header(tag::UPGRADE, 12, 1), vec![0; 12]].concat(), &rights(&[number])).unwrap();
        assert!(matches!(comms.accept_shared_memory(), Err(Error::Malformed(_))));
        send(theirs, &[header(tag::UPGRADE, 12, 1), vec![0; 12]].concat(), &rights(&[number])).unwrap();
        comms.refuse_shared_memory().unwrap();
        send(theirs, &[header(tag::UPGRADE, 12, 2), vec![0; 12]].concat(), &rights(&[number; 2])).unwrap();
        assert!(comms.accept_shared_memory().is_err());
    });
    let before = open();
    {
        let (mut one, mut other) = Comms::pair().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| other.accept_shared_memory().unwrap());
            one.upgrade_to_shared_memory(None).unwrap();
        });
    }
    assert_eq!(open(), before, "memory that was shared");
    lack_of_descriptors(number);
}

/// A process that has no room for what comes says so, and keeps nothing of it.
fn lack_of_descriptors(number: RawFd) {
    let mut before = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel writes one record.
    assert_eq!(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut before) }, 0);
    case("no room for descriptors", |comms, mut theirs| {
        send(theirs, &header(1, 0, 50), &rights(&[number; 50])).expect("it can be sent");
        let few = libc::rlimit { rlim_cur: open() as u64 + 10, ..before };
        // SAFETY: the kernel reads one record.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const few) }, 0);
        let received = comms.receive().map(drop);
        // SAFETY: as before.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const before) }, 0);
        assert!(matches!(received, Err(Error::Malformed(_))), "{received:?}");
        assert!(theirs.write_all(&[1]).is_err(), "the channel is closed");
    });
}
