//! `policy!` inside macros of the user's.

use sandbox2::{Action, Policy, SeccompData, policy};

macro_rules! worker {
    ($name:ident, $call:ident, $fd:expr) => {
        policy! {
            static $name;
            ALLOW $call if fd == { $fd };
        }
    };
}

macro_rules! either {
    ($($call:ident),*; $limit:literal) => {
        policy! { ALLOW $($call),* if count < $limit; }
    };
}

macro_rules! whole {
    ($($rules:tt)*) => { policy! { $($rules)* } };
}

macro_rules! constant {
    ($value:expr) => {{
        const HIDDEN: u32 = $value;
        policy! { ALLOW close if fd == { HIDDEN }; }
    }};
}

macro_rules! one_operand {
    ($vis:vis $name:ident, $condition:expr, $subject:expr, $mask:expr) => {
        policy! {
            $vis static $name;
            ALLOW write if count == 5 && $condition;
            ALLOW read if !$condition;
            ALLOW close if $subject == 3;
            ALLOW dup if fildes & $mask == 0;
        }
    };
}

one_operand!(pub(crate) OPERANDS, fd == 1 || fd == 2, fd & 3, 1 | 2);

worker!(READER, read, 3);
worker!(WRITER, write, 1 + 1);

whole! {
    /// Passed on as it is.
    pub static PASSED_ON;
    ALLOW read;
    write {
        fd == 1 => ALLOW,
        _ => ERRNO(EBADF),
    }
}

fn main() {
    let one: Policy = either!(read, write; 4096);
    let two = whole! { ALLOW close; };
    let three = constant!(7);
    let arch = OPERANDS.arch();
    let nr = sandbox2::__private::libc::SYS_write as u32;
    let write = |fd, count| {
        let args = [fd, 0, count, 0, 0, 0];
        OPERANDS.evaluate(&SeccompData { nr, arch: arch.audit(), instruction_pointer: 0, args }).action
    };
    assert_eq!([write(1, 5), write(2, 5), write(2, 4)], [Action::Allow, Action::Allow, Action::Kill]);
    assert!(format!("{READER:?}{WRITER:?}{PASSED_ON:?}{one:?}{two:?}{three:?}").contains("PASSED_ON"));
}
