use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::FromRawFd as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::*;

/// Memory as a program makes it that does not use this crate.
fn memory(flags: libc::c_uint, size: u64) -> File {
    // SAFETY: the name ends with a zero.
    let number = unsafe { libc::memfd_create(c"plain".as_ptr(), flags | libc::MFD_CLOEXEC) };
    assert!(number >= 0, "memory can be had");
    // SAFETY: the kernel has just made this descriptor for us.
    let file = unsafe { File::from_raw_fd(number) };
    file.set_len(size).expect("it can have a size");
    file
}

fn sealable(size: u64) -> File {
    memory(libc::MFD_ALLOW_SEALING, size)
}

/// Another descriptor of a buffer's memory, as the other side has it.
fn other(buffer: &Buffer) -> File {
    File::from(buffer.as_fd().try_clone_to_owned().expect("a descriptor can be copied"))
}

/// The same memory, opened for reading only.
fn read_only(file: &impl std::os::fd::AsRawFd) -> OwnedFd {
    File::open(format!("/proc/self/fd/{}", file.as_raw_fd())).expect("it can be opened again").into()
}

#[track_caller]
fn refused(made: Result<Buffer>, why: BufferError) {
    assert_eq!(made.map(|buffer| buffer.len()), Err(why));
}

fn pattern(count: usize) -> Vec<u8> {
    (0..count).map(|number| (number % 251) as u8).collect()
}

#[test]
fn a_second_mapping_of_the_same_memory_sees_what_is_written() {
    let first = Buffer::new(1 << 20).unwrap();
    assert_eq!((first.len(), first.is_empty(), first.is_read_only()), (1 << 20, false, false));
    let second = Buffer::from_fd(other(&first).into()).unwrap();
    assert_eq!(second.len(), 1 << 20);
    let bytes = pattern(5000);
    first.write_at(1, &bytes).unwrap();
    let mut seen = vec![0xff; 5000];
    second.read_at(1, &mut seen).unwrap();
    assert_eq!(seen, bytes);
    drop(first);
    second.read_at(1, &mut seen).unwrap();
    assert_eq!(seen, bytes);
}

#[test]
fn bytes_fill_a_buffer_of_their_size() {
    for count in [0, 1, 15, 4095, 4096, 4097, 100_000] {
        let buffer = Buffer::from_bytes(&pattern(count)).unwrap();
        assert_eq!(buffer.len(), count);
        assert_eq!(buffer.to_vec(), pattern(count));
        assert_eq!(buffer.try_clone().unwrap().to_vec(), pattern(count));
    }
}

#[test]
fn a_buffer_that_is_expanded_keeps_contents_descriptor_and_seals() {
    let mut buffer = Buffer::from_bytes(&pattern(1 << 20)).unwrap();
    let number = buffer.as_fd().as_raw_fd();
    buffer.expand(2 << 20).unwrap();
    assert_eq!((buffer.len(), buffer.as_fd().as_raw_fd()), (2 << 20, number));
    let all = buffer.to_vec();
    assert_eq!(all[..1 << 20], pattern(1 << 20));
    assert!(all[1 << 20..].iter().all(|byte| *byte == 0));
    buffer.write_at((2 << 20) - 1, &[7]).unwrap();
    assert_eq!(other(&buffer).metadata().unwrap().len(), 2 << 20);
    buffer.expand(2 << 20).unwrap();
    assert_eq!(buffer.expand(1), Err(BufferError::Shrinks { from: 2 << 20, to: 1 }));
    assert!(matches!(buffer.expand(usize::MAX), Err(BufferError::TooLarge { .. })));
    assert_eq!(buffer.load_u8((2 << 20) - 1), Ok(7));
    assert!(other(&buffer).set_len(0).is_err());
}

#[test]
fn expanding_a_part_of_a_larger_file_leaves_the_files_size() {
    let mut file = sealable(4 << 20);
    file.seek(SeekFrom::Start(1 << 20)).unwrap();
    file.write_all(b"after the first part").unwrap();
    let mut buffer = Buffer::from_fd_with_size(file.into(), 1 << 20).unwrap();
    assert_eq!(buffer.len(), 1 << 20);
    buffer.expand(2 << 20).unwrap();
    assert_eq!(other(&buffer).metadata().unwrap().len(), 4 << 20);
    let mut seen = [0; 20];
    buffer.read_at(1 << 20, &mut seen).unwrap();
    assert_eq!(&seen, b"after the first part");
}

