use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::layout::{CLOSED, Way};
use super::*;
use crate::comms::{Credentials, frame};
use crate::sys::{self, Along};

const SMALL: Option<usize> = Some(8192);
const LONG: Option<Duration> = Some(Duration::from_secs(20));

/// Two sides that share memory.
pub(crate) fn shared_pair(size: Option<usize>) -> (Comms, Comms) {
    let (mut one, mut other) = Comms::pair().expect("a pair can be had");
    one.set_timeout(LONG);
    other.set_timeout(LONG);
    thread::scope(|scope| {
        let accepts = scope.spawn(|| other.accept_shared_memory());
        one.upgrade_to_shared_memory(size).expect("the other side accepts");
        accepts.join().expect("it ends").expect("this side asks");
    });
    assert!(one.is_shared() && other.is_shared());
    (one, other)
}

/// A channel whose other side does what it wants with the memory and the socket. It has made the memory.
struct Hostile {
    comms: Comms,
    memory: Mapping,
    socket: UnixStream,
    /// The way to the channel, and the one from it.
    there: Way,
    back: Way,
}

fn request(version: u32, capacity: u64) -> Vec<u8> {
    let header = frame::Header { tag: tag::UPGRADE, length: REQUEST as u32, descriptors: 1 };
    [&header.encode()[..], &version.to_le_bytes(), &capacity.to_le_bytes()].concat()
}

/// What becomes of a channel that is asked with that.
fn asked(request: &[u8], file: BorrowedFd<'_>) -> (Result<()>, Comms, UnixStream) {
    let (ours, theirs) = UnixStream::pair().expect("a pair can be had");
    let mut comms = Comms::new(ours);
    comms.set_timeout(LONG);
    sys::send(theirs.as_fd(), [request, &[]], &[file.as_raw_fd()], true).expect("it can be sent");
    let accepted = comms.accept_shared_memory();
    (accepted, comms, theirs)
}

fn hostile() -> Hostile {
    let capacity = Capacity::for_size(8192).expect("a size that can be");
    let (file, memory) = make(capacity).expect("memory can be had");
    let (accepted, comms, mut socket) = asked(&request(VERSION, 4096), file.as_fd());
    accepted.expect("the memory is as it should be");
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).expect("it answers");
    assert_eq!(answer, frame::Header { tag: tag::UPGRADED, length: 0, descriptors: 0 }.encode());
    Hostile { comms, memory, socket, there: Way::new(false, capacity), back: Way::new(true, capacity) }
}

impl Hostile {
    /// Writes bytes from the ring's beginning on, and says that there are as many.
    fn write(&self, bytes: &[u8], count: u32) {
        assert!(self.memory.write(self.there.bytes, bytes));
        self.memory.store_u32(self.there.written, count).expect("it is there");
    }

    /// Waits until the channel sleeps for that.
    fn waits(memory: &Mapping, offset: usize) {
        while memory.load_u32(offset) == Some(0) {
            thread::yield_now();
        }
    }
}

fn header(tag: u32, length: u32, descriptors: u8) -> [u8; 12] {
    frame::Header { tag, length, descriptors }.encode()
}

#[test]
fn both_directions_carry_more_than_the_memory_holds() {
    let bytes: Vec<u8> = (0..16_u32 << 20).map(|number| (number % 251) as u8).collect();
    for size in [None, SMALL, Some(1 << 20)] {
        let (mut a, mut b) = shared_pair(size);
        thread::scope(|scope| {
            scope.spawn(|| {
                let got = b.receive_bytes().unwrap();
                b.send_bytes(&got).unwrap();
            });
            a.send_bytes(&bytes).unwrap();
            let mut back = vec![0; bytes.len()];
            assert_eq!(a.receive_bytes_into(&mut back), Ok(bytes.len()));
            assert!(back == bytes);
        });
    }
}

