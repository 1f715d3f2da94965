//! Memory that a host and a sandboxee share.

use std::os::fd::AsFd;
use std::path::Path;

use sandbox2::{Executor, Sandbox2};
use sandbox2_client::{Buffer, Comms};
use sandbox2_tests::host;

sandbox2::policy! {
    /// What it takes to have the memory of descriptor 3, and a program around it.
    static SHARER;

    use dynamic_startup, rust_std;
    ALLOW fcntl if fd == 3 && cmd == F_GET_SEALS;
    ALLOW fstatfs, fstat, ftruncate if fd == 3;
    ALLOW mmap if fd == 3 && prot == PROT_READ | PROT_WRITE && flags == MAP_SHARED;
    ALLOW munmap;
}

sandbox2::policy! {
    /// What it takes to make a buffer, to expand and to send it.
    static MAKER;

    use dynamic_startup, rust_std;
    ALLOW memfd_create, ftruncate, fstat, mremap, munmap;
    ALLOW fcntl if cmd == F_ADD_SEALS;
    ALLOW mmap if prot == PROT_READ | PROT_WRITE && flags == MAP_SHARED;
    ALLOW sendto, sendmsg if fd == 5;
}

#[test]
fn a_host_takes_the_memory_that_its_sandboxee_made() {
    if !host::can_launch() {
        return;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_sharer"));
    let mut executor = Executor::new(program, ["sharer", "make"]).libraries(program);
    let mut comms = Comms::new(executor.ipc_mut().receive_fd(5).unwrap());
    let outcome = Sandbox2::new(executor, &MAKER).run();
    assert!(outcome.is_ok(), "{outcome:#}");
    // It outlives the sandboxee.
    let buffer = Buffer::from_fd(comms.receive_descriptor().unwrap()).unwrap();
    let bytes = buffer.to_vec();
    assert_eq!((bytes.len(), &bytes[..11], &bytes[bytes.len() - 3..]), (1 << 20, &b"from inside"[..], &b"end"[..]));
}

#[test]
fn a_sandboxee_changes_the_memory_that_its_host_gave_it_and_cannot_take_it_away() {
    if !host::can_launch() {
        return;
    }
    let bytes: Vec<u8> = (0..1_u32 << 20).map(|number| (number % 251) as u8).collect();
    let buffer = Buffer::from_bytes(&bytes).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_sharer"));
    let mut executor = Executor::new(program, ["sharer"]).libraries(program);
    executor.ipc_mut().map_dup_fd(buffer.as_fd(), 3).unwrap();
    let outcome = Sandbox2::new(executor, &SHARER).run();
    assert!(outcome.is_ok(), "{outcome:#}");
    assert!(buffer.to_vec().into_iter().map(|byte| !byte).eq(bytes));
    // The host's descriptor is still one.
    assert_eq!(Buffer::from_fd(buffer.as_fd().try_clone_to_owned().unwrap()).unwrap().len(), 1 << 20);
}
