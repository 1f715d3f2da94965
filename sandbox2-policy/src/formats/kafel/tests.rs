use super::*;
use crate::formats::testing::{fails, means, notes};

fn kafel(text: &str) -> Result<Imported, ImportError> {
    import(text, &Kafel::default())
}

#[test]
fn the_first_rule_decides_and_policies_are_pasted_where_they_are_used_first() {
    means(
        kafel(
            "POLICY io { ALLOW { read, write { fd == 1 } } }
             POLICY strict { ERRNO(1) { write, close }, USE io }
             USE io, USE strict DEFAULT KILL",
        ),
        "ALLOW read; write { fd == 1 => ALLOW, _ => ERRNO(EPERM), } ERRNO(EPERM) close;",
    );
}