#[test]
fn a_buffer_without_bytes_is_one_and_can_get_some() {
    let mut buffer = Buffer::new(0).unwrap();
    assert!(buffer.is_empty() && buffer.to_vec().is_empty());
    buffer.read_at(0, &mut []).unwrap();
    buffer.write_at(0, &[]).unwrap();
    assert!(buffer.load_u8(0).is_err() && buffer.read_at(0, &mut [0]).is_err());
    assert!(Buffer::from_fd(other(&buffer).into()).unwrap().is_empty());
    buffer.expand(10).unwrap();
    buffer.write_at(9, &[1]).unwrap();
    assert_eq!(buffer.to_vec(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
}

#[test]
fn a_size_that_no_process_can_have_is_refused() {
    for size in [usize::MAX, MOST + 1] {
        let error = BufferError::TooLarge { size: size as u64, most: MOST };
        refused(Buffer::new(size), error);
        refused(Buffer::from_fd_with_size(sealable(1).into(), size), error);
        refused(Buffer::danger_from_fd_unsealed(sealable(1).into(), size), error);
    }
    // It can be a file's size, but there is no place to map it.
    assert!(matches!(Buffer::new(MOST), Err(BufferError::System { .. })));
}

#[test]
fn the_other_side_cannot_make_the_memory_smaller() {
    let ours = Buffer::from_bytes(&pattern(10_000)).unwrap();
    // What comes unsealed is sealed when it is mapped.
    let theirs = sealable(10_000);
    let mapped = Buffer::from_fd(theirs.try_clone().unwrap().into()).unwrap();
    for (file, buffer) in [(other(&ours), &ours), (theirs, &mapped)] {
        let error = file.set_len(9_999).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EPERM));
        assert_eq!(buffer.to_vec().len(), 10_000);
        // To give the pages back is to write zeros.
        let holes = libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE;
        // SAFETY: takes numbers alone.
        assert_eq!(unsafe { libc::fallocate(file.as_raw_fd(), holes, 0, 10_000) }, 0);
        assert!(buffer.to_vec().iter().all(|byte| *byte == 0));
    }
}

#[test]
fn memory_that_cannot_be_sealed_is_refused() {
    // Made without the right to seal it: all seals are set but those that help.
    refused(Buffer::from_fd(memory(0, 100).into()), BufferError::NotSealed);
    refused(Buffer::from_fd_read_only(memory(0, 100).into()), BufferError::NotSealed);
    refused(Buffer::from_fd_with_size(memory(0, 100).into(), 10), BufferError::NotSealed);
    // Sealed against sealing, and against sealing from a descriptor that cannot write.
    let closed = sealable(100);
    memory::add_seals(closed.as_fd(), libc::F_SEAL_GROW | libc::F_SEAL_SEAL).unwrap();
    refused(Buffer::from_fd(closed.into()), BufferError::NotSealed);
    refused(Buffer::from_fd_read_only(read_only(&sealable(100))), BufferError::NotSealed);
}

