use sandbox2::policy;

policy! {
    static POLICY;

    baseline linux(6.6); //~ not_yet
    limit instructions <= 64; //~ not_yet
    use crate::policies::LOGGING; //~ not_yet
    network proxy { ipv4 "10.0.0.0/8":443; } //~ not_yet
    bpf mprotect { //~ not_yet
        ARG_32(2); JNE32(3, KILL);
        ALLOW;
    }
    default NOTIFY; //~ not_yet
    NOTIFY read; //~ not_yet
    ALLOW write;
}

fn main() {}
