use sandbox2::policy;

policy! {
    static POLICY;

    limit instructions <= 5; //~ limit_exceeded
    limit path <= 4; //~ limit_exceeded
    ALLOW read;
    ALLOW write if fd == 1 && count < 4096;
}

fn main() {}