#[test]
fn a_no_leaves_the_channel_as_it_was() {
    let (mut a, mut b) = Comms::pair().unwrap();
    thread::scope(|scope| {
        let refuses = scope.spawn(|| b.refuse_shared_memory());
        assert_eq!(a.upgrade_to_shared_memory(None), Err(Error::NoSharedMemory));
        assert_eq!(refuses.join().unwrap(), Ok(()));
    });
    assert!(!a.is_shared() && !b.is_shared());
    a.send_text("still").unwrap();
    assert_eq!(b.receive_text().unwrap(), "still");
    // Asked again it may agree.
    thread::scope(|scope| {
        scope.spawn(|| b.accept_shared_memory().unwrap());
        a.upgrade_to_shared_memory(SMALL).unwrap();
    });
    b.send_u8(1).unwrap();
    assert_eq!(a.receive_u8(), Ok(1));
}

#[test]
fn a_second_time_is_an_error_and_the_channel_goes_on() {
    let (mut a, mut b) = shared_pair(SMALL);
    assert_eq!(a.upgrade_to_shared_memory(None), Err(Error::AlreadyShared));
    assert_eq!(b.upgrade_to_shared_memory(None), Err(Error::AlreadyShared));
    assert_eq!(b.accept_shared_memory(), Err(Error::AlreadyShared));
    assert_eq!(b.refuse_shared_memory(), Err(Error::AlreadyShared));
    a.send_u32(1).unwrap();
    assert_eq!(b.receive_u32(), Ok(1));
}

#[test]
fn another_message_is_no_question_and_no_answer() {
    let (mut a, mut b) = Comms::pair().unwrap();
    a.send_bool(true).unwrap();
    let mismatch = |found| Err(Error::Mismatch { expected: tag::UPGRADE, found });
    assert_eq!(b.accept_shared_memory(), mismatch(tag::BOOL));
    a.send_u8(1).unwrap();
    assert_eq!(b.refuse_shared_memory(), mismatch(tag::U8));
    b.send_u8(1).unwrap();
    assert_eq!(a.upgrade_to_shared_memory(None), Err(Error::Mismatch { expected: tag::UPGRADED, found: tag::U8 }));
    // Nobody knows what an answer that comes later would mean.
    assert_eq!(a.send_u8(1), Err(Error::Closed));
}

#[test]
fn who_is_gone_neither_asks_nor_answers() {
    let (mut a, b) = Comms::pair().unwrap();
    drop(b);
    assert_eq!(a.upgrade_to_shared_memory(None), Err(Error::Closed));
    let (mut a, b) = Comms::pair().unwrap();
    drop(b);
    assert_eq!(a.accept_shared_memory(), Err(Error::Closed));
    // Gone after the question.
    let (mut a, mut b) = Comms::pair().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            b.receive().unwrap();
            b.terminate();
        });
        assert_eq!(a.upgrade_to_shared_memory(None), Err(Error::Closed));
    });
    // And who says nothing at all is not waited for longer than allowed.
    let (mut a, mut b) = Comms::pair().unwrap();
    a.set_timeout(Some(Duration::from_millis(5)));
    assert_eq!(a.upgrade_to_shared_memory(None), Err(Error::TimedOut));
    b.receive().unwrap();
    assert_eq!(b.receive_u8(), Err(Error::Closed));
}

#[test]
fn a_size_that_cannot_be_is_refused_before_anything_is_sent() {
    let (mut a, mut b) = Comms::pair().unwrap();
    let size = MAX_SHARED_MEMORY + 1;
    let most = MAX_SHARED_MEMORY as u64;
    assert_eq!(a.upgrade_to_shared_memory(Some(size)), Err(Error::TooLarge { length: size as u64, most }));
    a.send_u8(1).unwrap();
    assert_eq!(b.receive_u8(), Ok(1));
    for (size, capacity) in [(0, 4096), (8192, 4096), (8193, 8192), (MAX_SHARED_MEMORY, 128 << 20)] {
        assert_eq!(Capacity::for_size(size).unwrap().get(), capacity);
    }
}

