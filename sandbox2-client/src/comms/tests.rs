use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::thread;

use super::*;

fn pair() -> (Comms, Comms) {
    Comms::pair().expect("a pair can be had")
}

/// A channel, and the bare socket of a hostile other side.
fn hostile() -> (Comms, UnixStream) {
    let (ours, theirs) = UnixStream::pair().expect("a pair can be had");
    let mut comms = Comms::new(ours);
    comms.set_timeout(Some(Duration::from_secs(5)));
    (comms, theirs)
}

fn header(tag: u32, length: u32, descriptors: u8) -> [u8; 12] {
    frame::Header { tag, length, descriptors }.encode()
}

/// A descriptor, and a way to see whether all copies of it are closed.
struct Watched(std::io::PipeReader, std::io::PipeWriter);

impl Watched {
    fn new() -> Watched {
        let (reader, writer) = std::io::pipe().expect("a pipe can be had");
        Watched(reader, writer)
    }

    fn ends(self) -> bool {
        let Watched(mut reader, writer) = self;
        drop(writer);
        let ended = sys::poll(reader.as_fd(), libc::POLLIN, Some(Duration::from_millis(100)));
        ended.is_ok_and(|events| events != 0) && reader.read(&mut [0]).is_ok_and(|count| count == 0)
    }
}

#[test]
fn every_number_arrives_at_its_ends() {
    let (mut a, mut b) = pair();
    macro_rules! each {
        ($($ty:ident $send:ident $receive:ident)*) => {
            $(for value in [$ty::MIN, 0, 1, $ty::MAX] {
                a.$send(value).unwrap();
                assert_eq!(b.$receive(), Ok(value));
            })*
        };
    }
    each! { i8 send_i8 receive_i8 u8 send_u8 receive_u8 i16 send_i16 receive_i16 u16 send_u16 receive_u16
    i32 send_i32 receive_i32 u32 send_u32 receive_u32 i64 send_i64 receive_i64 u64 send_u64 receive_u64 }
    for value in [true, false] {
        a.send_bool(value).unwrap();
        assert_eq!(b.receive_bool(), Ok(value));
    }
}

#[test]
fn texts_bytes_and_statuses_arrive_as_they_are() {
    let (mut a, mut b) = pair();
    for text in ["", "a\0b", "€"] {
        a.send_text(text).unwrap();
        assert_eq!(b.receive_text().unwrap(), text);
    }
    a.send_bytes(&[]).unwrap();
    assert_eq!(b.receive_bytes().unwrap(), []);
    let status = Status { code: -7, message: "it went wrong".to_owned() };
    a.send_status(&status).unwrap();
    assert_eq!(b.receive_status(), Ok(status));
    a.send_barrier().unwrap();
    assert_eq!(b.receive_barrier(), Ok(()));
    let message = thread::scope(|scope| {
        scope.spawn(|| {
            let message = b.receive().unwrap();
            b.send(9, &message.bytes, &[]).unwrap();
        });
        a.exchange(8, b"ping").unwrap()
    });
    assert_eq!((message.tag, &message.bytes[..]), (9, &b"ping"[..]));
}

#[test]
fn large_messages_arrive_whole_among_small_ones() {
    let large: Vec<u8> = (0..5_000_000_u32).map(|number| (number % 251) as u8).collect();
    let (mut a, mut b) = pair();
    let sent = large.clone();
    let sender = thread::spawn(move || {
        for round in 0..3 {
            a.send_u32(round).unwrap();
            a.send_bytes(&sent).unwrap();
            a.send_text("between").unwrap();
        }
        a
    });
    for round in 0..3 {
        assert_eq!(b.receive_u32(), Ok(round));
        if round == 1 {
            let mut place = vec![0; 6_000_000];
            assert_eq!(b.receive_bytes_into(&mut place), Ok(large.len()));
            assert!(place[..large.len()] == large);
        } else {
            assert!(b.receive_bytes().unwrap() == large);
        }
        assert_eq!(b.receive_text().unwrap(), "between");
    }
    drop(sender.join().unwrap());
    assert_eq!(b.receive_u32(), Err(Error::Closed));
}

#[test]
fn another_type_is_told_and_the_channel_stays_in_step() {
    let (mut a, mut b) = pair();
    let watched = Watched::new();
    a.send_text("text").unwrap();
    a.send_descriptor(watched.1.as_fd()).unwrap();
    a.send_bytes(&[1; 100_000]).unwrap();
    a.send_bytes(&[2; 100]).unwrap();
    a.send_u8(5).unwrap();
    assert_eq!(b.receive_u32(), Err(Error::Mismatch { expected: tag::U32, found: tag::TEXT }));
    assert_eq!(b.receive_text(), Err(Error::Mismatch { expected: tag::TEXT, found: tag::DESCRIPTOR }));
    assert_eq!(b.receive_bool(), Err(Error::Mismatch { expected: tag::BOOL, found: tag::BYTES }));
    assert_eq!(b.receive_bytes_into(&mut [0; 99]), Err(Error::TooLarge { length: 100, most: 99 }));
    assert_eq!(b.receive_u8(), Ok(5));
    assert!(watched.ends(), "a descriptor that nobody wanted stays open");
}

