use sandbox2::policy;

policy! {
    static WRONG;

    baseline linux(5.25); //~ unknown_kernel
}

policy! {
    static FUTURE;

    baseline linux(99.0); //~ unknown_kernel
}

policy! {
    static ANCIENT;

    baseline linux(1.0); //~ unknown_kernel
}

fn main() {}