#[test]
fn memory_that_is_not_as_it_should_be_is_refused_and_closed() {
    let capacity = Capacity::for_size(8192).unwrap();
    let refused = |request: &[u8], file: BorrowedFd<'_>| {
        let (accepted, mut comms, mut socket) = asked(request, file);
        let mut answer = [0; 12];
        socket.read_exact(&mut answer).expect("it answers");
        assert_eq!(answer, header(tag::NO_UPGRADE, 0, 0));
        // And goes on.
        comms.send_u8(1).expect("the channel is as before");
        accepted.expect_err("it is refused")
    };
    let (file, _) = make(capacity).unwrap();
    let good = request(VERSION, 4096);
    for bad in [request(VERSION + 1, 4096), request(VERSION, 0), request(VERSION, 4097), request(VERSION, 1 << 40)] {
        assert!(matches!(refused(&bad, file.as_fd()), Error::Malformed(_)));
    }
    // Another size than announced.
    assert!(matches!(refused(&request(VERSION, 8192), file.as_fd()), Error::Malformed(_)));
    // Not sealed at all, or not against everything.
    let unsealed = memory::create(c"test").unwrap();
    memory::resize(unsealed.as_fd(), capacity.memory() as i64).unwrap();
    for seal in [0, libc::F_SEAL_SHRINK, libc::F_SEAL_GROW] {
        memory::add_seals(unsealed.as_fd(), seal).unwrap();
        assert!(matches!(refused(&good, unsealed.as_fd()), Error::Malformed(_)));
    }
    // Nobody can write to it.
    let read_only = memory::create(c"test").unwrap();
    memory::resize(read_only.as_fd(), capacity.memory() as i64).unwrap();
    memory::add_seals(read_only.as_fd(), libc::F_SEAL_WRITE | SEALS).unwrap();
    assert!(matches!(refused(&good, read_only.as_fd()), Error::System { errno: libc::EPERM, .. }));
    // No memory at all; and the descriptor is closed.
    let (mut reader, writer) = std::io::pipe().unwrap();
    assert!(matches!(refused(&good, writer.as_fd()), Error::Malformed(_)));
    drop(writer);
    assert_eq!(reader.read(&mut [0]).unwrap(), 0);
}

/// Every kind of message, in both directions, by both transports' rules.
#[test]
fn descriptors_and_credentials_keep_their_place_among_bytes() {
    let (mut a, mut b) = shared_pair(SMALL);
    b.expect_credentials().unwrap();
    let pipes: Vec<_> = (0..3).map(|_| std::io::pipe().unwrap()).collect();
    thread::scope(|scope| {
        let pipes = &pipes;
        scope.spawn(move || {
            for round in 0..200_u32 {
                a.send_u32(round).unwrap();
                let writers: Vec<_> = pipes.iter().take(round as usize % 4).map(|pipe| pipe.1.as_fd()).collect();
                a.send(round, &vec![round as u8; round as usize * 50], &writers).unwrap();
                a.send_credentials().unwrap();
                a.send_descriptor(pipes[round as usize % 3].0.as_fd()).unwrap();
            }
        });
        for round in 0..200_u32 {
            assert_eq!(b.receive_u32(), Ok(round));
            let message = b.receive().unwrap();
            assert_eq!((message.tag, message.bytes.len()), (round, round as usize * 50));
            assert_eq!(message.descriptors.len(), round as usize % 4);
            let Credentials { pid, .. } = b.receive_credentials().unwrap();
            assert_eq!(pid, std::process::id() as i32);
            let mut reader = std::io::PipeReader::from(b.receive_descriptor().unwrap());
            (&pipes[round as usize % 3].1).write_all(&[round as u8]).unwrap();
            let mut byte = [0];
            reader.read_exact(&mut byte).unwrap();
            assert_eq!(byte, [round as u8]);
        }
    });
}

#[test]
fn both_sides_exchange_at_the_same_time() {
    let (mut a, mut b) = shared_pair(None);
    let bytes = vec![7; 256 << 10];
    thread::scope(|scope| {
        for comms in [&mut a, &mut b] {
            scope.spawn(|| {
                for _ in 0..20 {
                    let message = comms.exchange(5, &bytes).unwrap();
                    assert!((message.tag, &message.bytes) == (5, &bytes));
                }
            });
        }
    });
}