#[test]
fn descriptors_arrive_close_on_exec_and_in_order() {
    let (mut a, mut b) = pair();
    let (mut reader, writer) = std::io::pipe().unwrap();
    a.send_descriptor(writer.as_fd()).unwrap();
    a.send(3, b"two", &[writer.as_fd(), reader.as_fd()]).unwrap();
    a.send_u8(1).unwrap();
    let one = b.receive_descriptor().unwrap();
    // SAFETY: takes numbers alone.
    let flags = unsafe { libc::fcntl(one.as_raw_fd(), libc::F_GETFD) };
    assert_eq!(flags & libc::FD_CLOEXEC, libc::FD_CLOEXEC);
    let message = b.receive().unwrap();
    assert_eq!((message.tag, &message.bytes[..], message.descriptors.len()), (3, &b"two"[..], 2));
    assert_eq!(b.receive_u8(), Ok(1));
    drop((writer, message));
    File::from(one).write_all(b"through").unwrap();
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "through");
}

#[test]
fn descriptors_that_no_header_announces_close_the_channel_and_are_closed() {
    let (mut comms, theirs) = hostile();
    let watched = Watched::new();
    let many = [watched.1.as_raw_fd(); 3];
    sys::send(theirs.as_fd(), [&header(tag::DESCRIPTOR, 0, 1), &[]], &many, true).unwrap();
    assert!(matches!(comms.receive_descriptor(), Err(Error::Malformed(_))));
    assert!(watched.ends());
    assert_eq!(comms.receive_u8(), Err(Error::Closed));
}

#[test]
fn a_header_that_announces_more_descriptors_than_come_closes_the_channel() {
    let (mut comms, mut theirs) = hostile();
    theirs.write_all(&header(tag::DESCRIPTOR, 0, 1)).unwrap();
    assert!(matches!(comms.receive_descriptor(), Err(Error::Malformed(_))));
}

#[test]
fn descriptors_with_a_message_that_takes_none_are_closed() {
    let (mut comms, theirs) = hostile();
    let watched = Watched::new();
    let many = [watched.1.as_raw_fd(); 3];
    sys::send(theirs.as_fd(), [&header(tag::U8, 1, 2), &[7]], &many[..2], true).unwrap();
    assert_eq!(comms.receive_u8(), Err(Error::Descriptors { expected: 0, found: 2 }));
    // Attached to a payload, which no frame of ours has.
    sys::send(theirs.as_fd(), [&header(tag::BYTES, 4, 0), &[]], &[], true).unwrap();
    sys::send(theirs.as_fd(), [b"abcd", &header(tag::U8, 1, 0)], &many, true).unwrap();
    (&theirs).write_all(&[1]).unwrap();
    assert_eq!(comms.receive_bytes().unwrap(), b"abcd");
    let last = comms.receive_u8();
    assert!(last == Ok(1) || matches!(last, Err(Error::Malformed(_))), "{last:?}");
    drop(comms);
    assert!(watched.ends());
}

#[test]
fn a_flood_of_descriptors_ends_the_channel() {
    let (mut comms, theirs) = hostile();
    let watched = Watched::new();
    sys::send(theirs.as_fd(), [&header(tag::BYTES, 10_000, 0), &[]], &[], true).unwrap();
    // Somebody has to take them out of the socket: the kernel bounds what is on its way.
    let sender = thread::spawn({
        let number = watched.1.as_raw_fd();
        move || (0..20).take_while(|_| sys::send(theirs.as_fd(), [b"x", &[]], &[number; 100], true).is_ok()).count()
    });
    assert!(matches!(comms.receive_bytes(), Err(Error::Malformed(_))));
    drop(comms);
    sender.join().unwrap();
    assert!(watched.ends());
}

