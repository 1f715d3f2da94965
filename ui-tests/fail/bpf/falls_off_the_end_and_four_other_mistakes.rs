use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG(0); //~ wrong_width
        JEQ(1, ERRNO(EBADFF)); //~ unknown_errno
        ARG(2);
        JLE32(4096, JUMP(large)); //~ wrong_form unknown_label
        JEQ(0, ALLOW); //~ falls_off_the_end
    }
}

fn main() {}