#[test]
fn what_is_no_memory_is_refused_unless_the_danger_is_named() {
    let path = std::env::temp_dir().join(format!("sandbox2-buffer-{}", std::process::id()));
    let file = File::options().read(true).write(true).create_new(true).open(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    file.set_len(100).unwrap();
    let again = || OwnedFd::from(file.try_clone().unwrap());
    // Where temporary files are memory too they have seals, but cannot be sealed.
    let refused = |made: Result<Buffer>| {
        assert!(matches!(made, Err(BufferError::NotMemory | BufferError::NotSealed)), "{made:?}");
    };
    refused(Buffer::from_fd(again()));
    refused(Buffer::from_fd_with_size(again(), 100));
    refused(Buffer::from_fd_read_only(again()));
    let mut buffer = Buffer::danger_from_fd_unsealed(again(), 50).unwrap();
    buffer.write_at(49, b"x").unwrap();
    buffer.expand(200).unwrap();
    assert_eq!(file.metadata().unwrap().len(), 200);
    let (reader, _writer) = std::io::pipe().unwrap();
    refused(Buffer::from_fd(reader.into()));
    refused(Buffer::from_fd(std::os::unix::net::UnixStream::pair().unwrap().0.into()));
    refused(Buffer::from_fd(File::open("/dev/zero").unwrap().into()));
    refused(Buffer::from_fd(File::open("/").unwrap().into()));
}

#[test]
fn memory_of_huge_pages_is_refused() {
    // SAFETY: the name ends with a zero.
    let number = unsafe { libc::memfd_create(c"huge".as_ptr(), libc::MFD_HUGETLB | libc::MFD_ALLOW_SEALING) };
    if number < 0 {
        eprintln!("skipped: this kernel has no huge pages");
        return;
    }
    // SAFETY: the kernel has just made this descriptor for us.
    let huge = unsafe { File::from_raw_fd(number) };
    huge.set_len(2 << 20).unwrap();
    refused(Buffer::from_fd(huge.into()), BufferError::NotMemory);
}

#[test]
fn a_size_that_is_a_lie_is_refused() {
    refused(Buffer::from_fd_with_size(sealable(100).into(), 101), BufferError::Short { wanted: 101, found: 100 });
    refused(
        Buffer::danger_from_fd_unsealed(sealable(100).into(), 5000),
        BufferError::Short { wanted: 5000, found: 100 },
    );
    // Sparse, and larger than anybody wants to read.
    let most = DEFAULT_MAX_BUFFER;
    let huge = BufferError::TooLarge { size: 1 << 40, most };
    refused(Buffer::from_fd(sealable(1 << 40).into()), huge);
    refused(Buffer::from_fd_read_only(sealable(1 << 40).into()), huge);
    refused(Buffer::from_fd(sealable(most as u64 + 1).into()), BufferError::TooLarge { size: most as u64 + 1, most });
    assert_eq!(Buffer::from_fd(sealable(most as u64).into()).unwrap().len(), most);
    refused(Buffer::from_fd_up_to(sealable(11).into(), 10), BufferError::TooLarge { size: 11, most: 10 });
    assert_eq!(Buffer::from_fd_up_to(sealable(1 << 40).into(), 1 << 40).unwrap().len(), 1 << 40);
    // As large as a file can be.
    let end = i64::MAX as u64;
    refused(Buffer::from_fd(sealable(end).into()), BufferError::TooLarge { size: end, most });
}

#[test]
fn a_descriptor_that_is_refused_is_closed() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    assert_eq!(Buffer::from_fd(writer.into()).map(drop), Err(BufferError::NotMemory));
    assert_eq!(reader.read(&mut [0]).unwrap(), 0);
}

#[test]
fn nobody_makes_a_buffer_larger_whose_size_is_sealed() {
    let mut buffer = Buffer::new(100).unwrap();
    other(&buffer).set_len(200).unwrap();
    buffer.expand(150).unwrap();
    buffer.seal_size().unwrap();
    buffer.seal_size().unwrap();
    assert_eq!(other(&buffer).set_len(300).unwrap_err().raw_os_error(), Some(libc::EPERM));
    assert!(matches!(buffer.expand(201), Err(BufferError::System { errno: libc::EPERM, .. })));
    assert_eq!(buffer.len(), 150);
    // What is there already can still be mapped.
    buffer.expand(200).unwrap();
    assert_eq!(buffer.to_vec().len(), 200);
    assert!(buffer.seal_writes().is_err());
}

#[test]
fn others_can_only_read_what_is_sealed_against_writing() {
    let ours = Buffer::from_bytes(b"one way").unwrap();
    ours.seal_writes().unwrap();
    refused(ours.try_clone(), BufferError::ReadOnly);
    refused(Buffer::from_fd(other(&ours).into()), BufferError::ReadOnly);
    refused(Buffer::from_fd_with_size(other(&ours).into(), 3), BufferError::ReadOnly);
    assert!(other(&ours).write(b"x").is_err());
    let theirs = Buffer::from_fd_read_only(other(&ours).into()).unwrap();
    assert!(theirs.is_read_only() && theirs.try_clone().unwrap().is_read_only());
    assert_eq!(theirs.to_vec(), b"one way");
    assert_eq!(theirs.write_at(0, b"x"), Err(BufferError::ReadOnly));
    assert_eq!(theirs.fill(0, 1, 0), Err(BufferError::ReadOnly));
    assert_eq!(theirs.store_u8(0, 0), Err(BufferError::ReadOnly));
    assert!(theirs.cursor().write(b"x").is_err());
    ours.write_at(4, b"WAY").unwrap();
    assert_eq!(theirs.to_vec(), b"one WAY");
}

#[test]
fn a_descriptor_that_cannot_write_makes_a_buffer_that_cannot() {
    let buffer = Buffer::from_bytes(b"read").unwrap();
    refused(Buffer::from_fd(read_only(&buffer.as_fd())), BufferError::ReadOnly);
    assert_eq!(Buffer::from_fd_read_only(read_only(&buffer.as_fd())).unwrap().to_vec(), b"read");
}