#[test]
fn halves_share_memory_in_threads_of_their_own() {
    let (a, b) = shared_pair(SMALL);
    let ((mut a_sends, mut a_receives), (mut b_sends, mut b_receives)) = (a.split(), b.split());
    thread::scope(|scope| {
        scope.spawn(move || (0..20_000).for_each(|number| a_sends.send_u32(number).unwrap()));
        scope.spawn(move || (0..20_000).for_each(|number| b_sends.send_u32(number).unwrap()));
        scope.spawn(move || (0..20_000).for_each(|number| assert_eq!(a_receives.receive_u32(), Ok(number))));
        (0..20_000).for_each(|number| assert_eq!(b_receives.receive_u32(), Ok(number)));
    });
}

#[test]
fn a_mismatch_is_told_and_the_channel_stays_in_step() {
    let (mut a, mut b) = shared_pair(SMALL);
    let (mut reader, writer) = std::io::pipe().unwrap();
    a.send_text("text").unwrap();
    a.send_descriptor(writer.as_fd()).unwrap();
    drop(writer);
    a.send_bytes(&[2; 100]).unwrap();
    a.send_u8(5).unwrap();
    assert_eq!(b.receive_u32(), Err(Error::Mismatch { expected: tag::U32, found: tag::TEXT }));
    assert_eq!(b.receive_text(), Err(Error::Mismatch { expected: tag::TEXT, found: tag::DESCRIPTOR }));
    assert_eq!(reader.read(&mut [0]).unwrap(), 0);
    assert_eq!(b.receive_bytes_into(&mut [0; 99]), Err(Error::TooLarge { length: 100, most: 99 }));
    assert_eq!(b.receive_u8(), Ok(5));
}

#[test]
fn what_was_sent_before_the_end_still_arrives_once() {
    let (mut a, mut b) = shared_pair(SMALL);
    a.send_text("last words").unwrap();
    drop(a);
    assert_eq!(b.receive_text().unwrap(), "last words");
    assert_eq!(b.receive_text(), Err(Error::Closed));
    assert_eq!(b.receive_text(), Err(Error::Closed));
    assert_eq!(b.send_u8(1), Err(Error::Closed));
}

#[test]
fn termination_ends_every_call_on_both_sides() {
    let (mut a, mut b) = shared_pair(SMALL);
    a.terminate();
    assert_eq!(a.send_u8(1), Err(Error::Closed));
    assert_eq!(a.send_credentials(), Err(Error::Closed));
    assert_eq!(a.receive_u8(), Err(Error::Closed));
    assert_eq!(b.send_u8(1), Err(Error::Closed));
    assert_eq!(b.receive_u8(), Err(Error::Closed));
}

#[test]
fn who_waits_is_woken_by_the_end() {
    // A receiver without any time-out.
    let mut hostile = hostile();
    hostile.comms.set_timeout(None);
    let Hostile { mut comms, memory, socket, there, back: _ } = hostile;
    thread::scope(|scope| {
        let waits = scope.spawn(move || comms.receive_u8());
        Hostile::waits(&memory, there.reader_waits);
        drop(socket);
        assert_eq!(waits.join().unwrap(), Err(Error::Closed));
    });
    // A sender that nobody makes room for.
    let Hostile { mut comms, memory, socket, there: _, back } = super::tests::hostile();
    comms.set_timeout(None);
    thread::scope(|scope| {
        let waits = scope.spawn(move || comms.send_bytes(&[0; 10_000]));
        Hostile::waits(&memory, back.writer_waits);
        drop(socket);
        assert_eq!(waits.join().unwrap(), Err(Error::Closed));
    });
    // By the word for it, with the socket still open.
    let Hostile { mut comms, memory, socket: _socket, there, back: _ } = super::tests::hostile();
    comms.set_timeout(None);
    thread::scope(|scope| {
        let waits = scope.spawn(move || comms.receive_u8());
        Hostile::waits(&memory, there.reader_waits);
        memory.store_u32(there.written, CLOSED).unwrap();
        sys::futex::wake(&memory, there.written).unwrap();
        assert_eq!(waits.join().unwrap(), Err(Error::Closed));
    });
}

