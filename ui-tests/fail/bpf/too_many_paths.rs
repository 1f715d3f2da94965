use sandbox2::policy;

policy! {
    static POLICY;

    bpf write { //~ too_many_paths
        ARG_32(0);
        JA32(1, JUMP(l0));
        LABEL(l0);
        JA32(2, JUMP(l1));
        LABEL(l1);
        JA32(4, JUMP(l2));
        LABEL(l2);
        JA32(8, JUMP(l3));
        LABEL(l3);
        JA32(16, JUMP(l4));
        LABEL(l4);
        JA32(32, JUMP(l5));
        LABEL(l5);
        JA32(64, JUMP(l6));
        LABEL(l6);
        JA32(128, JUMP(l7));
        LABEL(l7);
        JA32(256, JUMP(l8));
        LABEL(l8);
        JA32(512, JUMP(l9));
        LABEL(l9);
        JA32(1024, JUMP(l10));
        LABEL(l10);
        JA32(2048, JUMP(l11));
        LABEL(l11);
        ALLOW;
    }
}

fn main() {}