#[test]
fn no_byte_outside_is_read_or_written() {
    let buffer = Buffer::new(100).unwrap();
    for (offset, count) in [(0, 101), (100, 1), (101, 0), (99, 2), (usize::MAX, 1), (usize::MAX, 0), (50, MOST)] {
        let error = Err(BufferError::Range { offset, count, size: 100 });
        assert_eq!(buffer.fill(offset, count, 1), error);
        if count <= 101 {
            let mut place = vec![7; count];
            assert_eq!(buffer.read_at(offset, &mut place), error);
            assert!(place.iter().all(|byte| *byte == 7));
            assert_eq!(buffer.write_at(offset, &place), error);
        }
    }
    assert_eq!(buffer.load_u64(96), Err(BufferError::Range { offset: 96, count: 8, size: 100 }));
    assert_eq!(buffer.store_u32(100, 1), Err(BufferError::Range { offset: 100, count: 4, size: 100 }));
    assert!(matches!(buffer.load_u32(usize::MAX - 3), Err(BufferError::Range { .. })));
    assert!(buffer.to_vec().iter().all(|byte| *byte == 0));
    // After the last byte, but still on its page.
    other(&buffer).set_len(4096).unwrap();
    assert!(buffer.write_at(100, &[1]).is_err());
    buffer.fill(100, 0, 1).unwrap();
    buffer.fill(10, 90, 0xee).unwrap();
    assert_eq!(buffer.to_vec()[9..11], [0, 0xee]);
}

#[test]
fn numbers_are_loaded_and_stored_where_they_can_be() {
    let buffer = Buffer::new(32).unwrap();
    buffer.store_u8(0, 0xff).unwrap();
    buffer.store_u32(4, 0xdead_beef).unwrap();
    buffer.store_u64(8, u64::MAX - 1).unwrap();
    assert_eq!(buffer.load_u8(0), Ok(0xff));
    assert_eq!(buffer.load_u32(4), Ok(0xdead_beef));
    assert_eq!(buffer.load_u64(8), Ok(u64::MAX - 1));
    let mut bytes = [0; 4];
    buffer.read_at(4, &mut bytes).unwrap();
    assert_eq!(u32::from_ne_bytes(bytes), 0xdead_beef);
    // Nothing beside them has changed.
    assert_eq!(buffer.to_vec()[1..4], [0; 3]);
    assert_eq!(buffer.to_vec()[16..], [0; 16]);
    assert_eq!(buffer.load_u32(2), Err(BufferError::Misaligned { offset: 2, to: 4 }));
    assert_eq!(buffer.store_u64(4, 1), Err(BufferError::Misaligned { offset: 4, to: 8 }));
}

#[test]
fn what_was_written_before_a_number_was_stored_is_there_when_it_is_loaded() {
    let buffer = Buffer::new(4096).unwrap();
    let theirs = buffer.try_clone().unwrap();
    let mut stale = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 1..2000_u32 {
                theirs.fill(64, 1000, turn as u8).unwrap();
                theirs.store_u32(0, turn).unwrap();
                while theirs.load_u32(4).unwrap() != turn {
                    thread::yield_now();
                }
            }
        });
        for turn in 1..2000_u32 {
            while buffer.load_u32(0).unwrap() != turn {
                thread::yield_now();
            }
            let mut bytes = [0; 1000];
            buffer.read_at(64, &mut bytes).unwrap();
            stale += usize::from(bytes != [turn as u8; 1000]);
            buffer.store_u32(4, turn).unwrap();
        }
    });
    assert_eq!(stale, 0);
}

#[test]
fn a_writer_that_scribbles_changes_what_is_read_and_nothing_else() {
    let buffer = Buffer::from_bytes(&[0x11; 100_000]).unwrap();
    let theirs = other(&buffer);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        // Once by system calls on another descriptor, once through the same mapping.
        scope.spawn(|| {
            use std::os::unix::fs::FileExt as _;
            while !done.load(Ordering::Relaxed) {
                theirs.write_all_at(&[0x22; 100_000], 0).unwrap();
            }
        });
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                buffer.fill(0, 100_000, 0x11).unwrap();
                buffer.store_u64(50_000, 0x2222_2222_2222_2222).unwrap();
            }
        });
        let written = |bytes: &[u8]| bytes.iter().all(|byte| [0x11, 0x22].contains(byte));
        let mut place = vec![0x33; 100_002];
        let holds = (0..500).all(|_| {
            buffer.read_at(0, &mut place[1..100_001]).unwrap();
            written(&place[1..100_001]) && (place[0], place[100_001]) == (0x33, 0x33) && written(&buffer.to_vec())
        });
        done.store(true, Ordering::Relaxed);
        assert!(holds);
    });
}