#[test]
fn what_is_no_message_is_an_error() {
    let refused = |bytes: &[u8]| {
        let (mut comms, mut theirs) = hostile();
        theirs.write_all(bytes).unwrap();
        drop(theirs);
        comms.receive().map(drop).unwrap_err()
    };
    assert_eq!(refused(&[]), Error::Closed);
    assert_eq!(refused(&[1, 2, 3]), Error::Closed);
    assert!(matches!(refused(&[0xff; 12]), Error::Malformed(_)));
    // Truncated: the payload does not come.
    assert_eq!(refused(&header(1, 100, 0)), Error::Closed);
    let huge = refused(&header(1, u32::MAX, 0));
    assert_eq!(huge, Error::TooLarge { length: u32::MAX.into(), most: DEFAULT_MAX_MESSAGE as u64 });
    let (mut comms, mut theirs) = hostile();
    theirs.write_all(&[&header(tag::BOOL, 1, 0)[..], &[2]].concat()).unwrap();
    assert!(matches!(comms.receive_bool(), Err(Error::Malformed(_))));
    let (mut comms, mut theirs) = hostile();
    theirs.write_all(&[&header(tag::U32, 5, 0)[..], &[0; 5]].concat()).unwrap();
    assert!(matches!(comms.receive_u32(), Err(Error::Malformed(_))));
}

/// What is announced costs no memory before it comes.
#[test]
fn an_announcement_takes_no_memory() {
    let (mut comms, mut theirs) = hostile();
    comms.set_timeout(Some(Duration::from_millis(10)));
    comms.set_max_message(u32::MAX as usize);
    theirs.write_all(&header(1, u32::MAX, 0)).unwrap();
    let before = resident();
    assert_eq!(comms.receive().map(drop), Err(Error::TimedOut));
    assert!(resident() < before + (64 << 20));
    assert_eq!(comms.receive().map(drop), Err(Error::Closed));
}

fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").expect("the host has /proc");
    let pages: usize = text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number of pages");
    pages * 4096
}

#[test]
fn a_time_out_between_messages_leaves_the_channel_usable() {
    let (mut comms, mut theirs) = hostile();
    comms.set_timeout(Some(Duration::from_millis(5)));
    assert_eq!(comms.receive_u8(), Err(Error::TimedOut));
    let bytes = [&header(tag::U8, 1, 0)[..], &[9]].concat();
    theirs.write_all(&bytes[..5]).unwrap();
    assert_eq!(comms.receive_u8(), Err(Error::TimedOut));
    theirs.write_all(&bytes[5..]).unwrap();
    assert_eq!(comms.receive_u8(), Ok(9));
    // A trickle does not extend it, and what has begun cannot be taken up again.
    theirs.write_all(&header(tag::BYTES, 1000, 0)).unwrap();
    theirs.write_all(&[0; 10]).unwrap();
    assert_eq!(comms.receive_bytes(), Err(Error::TimedOut));
    assert_eq!(comms.receive_u8(), Err(Error::Closed));
    // Nobody reads.
    let (mut comms, _theirs) = hostile();
    comms.set_timeout(Some(Duration::from_millis(5)));
    assert_eq!(comms.send_bytes(&vec![0; 10_000_000]), Err(Error::TimedOut));
    assert_eq!(comms.send_u8(1), Err(Error::Closed));
}

#[test]
fn after_the_end_every_call_says_so() {
    let (mut a, mut b) = pair();
    a.terminate();
    assert_eq!(a.send_u8(1), Err(Error::Closed));
    assert_eq!(a.receive_u8(), Err(Error::Closed));
    assert_eq!(b.send_u8(1), Err(Error::Closed));
    assert_eq!(b.receive_u8(), Err(Error::Closed));
    assert_eq!(b.receive_u8(), Err(Error::Closed));
}

#[test]
fn the_kernel_says_who_the_other_side_is() {
    let (mut a, mut b) = pair();
    let own = std::process::id() as i32;
    assert_eq!(a.peer().unwrap().pid, own);
    b.expect_credentials().unwrap();
    a.send_credentials().unwrap();
    a.send_u8(1).unwrap();
    assert_eq!(b.receive_credentials().unwrap().pid, own);
    assert_eq!(b.receive_u8(), Ok(1));
    let (mut a, mut b) = pair();
    a.send_credentials().unwrap();
    assert!(matches!(b.receive_credentials(), Err(Error::System { errno: libc::ENODATA, .. })));
}

#[test]
fn halves_work_in_threads_of_their_own() {
    let (a, b) = pair();
    let ((mut a_sends, mut a_receives), (mut b_sends, mut b_receives)) = (a.split(), b.split());
    thread::scope(|scope| {
        scope.spawn(move || (0..1000).for_each(|number| a_sends.send_u32(number).unwrap()));
        scope.spawn(move || (0..1000).for_each(|number| b_sends.send_u32(number).unwrap()));
        scope.spawn(move || (0..1000).for_each(|number| assert_eq!(a_receives.receive_u32(), Ok(number))));
        (0..1000).for_each(|number| assert_eq!(b_receives.receive_u32(), Ok(number)));
    });
}
