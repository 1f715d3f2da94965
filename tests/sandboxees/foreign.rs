//! Makes a system call by the convention of another architecture: `getpid` of i386, which is number 20 there.

fn main() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: getpid changes nothing but the result register; rbx is kept, the upper halves of r8 to r11 are given up.
    unsafe {
        std::arch::asm!("int 0x80", inout("eax") 20 => _, out("r8") _, out("r9") _, out("r10") _, out("r11") _);
    }
    println!("survived");
}
