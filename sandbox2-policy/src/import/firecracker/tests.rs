use super::*;
use crate::import::testing::{fails, means, notes};

fn filter(default: &str, action: &str, rules: &str) -> Result<Imported, ImportError> {
    let text =
        format!("{{\"vmm\": {{\"default_action\": {default}, \"filter_action\": {action}, \"filter\": [{rules}]}}}}");
    import(&text, "vmm", Arch::X86_64)
}

fn cond(call: &str, cond: &str) -> Result<Imported, ImportError> {
    filter("\"trap\"", "\"allow\"", &format!("{{\"syscall\": \"{call}\", \"args\": [{{{cond}}}]}}"))
}

#[test]
fn a_rule_that_holds_gives_the_filters_action() {
    means(
        filter(
            "\"trap\"",
            "\"allow\"",
            r#"{"syscall": "read", "comment": "why"}, {"syscall": "write", "args": [
                {"index": 0, "type": "dword", "op": "eq", "val": 1, "comment": "out"}, {"index": 2, "type": "qword", "op": "le", "val": 9}]},
               {"syscall": "write", "args": [{"index": 0, "type": "dword", "op": "eq", "val": 2}]}, {"syscall": "open"}"#,
        ),
        "default TRAP(0); if arch x86_64 { ALLOW read, open; ALLOW write if fd == 1 && count <= 9 || fd == 2; }",
    );
}

#[test]
fn every_operator() {
    let mmap = |op: &str| cond("mmap", &format!("\"index\": 1, \"type\": \"qword\", \"op\": {op}, \"val\": 6"));
    for (op, ours) in [
        ("\"eq\"", "len == 6"),
        ("\"ne\"", "len != 6"),
        ("\"ge\"", "len >= 6"),
        ("\"gt\"", "len > 6"),
        ("\"le\"", "len <= 6"),
        ("\"lt\"", "len < 6"),
        ("{\"masked_eq\": 7}", "len & 7 == 6"),
    ] {
        means(mmap(op), &format!("default TRAP(0); danger {{ if arch x86_64 {{ ALLOW mmap if {ours}; }} }}"));
    }
}

#[test]
fn a_dword_permits_what_both_tools_permit() {
    let lseek = |op: &str, action: &str, default: &str| {
        filter(
            default,
            action,
            &format!(
                "{{\"syscall\": \"lseek\", \"args\": [{{\"index\": 1, \"type\": \"dword\", \"op\": \"{op}\", \"val\": 6}}]}}"
            ),
        )
    };
    let allow = |op| lseek(op, "\"allow\"", "\"kill_process\"");
    means(allow("eq"), "if arch x86_64 { ALLOW lseek if offset & 0xffff_ffff == 6; }");
    means(allow("lt"), "if arch x86_64 { ALLOW lseek if offset in 0..=5; }");
    means(allow("ne"), "if arch x86_64 { ALLOW lseek if offset & 0xffff_ffff != 6; }");
    means(lseek("ne", "{\"errno\": 1}", "\"kill_process\""), "if arch x86_64 { ERRNO(EPERM) lseek if offset != 6; }");
}

#[test]
fn every_action() {
    for (action, ours) in [
        ("\"allow\"", "ALLOW"),
        ("\"log\"", "LOG"),
        ("\"kill_process\"", "KILL"),
        ("\"kill_thread\"", "KILL"),
        ("{\"errno\": 13}", "ERRNO(EACCES)"),
        ("{\"trace\": 7}", "NOTIFY"),
    ] {
        means(
            filter("\"trap\"", action, "{\"syscall\": \"read\"}"),
            &format!("default TRAP(0); if arch x86_64 {{ {ours} read; }}"),
        );
    }
    assert_eq!(
        notes(filter("\"kill_thread\"", "{\"trace\": 7}", "{\"syscall\": \"read\"}")),
        "the policy: kill_thread ends the whole process, not only the thread\n\
         /vmm/filter_action: trace becomes NOTIFY: a handler of the host's decides instead of a tracer"
    );
}

