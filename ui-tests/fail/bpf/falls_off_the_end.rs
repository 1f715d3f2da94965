use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        JEQ32(1, ALLOW); //~ falls_off_the_end
    }
    bpf read {
        ARG_32(0);
        JEQ32(1, JUMP(one));
        KILL;
        LABEL(one); //~ falls_off_the_end
    }
}

fn main() {}
