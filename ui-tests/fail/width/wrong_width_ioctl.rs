//! CVE-2019-10063 and CVE-2019-7303: the kernel reads 32 bits of `cmd`. A filter that compares all 64 with TIOCSTI is walked
//! around by setting a bit in the upper half.

use sandbox2::policy;

policy! {
    static POLICY;

    danger { default ALLOW; }
    ERRNO(1) ioctl if cmd: u64 == 0x5412; //~ wrong_width
}

fn main() {}