#[test]
fn who_is_killed_in_the_middle_is_noticed_without_a_time_out() {
    let Hostile { mut comms, memory, socket, there, back: _ } = hostile();
    comms.set_timeout(None);
    // All of its memory and its socket are another process's.
    let mut peer =
        Command::new("sleep").arg("1000").stdin(Stdio::from(std::os::fd::OwnedFd::from(socket))).spawn().unwrap();
    thread::scope(|scope| {
        let waits = scope.spawn(move || comms.receive_bytes());
        memory.write(there.bytes, &[&header(tag::BYTES, 100, 0)[..], &[0; 50]].concat());
        memory.store_u32(there.written, 62).unwrap();
        Hostile::waits(&memory, there.reader_waits);
        peer.kill().unwrap();
        assert_eq!(waits.join().unwrap(), Err(Error::Closed));
    });
    peer.wait().unwrap();
}

#[test]
fn a_receiver_that_waits_takes_what_comes_in_pieces() {
    let Hostile { mut comms, memory, socket: _socket, there, back: _ } = hostile();
    thread::scope(|scope| {
        let waits = scope.spawn(move || comms.receive_u32());
        let frame = [&header(tag::U32, 4, 0)[..], &7_u32.to_le_bytes()].concat();
        assert!(memory.write(there.bytes, &frame));
        for count in 1..=16 {
            Hostile::waits(&memory, there.reader_waits);
            memory.store_u32(there.written, count).unwrap();
            sys::futex::wake(&memory, there.written).unwrap();
        }
        assert_eq!(waits.join().unwrap(), Ok(7));
    });
}

#[test]
fn counts_that_cannot_be_are_errors() {
    for count in [4097, 1 << 30, CLOSED - 1, u32::MAX] {
        let mut hostile = hostile();
        hostile.write(&header(tag::U8, 1, 0), count);
        assert!(matches!(hostile.comms.receive_u8(), Err(Error::Malformed(_))), "{count}");
        assert_eq!(hostile.comms.receive_u8(), Err(Error::Closed));
        assert_eq!(hostile.comms.send_u8(1), Err(Error::Closed));
    }
    for count in [1, 4096, 1 << 30, CLOSED - 1] {
        let mut hostile = hostile();
        hostile.memory.store_u32(hostile.back.read, count).unwrap();
        assert!(matches!(hostile.comms.send_u8(1), Err(Error::Malformed(_))), "{count}");
        assert_eq!(hostile.comms.send_u8(1), Err(Error::Closed));
    }
    // Backwards, after something was read.
    let mut hostile = hostile();
    hostile.write(&[&header(tag::U8, 1, 0)[..], &[1]].concat(), 13);
    assert_eq!(hostile.comms.receive_u8(), Ok(1));
    hostile.memory.store_u32(hostile.there.written, 12).unwrap();
    assert!(matches!(hostile.comms.receive_u8(), Err(Error::Malformed(_))));
}

#[test]
fn what_is_no_frame_is_an_error_in_shared_memory_too() {
    let refused = |bytes: &[u8]| {
        let mut hostile = hostile();
        hostile.write(bytes, bytes.len() as u32);
        hostile.memory.store_u32(hostile.there.written, bytes.len() as u32 | CLOSED).unwrap();
        hostile.comms.receive().map(drop).unwrap_err()
    };
    assert!(matches!(refused(&[0xff; 12]), Error::Malformed(_)));
    assert_eq!(refused(&[1, 2, 3]), Error::Closed);
    assert_eq!(refused(&header(1, 100, 0)), Error::Closed);
    let most = crate::DEFAULT_MAX_MESSAGE as u64;
    assert_eq!(refused(&header(1, u32::MAX, 0)), Error::TooLarge { length: u32::MAX.into(), most });
}

