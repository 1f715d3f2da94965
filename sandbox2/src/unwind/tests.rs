//! Stacks of real programs, compiled here, stopped by `ptrace`, told by the worker in its sandbox.
//!
//! The tests' own executable is the worker: it has this crate in it.

mod hostile;
mod programs;

use self::programs::{Language, Program, Running};
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
    if (write(1, &c, 1) != 1 || read(0, &c, 1) != 1) return 1;  // ready
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
    const STATIC: &str = "-Ctarget-feature=+crt-static";
    for flags in [&["-g"][..], &["-g", STATIC], &["-g", STATIC, "-Crelocation-model=static"]] {
        let Some(program) = Program::compile(Language::Rust, RUST, flags) else { continue };
        let stack = the_only(program.start().interrupted().stacks(&StackTraces::new()));
        assert_is_the_chain(&stack, &program);
    }
}

fn assert_is_the_chain(stack: &Stack, program: &Program) {
    assert_eq!(stack.error, None, "{stack:#}");
    assert!(!stack.truncated);
    let file = program.source_name();
    for (function, mark) in
        [("program::deep::inlined", "inlined"), ("program::deep::inner", "inner"), ("program::main", "main")]
    {
        is_at(find(stack, function), file, RUST, mark);
    }
    assert!(find(stack, "program::deep::inlined").inlined);
    assert!(!find(stack, "program::deep::inner").inlined);
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

/// A program that says that it is ready, waits, and goes on with `body`.
fn cpp_with(body: &str, before: &str) -> String {
    let main = "
int main() {
    char c = '!';
    if (write(1, &c, 1) != 1 || read(0, &c, 1) != 1) return 1;
    BODY
    return 0;
}
";
    format!("#include <unistd.h>\n#include <signal.h>\n#include <pthread.h>\n{before}\n{}", main.replace("BODY", body))
}

#[test]
fn a_program_in_memory_alone_is_told_like_any_other() {
    let Some(program) = Program::compile(Language::Cpp, CPP, &["-g", "-O1", "-fno-optimize-sibling-calls"]) else {
        return;
    };
    let memory = std::fs::File::from(crate::sys::calls::memory(c"nameless", 0).unwrap());
    std::io::Write::write_all(&mut &memory, &std::fs::read(program.path()).unwrap()).unwrap();
    let stack = the_only(Running::start_fd(&memory).crashed().stacks(&StackTraces::new()));
    assert_is_the_crash(&stack, &program);
    assert_eq!(stack.frames[0].object.as_deref(), Some("/memfd:nameless (deleted)"));
}

#[test]
fn a_program_that_was_removed_is_told_like_any_other() {
    let Some(program) = Program::compile(Language::Cpp, CPP, &["-g", "-O1", "-fno-optimize-sibling-calls"]) else {
        return;
    };
    let running = program.start();
    std::fs::remove_file(program.path()).unwrap();
    assert_is_the_crash(&the_only(running.crashed().stacks(&StackTraces::new())), &program);
}

#[test]
fn without_debug_information_functions_are_told() {
    for flags in
        [&["-O1", "-fno-optimize-sibling-calls"][..], &["-O1", "-fno-optimize-sibling-calls", "-s", "-rdynamic"]]
    {
        let Some(program) = Program::compile(Language::Cpp, CPP, flags) else { continue };
        let stack = the_only(program.start().crashed().stacks(&StackTraces::new()));
        assert_eq!(stack.error, None, "{stack:#}");
        assert_eq!(
            names(&stack)[..3],
            ["CrashMe(char)", "test::Runner<char>::RunTest(char)", "Even(int)"],
            "{stack:#}"
        );
        let crash = &stack.frames[0];
        assert_eq!((crash.file.as_ref(), crash.line, crash.inlined), (None, None, false));
        assert!((1..0x100).contains(&crash.offset), "{stack:#}");
    }
}

#[test]
fn without_any_symbol_the_file_and_the_place_in_it_are_told() {
    let Some(program) = Program::compile(Language::Cpp, CPP, &["-O1", "-fno-optimize-sibling-calls", "-s"]) else {
        return;
    };
    let stack = the_only(program.start().crashed().stacks(&StackTraces::new()));
    assert_eq!(stack.error, None, "{stack:#}");
    let path = program.path().into_os_string().into_string().unwrap();
    // The crash, RunTest, eleven of Even and Odd, main.
    for frame in &stack.frames[..14] {
        assert_eq!((frame.function.as_ref(), frame.object.as_ref()), (None, Some(&path)), "{stack:#}");
    }
    let place = format!("map:{path}+{:#x}({:#x})", stack.frames[0].offset, stack.frames[0].address);
    assert!(stack.to_string().starts_with(&place), "{stack}");
    // The C library has no other symbols than those that it exports.
    assert!(names(&stack).iter().any(|name| name.starts_with("__libc_start")), "{stack:#}");
}

#[test]
fn a_call_of_a_null_pointer_is_told_with_its_caller() {
    let before = "void (*volatile nothing)();\n__attribute__((noinline)) void caller() { nothing(); asm(\"\"); }";
    let source = cpp_with("caller();", before);
    let Some(program) = Program::compile(Language::Cpp, &source, &["-g", "-O1"]) else { return };
    let stack = the_only(program.start().crashed().stacks(&StackTraces::new()));
    assert_eq!(stack.frames[0].to_string(), "(0x0)", "{stack:#}");
    assert_eq!(names(&stack)[..2], ["caller()", "main"], "{stack:#}");
}

#[test]
fn a_crash_in_a_signal_handler_is_told_with_what_it_interrupted() {
    let before = "void handler(int) { *(volatile char *volatile)nullptr = 1; }\n\
        __attribute__((noinline)) void interrupted() { raise(SIGUSR1); asm(\"\"); }";
    let source = cpp_with("signal(SIGUSR1, handler); interrupted();", before);
    let Some(program) = Program::compile(Language::Cpp, &source, &["-g", "-O1"]) else { return };
    let stack = the_only(program.start().crashed().stacks(&StackTraces::new()));
    let names = names(&stack);
    assert_eq!(
        (names[0], names.contains(&"interrupted()"), names.contains(&"main")),
        ("handler(int)", true, true),
        "{stack:#}"
    );
}

#[test]
fn a_stack_without_end_is_told_as_far_as_was_asked() {
    let before = "__attribute__((noinline)) int endless(int n) { volatile char room[64] = {}; return endless(n + room[0]) + 1; }";
    let source = cpp_with("return endless(1);", before);
    let Some(program) = Program::compile(Language::Cpp, &source, &["-g", "-O1", "-fno-optimize-sibling-calls"]) else {
        return;
    };
    let stopped = program.start().crashed();
    for frames in [200, 3, 1] {
        let stack = the_only(stopped.stacks(&StackTraces::new().max_frames(frames)));
        assert_eq!((stack.frames.len(), stack.truncated), (frames, true), "{stack:#}");
        assert!(names(&stack).iter().all(|name| *name == "endless(int)"), "{stack:#}");
    }
    let stack = the_only(stopped.stacks(&StackTraces::new()));
    assert!(stack.to_string().ends_with("(previous frame repeated 198 times) (more frames follow)"), "{stack}");
}

#[test]
fn each_thread_has_its_stack() {
    let before = "pthread_barrier_t all;
        __attribute__((noinline)) void waits() { char c; pthread_barrier_wait(&all); (void)!read(0, &c, 1); asm(\"\"); }
        void *thread(void *) { waits(); return nullptr; }
        struct Start {
            Start() {
                pthread_barrier_init(&all, nullptr, 4);
                for (int i = 0; i < 3; i++) { pthread_t t; pthread_create(&t, nullptr, thread, nullptr); }
                pthread_barrier_wait(&all);
            }
        } start;";
    let Some(program) = Program::compile(Language::Cpp, &cpp_with("", before), &["-g", "-O1", "-pthread"]) else {
        return;
    };
    let (stopped, others) = program.start().all_interrupted();
    assert_eq!(others.len(), 3);
    let tasks: Vec<_> = stopped.tasks().into_iter().chain(others).collect();
    let stacks = collect(stopped.running.pid(), &tasks, &StackTraces::new(), &Worker);
    assert_eq!(stacks.len(), 4);
    for (stack, (tid, _)) in stacks.iter().zip(&tasks) {
        assert_eq!(i64::from(stack.tid), i64::from(*tid));
        let function = if *tid == stopped.running.pid() { "main" } else { "thread(void*)" };
        find(stack, function);
    }
}

#[test]
fn more_threads_than_are_told_are_counted() {
    let Some(program) = Program::compile(Language::Cpp, CPP, &["-g"]) else { return };
    let stopped = program.start().interrupted();
    let tasks = stopped.tasks().repeat(limits::MAX_THREADS + 3);
    let stacks = collect(stopped.running.pid(), &tasks, &StackTraces::new(), &Worker);
    assert_eq!(stacks.len(), limits::MAX_THREADS);
    assert_eq!(stacks.last().unwrap().error.as_deref(), Some("3 more threads are not told"));
    assert_eq!(stacks[0].error, None);
}

crate::policy! {
    /// Lets everything through but what is dangerous.
    static ANYTHING;

    danger { default ALLOW; }
    use map_exec;
}

#[test]
fn a_sandboxee_s_stack_is_told_through_its_own_root() {
    let Some(program) = Program::compile(Language::Cpp, CPP, &["-g", "-O1", "-fno-optimize-sibling-calls"]) else {
        return;
    };
    let mut executor = crate::Executor::new(program.path(), [program.path()]).libraries(program.path());
    let mut ready = executor.ipc_mut().receive_fd(1).unwrap();
    let _input = executor.ipc_mut().receive_fd(0).unwrap();
    let mut sandbox = crate::Sandbox2::new(executor, &ANYTHING);
    let running = sandbox.run_async().unwrap();
    std::io::Read::read_exact(&mut ready, &mut [0]).unwrap();
    let pid = running.pid().unwrap().cast_signed();
    let registers = programs::interrupt_other(pid);
    let stack = the_only(collect(pid, &[(pid, registers)], &StackTraces::new(), &Worker));
    assert_eq!(stack.error, None, "{stack:#}");
    is_at(find(&stack, "main"), program.source_name(), CPP, "ready");
    assert!(
        stack.frames.iter().any(|frame| frame.object.as_ref().is_some_and(|name| name.contains("libc.so"))),
        "{stack:#}"
    );
    running.kill();
    crate::sys::ptrace::detach(pid, 0).ok();
    let _ = running.await_result();
}

/// The kernel's code in the process is no file; what would be one is read from memory.
#[test]
#[cfg(target_arch = "x86_64")]
fn the_kernel_s_own_code_is_told_with_its_functions() {
    use crate::report::maps::Maps;
    use crate::report::stack::Stacks;

    const INSTRUCTION_POINTER: usize = 16;
    let Some(program) = Program::compile(Language::Cpp, CPP, &[]) else { return };
    let stopped = program.start().interrupted();
    let pid = stopped.running.pid();
    let maps = Maps::parse(&std::fs::read(format!("/proc/{pid}/maps")).unwrap()).unwrap();
    let kernel_s = maps.mappings.iter().find(|mapping| mapping.path.as_deref() == Some("[vdso]")).unwrap();
    // As if there were threads all over it.
    let at = |part: u64| {
        let mut registers = stopped.registers;
        registers.words[INSTRUCTION_POINTER] = kernel_s.start + (kernel_s.end - kernel_s.start) * part / 64;
        (pid, registers)
    };
    let tasks: Vec<_> = (0..64).map(at).collect();
    let stacks = collect(pid, &tasks, &StackTraces::new().max_frames(1), &Worker);
    assert!(stacks.iter().all(|stack| stack.error.is_none() && stack.frames[0].object.as_deref() == Some("[vdso]")));
    let mut functions = stacks.iter().flat_map(|stack| names(stack));
    assert!(functions.any(|name| name.starts_with("__vdso_") || name.ends_with("gettime")), "{}", Stacks(&stacks));
}
