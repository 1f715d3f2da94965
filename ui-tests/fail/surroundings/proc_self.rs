use sandbox2::policy;

policy! {
    static POLICY;

    dir "/proc/self"; //~ proc_self
    file "/proc/self/maps" as "/maps"; //~ proc_self
    dir "/proc/thread-self/fd"; //~ proc_self
}

fn main() {}
