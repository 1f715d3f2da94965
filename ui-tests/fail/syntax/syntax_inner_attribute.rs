use sandbox2::policy;

policy! {
    #![doc = "What the worker may do."] //~ syntax
    pub static WORKER;

    ALLOW read;
}

fn main() {
    let _policy = &WORKER;
}