#[test]
fn what_comes_along_must_be_what_the_frame_says() {
    let (_reader, writer) = std::io::pipe().unwrap();
    let numbers = [writer.as_raw_fd(); 2];
    let along = |bytes: [u8; 12], count: usize| {
        let mut hostile = hostile();
        sys::send(hostile.socket.as_fd(), [&bytes, &[]], &numbers[..count], true).unwrap();
        hostile.write(&header(tag::DESCRIPTOR, 0, 1), 12);
        let received = hostile.comms.receive_descriptor();
        hostile.comms.set_timeout(Some(Duration::ZERO));
        (received.map(drop), hostile.comms.receive_descriptor().map(drop))
    };
    let closed = |received: (Result<()>, Result<()>)| {
        matches!(received.0, Err(Error::Malformed(_))) && received.1 == Err(Error::Closed)
    };
    assert_eq!(along(header(tag::ALONG, 0, 1), 1).0, Ok(()));
    assert!(closed(along(header(tag::ALONG, 0, 2), 2)));
    assert!(closed(along(header(tag::ALONG, 0, 1), 2)));
    assert!(closed(along(header(tag::ALONG, 0, 1), 0)));
    assert!(closed(along(header(tag::ALONG, 1, 1), 1)));
    assert!(closed(along(header(tag::DESCRIPTOR, 0, 1), 1)));
    // Nothing comes along: not waited for longer than allowed.
    let mut hostile = hostile();
    hostile.comms.set_timeout(Some(Duration::from_millis(5)));
    hostile.write(&header(tag::DESCRIPTOR, 0, 1), 12);
    assert_eq!(hostile.comms.receive_descriptor().map(drop), Err(Error::TimedOut));
    assert_eq!(hostile.comms.receive_u8(), Err(Error::Closed));
}

#[test]
fn time_outs_hold_in_shared_memory() {
    let mut hostile = hostile();
    for time in [Duration::from_millis(5), Duration::ZERO] {
        hostile.comms.set_timeout(Some(time));
        // Nothing, and then a part of a header: the channel stays in step.
        assert_eq!(hostile.comms.receive_u8(), Err(Error::TimedOut));
        hostile.write(&[&header(tag::U8, 1, 0)[..], &[9]].concat(), 5);
        assert_eq!(hostile.comms.receive_u8(), Err(Error::TimedOut));
        // Nobody makes room; nothing was written of the second.
        hostile.memory.store_u32(hostile.back.read, 0).unwrap();
    }
    hostile.memory.store_u32(hostile.there.written, 13).unwrap();
    assert_eq!(hostile.comms.receive_u8(), Ok(9));
    hostile.comms.send_bytes(&[0; 4084]).unwrap();
    assert_eq!(hostile.comms.send_u8(1), Err(Error::TimedOut));
    hostile.memory.store_u32(hostile.back.read, 4096).unwrap();
    assert_eq!(hostile.comms.send_bytes(&[0; 5000]), Err(Error::TimedOut));
    // A part of that was: nothing can come after it.
    assert_eq!(hostile.comms.send_u8(1), Err(Error::Closed));
}

#[test]
fn a_trickle_does_not_outlast_a_time_out_in_shared_memory() {
    for wanted in [tag::BYTES, tag::TEXT] {
        let Hostile { mut comms, memory, socket: _socket, there, back: _ } = hostile();
        comms.set_timeout(Some(Duration::from_millis(20)));
        comms.set_max_message(u32::MAX as usize);
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                memory.write(there.bytes, &header(wanted, u32::MAX, 0));
                let mut count = 12;
                while !stop.load(Ordering::Relaxed) {
                    // As far as there is room.
                    let read = memory.load_u32(there.read).unwrap();
                    if count - (read & !CLOSED) < 4000 {
                        count += 1;
                        memory.store_u32(there.written, count).unwrap();
                        sys::futex::wake(&memory, there.written).unwrap();
                    }
                }
            });
            // One is taken, the other skipped.
            assert_eq!(comms.receive_bytes(), Err(Error::TimedOut));
            stop.store(true, Ordering::Relaxed);
        });
    }
}