#[test]
fn what_is_wrong_is_told_with_a_pointer() {
    fails(import("{}", "vmm", Arch::X86_64), "the policy: there is no filter for \"vmm\" (the file has no filter)");
    fails(
        import("{\"a/b\": {}}", "vmm", Arch::X86_64),
        "the policy: there is no filter for \"vmm\" (there are \"a/b\")",
    );
    fails(import("{\"a/b\": {}}", "a/b", Arch::X86_64), "/a~1b: there is no \"default_action\" (add it)");
    fails(
        import("[]", "vmm", Arch::X86_64),
        "the policy: a list where an object is due (see Firecracker's docs/seccompiler.md)",
    );
    fails(
        import("{\"a\": 1, \"a\": 2}", "a", Arch::X86_64),
        "1:12: the key \"a\" is there twice (the policy is to be JSON with whole numbers, each key once)",
    );
    for (call, args, message) in [
        ("raed", "", "/vmm/filter/0/syscall: unknown system call `raed` (did you mean `read`?)"),
        (
            "read",
            r#""index": 6, "type": "dword", "op": "eq", "val": 1"#,
            "/vmm/filter/0/args/0/index: no number, or one out of range (write a whole number from 0 to 5)",
        ),
        (
            "read",
            r#""index": 0, "type": "word", "op": "eq", "val": 1"#,
            "/vmm/filter/0/args/0/type: unknown type \"word\" (the types are \"dword\" and \"qword\")",
        ),
        (
            "read",
            r#""index": 0, "type": "dword", "op": "is", "val": 1"#,
            "/vmm/filter/0/args/0/op: unknown operator \"is\" (write eq, ne, ge, gt, le, lt or {\"masked_eq\": mask})",
        ),
        (
            "read",
            r#""index": 0, "type": "dword", "op": "eq", "val": -1"#,
            "/vmm/filter/0/args/0/val: no number, or one out of range (write a whole number from 0 to 2^64 - 1)",
        ),
        (
            "read",
            r#""index": 0, "type": "dword", "op": "eq", "val": 4294967296"#,
            "/vmm/filter/0/args/0/val: the number does not fit into a dword (write \"qword\", or a number below 2^32)",
        ),
        (
            "read",
            r#""index": 0, "type": "dword", "op": {"masked_eq": 1}, "val": 2"#,
            "/vmm/filter/0/args/0/op: the mask and the number do not go together, and tools differ on what that means (write a number that is within the mask, and both within the type)",
        ),
        (
            "read",
            r#""index": 0, "typ": "dword""#,
            "/vmm/filter/0/args/0/typ: unknown key \"typ\" (did you mean \"type\"?)",
        ),
        (
            "read",
            r#""index": 1, "type": "qword", "op": "eq", "val": 5"#,
            "/vmm/filter/0/args/0: `buf` of `read` is a pointer (`char *`) (a pointer can only be compared with 0: what it points at can change after the check)",
        ),
        (
            "read",
            r#""index": 4, "type": "qword", "op": "eq", "val": 5"#,
            "/vmm/filter/0/args/0: `read` has 3 arguments on x86_64: the kernel does not read argument 4 (leave the comparison out: whoever makes the call can put anything there)",
        ),
    ] {
        fails(cond(call, args), message);
    }
    fails(
        filter("\"trap\"", "\"alow\"", ""),
        "/vmm/filter_action: unknown action \"alow\" (actions are \"allow\", \"log\", \"trap\", \"kill_process\", \"kill_thread\", \
         {\"errno\": n} and {\"trace\": n})",
    );
    fails(
        filter("{\"errno\": 0}", "\"allow\"", ""),
        "/vmm/default_action/errno: the error 0 lets the program believe that the call was made (write the error that it should \
         see, from 1 to 4095)",
    );
    fails(
        filter("\"trap\"", "\"allow\"", "{\"syscall\": \"read\", \"args\": []}"),
        "/vmm/filter/0/args: a rule with an empty list of conditions (leave `args` out, if the rule is for every call)",
    );
    let open = "{\"vmm\": {\"default_action\": \"trap\", \"filter_action\": \"allow\", \"filter\": [{\"syscall\": \"open\"}]}}";
    fails(
        import(open, "vmm", Arch::Aarch64),
        "/vmm/filter/0/syscall: `open` does not exist on aarch64 (import the file for the architecture that it is for)",
    );
}

#[test]
fn a_hostile_text_is_an_error_and_soon() {
    let error = import(&"[".repeat(100_000), "vmm", Arch::X86_64).unwrap_err();
    assert_eq!(error.message, "recursion limit exceeded");
    let error = import(&" ".repeat(crate::import::MOST_BYTES + 1), "vmm", Arch::X86_64).unwrap_err();
    assert_eq!(error.message, "the policy is longer than 1048576 bytes");
    let many = vec!["{\"syscall\":\"read\"}"; MOST_RULES + 1].join(",");
    assert_eq!(filter("\"trap\"", "\"allow\"", &many).unwrap_err().message, "more than 16384 rules");
}
