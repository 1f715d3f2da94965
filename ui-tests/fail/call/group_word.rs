use sandbox2::policy;

policy! {
    static POLICY;

    use futex; //~ group_word
    use futex(WAYT); //~ group_word
    use futex(SLEEP); //~ group_word
    use time(CLOCK); //~ group_word
    use futex(WAIT, WAKE), exit;
}

fn main() {}
