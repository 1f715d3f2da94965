//! Stacks of real programs, compiled here, stopped by `ptrace`, told by the worker in its sandbox.
//!
//! The tests' own executable is the worker: it has this crate in it.

mod hostile;
mod programs;

use self::programs::{Language, Program};
use super::*;
use crate::report::stack::Frame;
use crate::symbolizer::Worker;

const RUST: &str = r#"
mod deep {
    #[inline(always)]
    fn inlined(text: &str) {
        super::wait(text); // inlined
    }

    #[inline(never)]
    pub fn inner(text: &str) -> usize {
        inlined(text); // inner
        text.len()
    }
}

struct Generic<T>(T);

impl<T: AsRef<str>> Generic<T> {
    #[inline(never)]
    fn outer(&self) -> usize {
        deep::inner(self.0.as_ref()) + 1 // outer
    }
}

#[inline(never)]
fn wait(text: &str) {
    use std::io::{Read, Write};
    std::io::stdout().write_all(text.as_bytes()).unwrap();
    std::io::stdout().flush().unwrap();
    std::io::stdin().read_exact(&mut [0]).unwrap();
}

fn main() {
    std::process::exit(Generic(String::from("!")).outer() as i32); // main
}
"#;

const CPP: &str = r#"
#include <unistd.h>

__attribute__((noinline)) void CrashMe(char x) {
    volatile char *volatile nothing = nullptr;
    *nothing = x;  // crash
}

namespace test {
template <typename T> struct Runner {
    __attribute__((noinline)) int RunTest(T x) {
        CrashMe(x);  // run
        return x + 1;
    }
};
}

__attribute__((noinline)) int Odd(int n);
__attribute__((noinline)) int Even(int n) {
    return n == 0 ? test::Runner<char>().RunTest('x') + 1 : Odd(n - 1) + 1;  // even
}
__attribute__((noinline)) int Odd(int n) {
    return Even(n - 1) + 1;  // odd
}

int main() {
    char c = '!';
    if (write(1, &c, 1) != 1 || read(0, &c, 1) != 1) return 1;
    return Even(10);  // main
}
"#;

/// The line of the source that ends with that comment.
fn line_of(source: &str, mark: &str) -> u32 {
    let line = source.lines().position(|line| line.ends_with(&format!("// {mark}"))).unwrap();
    u32::try_from(line + 1).unwrap()
}

fn find<'a>(stack: &'a Stack, function: &str) -> &'a Frame {
    let mut frames = stack.frames.iter();
    let found = frames.find(|frame| frame.function.as_deref() == Some(function));
    found.unwrap_or_else(|| panic!("{function} is not in\n{stack:#}"))
}

#[track_caller]
fn is_at(frame: &Frame, file: &str, source: &str, mark: &str) {
    let line = line_of(source, mark);
    assert!(frame.file.as_deref().is_some_and(|path| path.ends_with(file)), "{frame:#}");
    assert_eq!(frame.line, Some(line), "{frame:#}");
}

fn the_only(mut stacks: Vec<Stack>) -> Stack {
    assert_eq!(stacks.len(), 1);
    stacks.remove(0)
}

/// The names of the functions that a sandboxee's author would know.
fn names(stack: &Stack) -> Vec<&str> {
    stack.frames.iter().filter_map(|frame| frame.function.as_deref()).collect()
}

#[test]
fn a_rust_program_is_told_with_files_and_lines() {
    let Some(program) = Program::compile(Language::Rust, RUST, &["-g"]) else { return };
    let stack = the_only(program.start().interrupted().stacks(&StackTraces::new()));
    assert_eq!(stack.error, None, "{stack:#}");
    assert!(!stack.truncated);
    let file = program.source_name();
    for (function, mark) in
        [("program::deep::inlined", "inlined"), ("program::deep::inner", "inner"), ("program::main", "main")]
    {
        is_at(find(&stack, function), file, RUST, mark);
    }
    assert!(find(&stack, "program::deep::inlined").inlined);
    assert!(!find(&stack, "program::deep::inner").inlined);
    let outer =
        stack.frames.iter().find(|frame| frame.function.as_ref().is_some_and(|name| name.ends_with(">::outer")));
    is_at(outer.unwrap(), file, RUST, "outer");
}

fn assert_is_the_crash(stack: &Stack, program: &Program) {
    assert_eq!(stack.error, None, "{stack:#}");
    is_at(&stack.frames[0], program.source_name(), CPP, "crash");
    assert_eq!(stack.frames[0].function.as_deref(), Some("CrashMe(char)"), "{stack:#}");
    is_at(&stack.frames[1], program.source_name(), CPP, "run");
    assert_eq!(stack.frames[1].function.as_deref(), Some("test::Runner<char>::RunTest(char)"), "{stack:#}");
    let count = |name: &str| names(stack).iter().filter(|function| **function == name).count();
    assert_eq!((count("Even(int)"), count("Odd(int)"), count("main")), (6, 5, 1), "{stack:#}");
    is_at(find(stack, "Odd(int)"), program.source_name(), CPP, "odd");
    is_at(find(stack, "main"), program.source_name(), CPP, "main");
}

#[test]
fn a_crash_of_a_cpp_program_is_told_where_it_happened() {
    for flags in
        [&["-g", "-O1"][..], &["-g", "-O1", "-static"], &["-g", "-O0", "-no-pie"], &["-g", "-O1", "-static-pie"]]
    {
        let Some(program) = Program::compile(Language::Cpp, CPP, &[flags, &["-fno-optimize-sibling-calls"]].concat())
        else {
            continue;
        };
        let stack = the_only(program.start().crashed().stacks(&StackTraces::new()));
        assert_is_the_crash(&stack, &program);
    }
}
