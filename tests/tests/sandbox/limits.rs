//! Limits on what the sandboxee uses.

use std::time::Duration;

use sandbox2::Status;

use crate::{ANYTHING, executor, run};

#[test]
fn the_address_space_has_a_limit() {
    let Some(mut executor) = executor("consume", &["memory"]) else { return };
    executor.limits_mut().set_address_space(512 << 20);
    let (outcome, text) = run(executor, &ANYTHING);
    assert!(outcome.is_ok(), "{outcome:#}");
    assert!(text.starts_with("refused after"), "{text}");
}

#[test]
fn without_that_limit_memory_is_to_be_had() {
    let Some(executor) = executor("consume", &["memory"]) else { return };
    let (outcome, text) = run(executor, &ANYTHING);
    assert_eq!(text, "took everything\n", "{outcome:#}");
}

#[test]
fn processor_time_has_a_limit() {
    let Some(mut executor) = executor("consume", &["cpu"]) else { return };
    executor.limits_mut().set_cpu(Duration::from_secs(1));
    let (outcome, _) = run(executor, &ANYTHING);
    let Status::Signaled { signal, .. } = outcome.status else { panic!("{outcome:#}") };
    assert!([libc::SIGXCPU, libc::SIGKILL].contains(&signal), "{outcome:#}");
}

#[test]
fn files_have_a_largest_size() {
    let Some(mut executor) = executor("consume", &["file", "/tmp/big"]) else { return };
    executor = executor.tmpfs("/tmp", 64 << 20);
    executor.limits_mut().set_file_size(1 << 20);
    let (outcome, _) = run(executor, &ANYTHING);
    assert!(matches!(outcome.status, Status::Signaled { signal: libc::SIGXFSZ, .. }), "{outcome:#}");
}

#[test]
fn descriptors_are_counted() {
    let Some(mut executor) = executor("consume", &["descriptors"]) else { return };
    executor.limits_mut().set_open_files(20);
    let (outcome, text) = run(executor, &ANYTHING);
    assert_eq!(text, "last Some(19)\n", "{outcome:#}");
}
