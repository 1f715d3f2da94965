use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::thread;

use super::*;

fn pair() -> (Comms, Comms) {
    Comms::pair().expect("a pair can be had")
}

/// Two channels to each other by every transport there is.
fn pairs() -> [(Comms, Comms); 3] {
    [pair(), shared::tests::shared_pair(None), shared::tests::shared_pair(Some(8192))]
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
    for (mut a, mut b) in pairs() {
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
}

#[test]
fn texts_bytes_and_statuses_arrive_as_they_are() {
    for (mut a, mut b) in pairs() {
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
    for (mut a, mut b) in pairs() {
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
    for (mut a, mut b) in pairs() {
        a.terminate();
        assert_eq!(a.send_u8(1), Err(Error::Closed));
        assert_eq!(a.receive_u8(), Err(Error::Closed));
        assert_eq!(b.send_u8(1), Err(Error::Closed));
        assert_eq!(b.receive_u8(), Err(Error::Closed));
        assert_eq!(b.receive_u8(), Err(Error::Closed));
    }
}

#[test]
fn the_kernel_says_who_the_other_side_is() {
    for (mut a, mut b) in pairs() {
        b.expect_credentials().unwrap();
        a.send_credentials().unwrap();
        let own = std::process::id() as i32;
        assert_eq!(b.receive_credentials().unwrap().pid, own);
        // Whoever did not ask is not told; both ways.
        b.send_credentials().unwrap();
        assert!(matches!(a.receive_credentials(), Err(Error::System { errno: libc::ENODATA, .. })));
        a.send_u8(1).unwrap();
        assert_eq!(b.receive_u8(), Ok(1));
    }
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

/// What the kernel hands on and nobody believes: descriptors at bytes where no frame begins.
#[test]
fn descriptors_count_only_where_a_frame_begins() {
    let watched = Watched::new();
    let one = [watched.1.as_raw_fd()];
    let bytes = header(tag::BYTES, 4, 0);
    let announces = header(tag::DESCRIPTOR, 0, 1);
    let refused = |pieces: &[(&[u8], bool)]| {
        let (mut comms, theirs) = hostile();
        for (piece, attached) in pieces {
            sys::send(theirs.as_fd(), [piece, &[]], if *attached { &one } else { &[] }, true).unwrap();
        }
        drop(theirs);
        loop {
            match comms.receive() {
                Ok(message) => assert_eq!(message.descriptors.len(), 0),
                Err(error) => return error,
            }
        }
    };
    // At a payload, for a frame after it that announces one.
    assert!(matches!(refused(&[(&bytes, false), (b"abcd", true), (&announces, false)]), Error::Malformed(_)));
    // At a header that announces none, and at one that announces another number.
    assert!(matches!(refused(&[(&bytes, true), (b"abcd", false)]), Error::Malformed(_)));
    assert!(matches!(refused(&[(&header(tag::DESCRIPTOR, 0, 2), true)]), Error::Malformed(_)));
    // At the last byte of a message that is never followed by another.
    assert!(matches!(refused(&[(&bytes, false), (b"abc", false), (b"d", true)]), Error::Malformed(_)));
    // The kernel does not say at which byte of a piece they were: a frame that begins in it, and announces as many, has them.
    let both = [&bytes[..], b"abcd", &announces].concat();
    let (mut comms, theirs) = hostile();
    sys::send(theirs.as_fd(), [&both, &[]], &one, true).unwrap();
    assert!(comms.receive().unwrap().descriptors.is_empty());
    drop(comms.receive_descriptor().unwrap());
    assert!(watched.ends());
}

#[test]
fn every_type_is_told_from_another() {
    for (mut a, mut b) in pairs() {
        macro_rules! told {
            ($($receive:ident $expected:ident)*) => {
                $(
                    a.send(77, b"not this", &[]).unwrap();
                    let error = b.$receive().map(drop).unwrap_err();
                    assert_eq!(error, Error::Mismatch { expected: tag::$expected, found: 77 });
                    let text = error.to_string();
                    let name = tag::name(tag::$expected).unwrap();
                    assert!(text.contains("0x4d") && text.contains(&format!("{:#x} ({name})", tag::$expected)), "{text}");
                )*
            };
        }
        told! { receive_bool BOOL receive_i8 I8 receive_u8 U8 receive_i16 I16 receive_u16 U16 receive_i32 I32 receive_u32 U32
        receive_i64 I64 receive_u64 U64 receive_text TEXT receive_bytes BYTES receive_descriptor DESCRIPTOR
        receive_barrier BARRIER receive_status STATUS receive_credentials CREDENTIALS }
        let mut place = [7; 20];
        a.send(77, b"not this", &[]).unwrap();
        assert_eq!(b.receive_bytes_into(&mut place), Err(Error::Mismatch { expected: tag::BYTES, found: 77 }));
        assert_eq!(place, [7; 20]);
    }
}

#[test]
fn the_users_own_messages_are_exchanged() {
    for (mut a, mut b) in pairs() {
        for (tag, bytes) in [(0, vec![]), (7, vec![1]), (tag::FIRST_RESERVED - 1, vec![2; 256 << 10])] {
            let answer = thread::scope(|scope| {
                scope.spawn(|| {
                    let message = b.receive().unwrap();
                    b.send(message.tag, &message.bytes, &[]).unwrap();
                });
                a.exchange(tag, &bytes).unwrap()
            });
            assert!((answer.tag, answer.bytes) == (tag, bytes));
        }
    }
}

#[test]
fn bytes_that_were_received_before_are_not_touched() {
    for (mut a, mut b) in pairs() {
        a.send_bytes(b"first").unwrap();
        a.send_bytes(b"other").unwrap();
        let (first, other) = (b.receive_bytes().unwrap(), b.receive_bytes().unwrap());
        assert_eq!((&first[..], &other[..]), (&b"first"[..], &b"other"[..]));
    }
}

#[test]
fn more_than_may_be_is_neither_sent_nor_received() {
    for (mut a, mut b) in pairs() {
        b.set_max_message(100);
        a.send_bytes(&[1; 100]).unwrap();
        assert_eq!(b.receive_bytes().unwrap().len(), 100);
        a.send_bytes(&[1; 101]).unwrap();
        assert_eq!(b.receive_bytes(), Err(Error::TooLarge { length: 101, most: 100 }));
        assert_eq!(b.receive_bytes(), Err(Error::Closed));
    }
    // Zeros that nobody touches cost nothing.
    let huge = vec![0; u32::MAX as usize + 1];
    let (mut a, mut b) = pair();
    assert_eq!(a.send_bytes(&huge), Err(Error::TooLarge { length: 1 << 32, most: u32::MAX.into() }));
    a.send_u8(1).unwrap();
    assert_eq!(b.receive_u8(), Ok(1));
}

#[test]
fn as_many_descriptors_as_the_kernel_takes_go_with_a_message() {
    for (mut a, mut b) in pairs() {
        let (_reader, writer) = std::io::pipe().unwrap();
        let many = [writer.as_fd(); frame::MOST_DESCRIPTORS + 1];
        assert_eq!(a.send(1, &[], &many), Err(Error::Descriptors { expected: 253, found: 254 }));
        for _ in 0..3 {
            a.send(1, &[5; 3000], &many[1..]).unwrap();
            let message = b.receive().unwrap();
            assert_eq!((message.bytes.len(), message.descriptors.len()), (3000, 253));
        }
    }
}

#[test]
fn a_descriptor_is_these_bytes_and_attached_to_the_first() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let (_reader, writer) = std::io::pipe().unwrap();
    Comms::new(ours).send_descriptor(writer.as_fd()).unwrap();
    let mut along = sys::Along::default();
    let mut place = [const { core::mem::MaybeUninit::<u8>::uninit() }; 1];
    assert_eq!(sys::receive(theirs.as_fd(), &mut place, &mut [], &mut along, true), Ok(1));
    assert_eq!(along.descriptors.len(), 1);
    let mut rest = [0; 11];
    (&theirs).read_exact(&mut rest).unwrap();
    assert_eq!(rest, [2, 0, 0x80, 0, 0, 0, 0, 1, 0, 0, 0]);
}

/// Who sends a byte now and then does not make a receiver wait for longer than it wants.
#[test]
fn a_trickle_does_not_outlast_a_time_out() {
    let (mut comms, mut theirs) = hostile();
    comms.set_timeout(Some(Duration::from_millis(20)));
    comms.set_max_message(u32::MAX as usize);
    theirs.write_all(&header(tag::BYTES, u32::MAX, 0)).unwrap();
    let trickle = thread::spawn(move || while theirs.write_all(&[1]).is_ok() {});
    assert_eq!(comms.receive_bytes(), Err(Error::TimedOut));
    drop(comms);
    trickle.join().unwrap();
    // And skipping it.
    let (mut comms, mut theirs) = hostile();
    comms.set_timeout(Some(Duration::from_millis(20)));
    comms.set_max_message(u32::MAX as usize);
    theirs.write_all(&header(tag::BYTES, u32::MAX, 0)).unwrap();
    let trickle = thread::spawn(move || while theirs.write_all(&[1]).is_ok() {});
    assert_eq!(comms.receive_u8(), Err(Error::TimedOut));
    drop(comms);
    trickle.join().unwrap();
}

#[test]
fn without_any_time_only_what_is_there_is_taken() {
    for (mut a, mut b) in pairs() {
        b.set_timeout(Some(Duration::ZERO));
        assert_eq!(b.receive_u8(), Err(Error::TimedOut));
        a.send_u8(1).unwrap();
        assert_eq!(b.receive_u8(), Ok(1));
        b.send_u8(2).unwrap();
        assert_eq!(a.receive_u8(), Ok(2));
    }
}

/// A signal in the middle of waiting is nothing.
#[test]
fn signals_do_not_end_a_wait() {
    extern "C" fn nothing(_: libc::c_int) {}
    // SAFETY: an action of zeros is one, and the handler does nothing.
    let mut action: libc::sigaction = unsafe { core::mem::zeroed() };
    action.sa_sigaction = nothing as extern "C" fn(libc::c_int) as usize;
    // SAFETY: nothing else in these tests uses this signal; calls are not restarted.
    assert_eq!(unsafe { libc::sigaction(libc::SIGUSR2, &raw const action, core::ptr::null_mut()) }, 0);
    for time in [None, Some(Duration::from_secs(20))] {
        for (mut a, mut b) in pairs() {
            b.set_timeout(time);
            let (tell, told) = std::sync::mpsc::channel();
            thread::scope(|scope| {
                let waits = scope.spawn(move || {
                    // SAFETY: takes nothing.
                    tell.send(unsafe { libc::pthread_self() }).unwrap();
                    (b.receive_u8(), b)
                });
                let thread = told.recv().unwrap();
                for _ in 0..200 {
                    // SAFETY: the thread has not been joined.
                    assert_eq!(unsafe { libc::pthread_kill(thread, libc::SIGUSR2) }, 0);
                    thread::yield_now();
                }
                a.send_u8(7).unwrap();
                assert_eq!(waits.join().unwrap().0, Ok(7));
            });
        }
    }
}
