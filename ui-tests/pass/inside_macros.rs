//! `policy!` inside macros of the user's.

use sandbox2::{Policy, policy};

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
    assert!(format!("{READER:?}{WRITER:?}{PASSED_ON:?}{one:?}{two:?}{three:?}").contains("PASSED_ON"));
}
