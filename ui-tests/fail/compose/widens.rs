use sandbox2::policy;

policy! {
    static CEILING;

    ALLOW read, write if fd in 0..=2;
    ALLOW exit_group;
}

policy! {
    static POLICY;

    restrict CEILING; //~ widens
    ALLOW read if fd <= 3;
}

policy! {
    static WIDENING;

    use CEILING;
    restrict ALLOW write if fd <= 3; //~ widens
    restrict KILL read if fd == 0;
}

fn main() {}
