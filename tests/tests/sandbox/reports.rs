//! What a violation's report says.

use sandbox2::DecidedBy;

use crate::{ANYTHING_BUT, PRINTING, executor, run};

fn report(calls: &[String]) -> Option<(sandbox2::Outcome, String)> {
    let args: Vec<&str> = calls.iter().map(String::as_str).collect();
    let (outcome, _) = run(executor("call", &args)?, &PRINTING);
    let full = format!("{outcome:#}");
    Some((outcome, full))
}

#[test]
fn it_names_the_call_its_arguments_and_the_line_that_would_allow_it() {
    let Some((outcome, full)) = report(&[format!("{},2,0,0", libc::SYS_write)]) else { return };
    assert!(outcome.to_string().starts_with("SYSCALL VIOLATION"), "{outcome}");
    assert!(full.contains("write"), "{full}");
    assert!(full.contains("fd"), "{full}");
    assert!(full.contains("ALLOW write if fd == 2;"), "{full}");
}

#[test]
fn it_says_that_the_default_decided() {
    let Some((outcome, full)) = report(&[libc::SYS_getpid.to_string()]) else { return };
    assert!(full.contains("default"), "{full}");
    assert!(full.contains("ALLOW getpid;"), "{full}");
    assert!(outcome.violation().is_some());
}

#[test]
fn a_dangerous_call_is_allowed_by_a_danger_line_alone() {
    let Some((_, full)) = report(&[libc::SYS_ptrace.to_string()]) else { return };
    assert!(full.contains("danger { ALLOW ptrace; }"), "{full}");
}

#[test]
fn a_number_that_no_table_knows_is_reported_as_a_number() {
    let Some((_, full)) = report(&["1999".to_owned()]) else { return };
    assert!(full.contains("1999"), "{full}");
}

#[cfg(target_arch = "x86_64")]
#[test]
fn an_x32_call_is_reported_as_what_it_is() {
    let Some((outcome, full)) = report(&[(0x4000_0000_i64 | libc::SYS_getpid).to_string()]) else { return };
    assert!(full.contains("x32"), "{full}");
    let violation = outcome.violation().unwrap_or_else(|| panic!("{full}"));
    assert_eq!((&violation.decided_by, &violation.suggestion), (&DecidedBy::X32, &None));
}

/// `PROT_EXEC` is one of the arguments of the call that is decoded by name.
#[test]
fn flags_are_shown_by_name() {
    let Some((_, full)) = report(&[format!("{},0,4096,7", libc::SYS_mprotect)]) else { return };
    assert!(full.contains("PROT_READ | PROT_WRITE | PROT_EXEC"), "{full}");
}

/// Under a default of ALLOW too: no policy lets it through, so there is no line that would.
#[cfg(target_arch = "x86_64")]
#[test]
fn a_call_of_another_architecture_is_a_violation_without_a_cure() {
    let Some(executor) = executor("foreign", &[]) else { return };
    let (outcome, text) = run(executor, &crate::ANYTHING);
    assert_eq!(text, "");
    match &outcome.status {
        sandbox2::Status::Violation(violation) => {
            assert_eq!((&violation.decided_by, &violation.suggestion), (&DecidedBy::ForeignArchitecture, &None));
            assert_eq!((violation.architecture.as_str(), violation.number), ("i386", 20));
            assert_eq!(violation.syscall, None, "20 is another call here");
        }
        sandbox2::Status::Signaled { signal: libc::SIGSEGV, .. } => {
            sandbox2_tests::host::skip("this kernel has no 32-bit calls");
        }
        _ => panic!("{outcome:#}"),
    }
}

#[test]
fn the_rule_that_decided_is_named_with_its_place() {
    let Some(executor) = executor("call", &[&format!("{},18", libc::SYS_umask)]) else { return };
    let (outcome, _) = run(executor, &ANYTHING_BUT);
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    let DecidedBy::Rule { place, action } = &violation.decided_by else { panic!("{outcome:#}") };
    assert!(place.file.ends_with("tests/sandbox/main.rs"), "{place:?}");
    let source = include_str!("main.rs").lines().nth(place.line as usize - 1).expect("the line is there");
    assert_eq!(&source[place.column as usize - 1..], "umask, chdir;");
    assert_eq!((place.text.as_str(), action.as_str()), ("KILL umask;", "KILL"));
    assert_eq!(violation.policy.as_deref(), Some("ANYTHING_BUT"));
    assert_eq!(violation.architecture, std::env::consts::ARCH);
    assert!(violation.instruction_pointer != 0 && violation.pid != 0);
    let place = format!("{}:{}:{}", place.file, place.line, place.column);
    assert!(format!("{outcome:#}").contains(&place), "{outcome:#}");
}

#[test]
fn a_path_is_copied_and_cannot_write_to_the_terminal() {
    let Some(executor) = executor("files", &["enter", "/\u{1b}[31mred\n\u{202e}"]) else { return };
    let (outcome, _) = run(executor, &ANYTHING_BUT);
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!(violation.syscall.as_deref(), Some("chdir"));
    let text = violation.arguments[0].text.as_deref().unwrap_or_default();
    assert!(text.starts_with("/\\x1b[31mred\\n"), "{outcome:#}");
    for text in [text.to_owned(), outcome.to_string(), format!("{outcome:#}")] {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    }
    assert_eq!(violation.suggestion.as_deref(), Some("ALLOW chdir;"));
}