#[test]
fn memory_that_grows_while_it_is_expanded_is_expanded() {
    for _ in 0..20 {
        let mut buffers: Vec<Buffer> = (0..100).map(|_| Buffer::new(1).unwrap()).collect();
        let theirs: Vec<File> = buffers.iter().map(other).collect();
        // Both come to each buffer at the same time.
        let arrived = std::sync::atomic::AtomicUsize::new(0);
        let meet = |turn: usize| {
            arrived.fetch_add(1, Ordering::SeqCst);
            while arrived.load(Ordering::SeqCst) < 2 * (turn + 1) {
                thread::yield_now();
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                for (turn, file) in theirs.iter().enumerate() {
                    meet(turn);
                    file.set_len(8192).unwrap();
                }
            });
            let expanded: Vec<Result<()>> = buffers
                .iter_mut()
                .enumerate()
                .map(|(turn, buffer)| {
                    meet(turn);
                    buffer.expand(4096).and_then(|()| buffer.write_at(4095, &[1]))
                })
                .collect();
            assert!(expanded.iter().all(Result::is_ok), "{expanded:?}");
        });
    }
}

#[test]
fn a_cursor_reads_writes_and_stops_at_the_end() {
    let buffer = Buffer::new(10).unwrap();
    let mut cursor = buffer.cursor();
    cursor.write_all(b"0123456").unwrap();
    assert_eq!(cursor.write(b"789abc").unwrap(), 3);
    assert_eq!(cursor.write_all(b"x").unwrap_err().kind(), std::io::ErrorKind::WriteZero);
    assert_eq!(cursor.seek(SeekFrom::End(-3)).unwrap(), 7);
    let mut rest = String::new();
    cursor.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), cursor.position()), ("789", 10));
    assert_eq!(cursor.seek(SeekFrom::Start(u64::MAX)).unwrap(), u64::MAX);
    assert_eq!(cursor.read(&mut [0]).unwrap(), 0);
    assert_eq!(cursor.write(&[0]).unwrap(), 0);
    assert!(cursor.seek(SeekFrom::Current(1)).is_err());
    assert!(cursor.seek(SeekFrom::End(-11)).is_err());
    assert_eq!(cursor.seek(SeekFrom::Start(1)).unwrap(), 1);
    let mut again = Vec::new();
    cursor.clone().read_to_end(&mut again).unwrap();
    assert_eq!((again.as_slice(), cursor.position()), (&b"123456789"[..], 1));
}

#[test]
fn a_buffer_has_its_name_and_is_closed_on_exec_and_not_executable() {
    let buffer = Buffer::named("pixels", 1).unwrap();
    assert_eq!(buffer.name().unwrap(), "pixels");
    assert_eq!(Buffer::new(1).unwrap().name().unwrap(), "buffer");
    assert!(Buffer::named("a\0b", 1).is_err() && Buffer::named(&"x".repeat(300), 1).is_err());
    // SAFETY: takes numbers alone.
    assert_eq!(unsafe { libc::fcntl(buffer.as_fd().as_raw_fd(), libc::F_GETFD) }, libc::FD_CLOEXEC);
    let seals = memory::seals(buffer.as_fd()).unwrap();
    assert_eq!(seals & (libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL), libc::F_SEAL_SHRINK);
    let mode = std::os::unix::fs::PermissionsExt::mode(&other(&buffer).metadata().unwrap().permissions());
    // Before Linux 6.3 there is nothing to forbid it with.
    assert!(mode & 0o111 == 0 || seals & libc::F_SEAL_EXEC == 0, "{mode:o}");
}

#[test]
fn the_descriptor_goes_on_without_the_buffer() {
    let buffer = Buffer::from_bytes(b"stays").unwrap();
    let again = Buffer::from_fd(buffer.into_fd()).unwrap();
    assert_eq!(again.to_vec(), b"stays");
    let descriptor: OwnedFd = again.into();
    let mut text = String::new();
    File::from(descriptor).read_to_string(&mut text).unwrap();
    assert_eq!(text, "stays");
}

#[test]
fn errors_name_the_cure() {
    for (error, cure) in [
        (BufferError::TooLarge { size: 2, most: 1 }, "from_fd_up_to"),
        (BufferError::NotMemory, "memfd_create"),
        (BufferError::NotSealed, "MFD_ALLOW_SEALING"),
        (BufferError::ReadOnly, "from_fd_read_only"),
    ] {
        assert!(crate::Error::from(error).to_string().contains(cure), "{error}");
    }
}
