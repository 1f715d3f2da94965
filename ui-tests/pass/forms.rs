//! Items and expressions: wherever a policy can be written.

use sandbox2::{Policy, policy};

policy! {
    static PRIVATE;
    ALLOW read;
}

policy! {
    /// What the worker may do.
    ///
    /// Only reading.
    #[doc(alias = "worker")]
    #[allow(dead_code)]
    pub(crate) static WORKER;
    ALLOW read;
}

policy! {
    pub static EMPTY;
}

mod inner {
    sandbox2::policy! {
        pub(in crate::inner) static RESTRICTED;
        ALLOW write;
    }

    sandbox2::policy! {
        pub(super) static SECOND;
        ALLOW write;
    }

    pub fn restricted() -> &'static sandbox2::Policy {
        &RESTRICTED
    }
}

const CONSTANT: Policy = policy! { ALLOW read; };
static STATIC: Policy = policy! {
    ALLOW read;
    default ERRNO(EPERM);
};
const NOTHING: Policy = policy! {};

struct Worker;

impl Worker {
    const POLICY: Policy = policy!(ALLOW read, write;);
}

fn returned() -> Policy {
    policy! { ALLOW read; }
}

const fn constant() -> Policy {
    policy![ALLOW read;]
}

fn main() {
    policy! {
        static LOCAL;
        ALLOW close;
    }
    let local = policy! { ALLOW read; };
    const REFERENCE: &Policy = &policy! { ALLOW read; };
    let reference: &'static Policy = REFERENCE;
    let all: [&Policy; 6] = [&PRIVATE, &WORKER, &EMPTY, &LOCAL, &inner::SECOND, inner::restricted()];
    let expressions = [&CONSTANT, &STATIC, &NOTHING, &Worker::POLICY, &returned(), &constant(), &local, reference];
    for (policy, name) in all.into_iter().zip(["PRIVATE", "WORKER", "EMPTY", "LOCAL", "SECOND", "RESTRICTED"]) {
        assert!(format!("{policy:?}").contains(name));
    }
    assert!(expressions.iter().all(|policy| format!("{policy:?}").contains("None")));
}