/// Whatever another thread does to every byte of the memory meanwhile, receiving ends, without a panic, and touches nothing else.
#[test]
fn a_scribbler_gets_no_further_than_an_error() {
    let stop = AtomicBool::new(false);
    let rounds = 50;
    let (mut received, mut errors) = (0, 0);
    for round in 0..rounds {
        let Hostile { mut comms, memory, socket, there, back } = hostile();
        comms.set_timeout(Some(Duration::from_millis(3)));
        stop.store(false, Ordering::Relaxed);
        thread::scope(|scope| {
            let (stop, memory) = (&stop, &memory);
            scope.spawn(move || {
                let mut random = 0x9e37_79b9_7f4a_7c15_u64 ^ round;
                while !stop.load(Ordering::Relaxed) {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let (place, value) = ((random >> 33) as usize, (random >> 13) as u32);
                    match random >> 62 {
                        // Mostly what is nearly right, which gets furthest.
                        0 => drop(memory.store_u32(there.written, value % 5000)),
                        1 => drop(memory.store_u32(back.read, value % 5000)),
                        2 => drop(memory.write(there.bytes + place % 4000, &header(tag::BYTES, value % 3000, 0))),
                        _ => drop(memory.store_u32(place % (memory.len() / 4) * 4, value)),
                    }
                    let _ = sys::futex::wake(memory, there.written);
                }
            });
            for _ in 0..20 {
                match comms.receive().map(drop).and_then(|()| comms.send_bytes(&[1; 3000])) {
                    Ok(()) => received += 1,
                    Err(_) => errors += 1,
                }
            }
            stop.store(true, Ordering::Relaxed);
        });
        drop(socket);
    }
    assert!(errors > 0, "nothing was ever wrong, in {received} messages");
}

/// The bytes of the request and of the memory are those that docs/WIRE.md says.
#[test]
fn the_memory_has_the_bytes_that_are_documented() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let asks = thread::spawn(move || {
        let mut comms = Comms::new(ours);
        comms.upgrade_to_shared_memory(SMALL).map(|()| comms)
    });
    let mut along = Along::default();
    let mut place = [const { core::mem::MaybeUninit::uninit() }; 100];
    let count = sys::receive(theirs.as_fd(), &mut place, &mut [], &mut along, true).unwrap();
    // SAFETY: as many bytes were received.
    let bytes: Vec<u8> = place[..count].iter().map(|byte| unsafe { byte.assume_init() }).collect();
    assert_eq!(bytes, [3, 2, 0, 0x80, 12, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0]);
    (&theirs).write_all(&[6, 2, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    let mut comms = asks.join().unwrap().unwrap();
    let file = along.descriptors.pop().unwrap();
    assert_eq!(memory::size(file.as_fd()).unwrap(), 4096 + 2 * 4096);
    let memory = Mapping::new(file.as_fd(), 3 * 4096, true).unwrap();
    comms.send_u32(0x0102_0304).unwrap();
    let mut frame = [0; 17];
    assert!(memory.read(4096, &mut frame));
    assert_eq!(frame, [7, 0, 0, 0x80, 4, 0, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1, 0]);
    let numbers = |memory: &Mapping| [0, 4, 64, 68, 128, 132, 192, 196].map(|offset| memory.load_u32(offset).unwrap());
    assert_eq!(numbers(&memory), [16, 0, 0, 0, 0, 0, 0, 0]);
    assert!(memory.write(8192, &[3, 0, 0, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 5]));
    memory.store_u32(128, 13).unwrap();
    assert_eq!(comms.receive_u8(), Ok(5));
    // The other side is told of what was read before this one waits.
    comms.set_timeout(Some(Duration::ZERO));
    assert_eq!(comms.receive_u8(), Err(Error::TimedOut));
    assert_eq!(numbers(&memory), [16, 0, 0, 0, 13, 0, 13, 0]);
    comms.terminate();
    assert_eq!(numbers(&memory), [16 | CLOSED, 0, 0, 0, 13, 0, 13 | CLOSED, 0]);
    // A descriptor goes by the socket, and its frame through the memory.
    let mut hostile = hostile();
    let (_reader, writer) = std::io::pipe().unwrap();
    hostile.comms.send_descriptor(writer.as_fd()).unwrap();
    let mut along = [0; 12];
    hostile.socket.read_exact(&mut along).unwrap();
    assert_eq!(along, [7, 2, 0, 0x80, 0, 0, 0, 0, 1, 0, 0, 0]);
    let mut frame = [0; 12];
    assert!(hostile.memory.read(hostile.back.bytes, &mut frame));
    assert_eq!(frame, [1, 2, 0, 0x80, 0, 0, 0, 0, 1, 0, 0, 0]);
}
