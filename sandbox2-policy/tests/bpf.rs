//! `bpf` blocks against a machine that runs their instructions one by one, as the notation of `bpf_helper` has it.

use proc_macro2::TokenStream;
use sandbox2_policy::action::{Action, Errno, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::interpret::Loaded;
use sandbox2_policy::pipeline::{self, Built};
use sandbox2_policy::problem::Problems;
use sandbox2_policy::reference::{evaluate, kernel_return};
use sandbox2_policy::syntax::parse;

/// A small generator of numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len() as u64) as usize]
    }
}

const OPS: [&str; 7] = ["JEQ", "JNE", "JGT", "JGE", "JLT", "JLE", "JA"];
const ACTIONS: [(&str, Action); 4] =
    [("ALLOW", Action::Allow), ("KILL", Action::Kill), ("TRAP(3)", Action::Trap(3)), ("TRACE", Action::Notify)];

/// One instruction, and how it is run.
#[derive(Clone, Copy, Debug)]
enum Step {
    Load(usize, bool),
    /// Operation, whether it compares 64 bits, value, and where to: an action or a label.
    Compare(usize, bool, u64, Result<usize, usize>),
    Jump(usize),
    Label(usize),
    Return(usize),
}

/// A block that keeps the rules: `pread64(fd: unsigned int, buf, count: size_t, pos: loff_t)`.
fn block(dice: &mut Dice) -> Vec<Step> {
    let values = [1, 2, 3, 7, 8, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe];
    let wide = [1, 2, 3, 7, 1 << 32, (1 << 32) + 1, 1 << 63, u64::MAX - 1];
    let labels = dice.roll(4) as usize;
    let mut steps = Vec::new();
    for section in 0..=labels {
        if section > 0 {
            steps.push(Step::Label(section));
        }
        let is_wide = dice.roll(2) == 0;
        steps.push(if is_wide { Step::Load(dice.pick(&[2, 3]), true) } else { Step::Load(0, false) });
        for _ in 0..=dice.roll(3) {
            let value = if is_wide { dice.pick(&wide) } else { dice.pick(&values) };
            let there = section + 1 + dice.roll(3) as usize;
            let target = if there <= labels { Ok(there) } else { Err(dice.roll(4) as usize) };
            steps.push(Step::Compare(dice.roll(7) as usize, is_wide, value, target));
        }
        match (section < labels, dice.roll(3)) {
            (true, 0) => steps.push(Step::Jump(section + 1)),
            (true, 1) => {}
            _ => steps.push(Step::Return(dice.roll(4) as usize)),
        }
    }
    steps
}

fn text(steps: &[Step]) -> String {
    let line = |step: &Step| match *step {
        Step::Load(arg, true) => format!("ARG({arg});"),
        Step::Load(arg, false) => format!("ARG_32({arg});"),
        Step::Compare(op, wide, value, target) => {
            let target = target.map_or_else(|action| ACTIONS[action].0.to_owned(), |label| format!("JUMP(l{label})"));
            format!("{}{}({value:#x}, {target});", OPS[op], if wide { "" } else { "32" })
        }
        Step::Jump(label) => format!("JUMP(l{label});"),
        Step::Label(label) => format!("LABEL(l{label});"),
        Step::Return(action) => format!("{};", ACTIONS[action].0),
    };
    let lines: Vec<String> = steps.iter().map(line).collect();
    format!("default ERRNO(ENOSYS); bpf pread64 {{ {} }}", lines.join(" "))
}

/// Runs the block: `None` if it runs off its end.
fn run(steps: &[Step], args: &[u64; 6]) -> Option<Action> {
    let label = |label| steps.iter().position(|step| matches!(step, Step::Label(other) if *other == label));
    let (mut at, mut loaded) = (0, 0);
    loop {
        let step = *steps.get(at)?;
        at += 1;
        match step {
            Step::Load(arg, true) => loaded = args[arg],
            Step::Load(arg, false) => loaded = args[arg] & 0xffff_ffff,
            Step::Label(_) => {}
            Step::Jump(to) => at = label(to)?,
            Step::Return(action) => return Some(ACTIONS[action].1),
            Step::Compare(op, _, value, target) => {
                let holds = match OPS[op] {
                    "JEQ" => loaded == value,
                    "JNE" => loaded != value,
                    "JGT" => loaded > value,
                    "JGE" => loaded >= value,
                    "JLT" => loaded < value,
                    "JLE" => loaded <= value,
                    _ => loaded & value != 0,
                };
                match (holds, target) {
                    (false, _) => {}
                    (true, Ok(to)) => at = label(to)?,
                    (true, Err(action)) => return Some(ACTIONS[action].1),
                }
            }
        }
    }
}

fn build(text: &str) -> Result<Built, Vec<&'static str>> {
    let parsed = parse(text.parse::<TokenStream>().expect("the tokens of Rust"));
    let mut problems = Problems::default();
    for problem in parsed.problems {
        problems.push(problem);
    }
    let built = pipeline::build(&parsed.def, &mut problems);
    built.map_err(|_| problems.into_vec().iter().map(|problem| problem.kind.slug()).collect())
}

#[test]
fn a_block_means_what_its_instructions_do() {
    let mut dice = Dice(0x5eed_2026_1124_0001);
    let registers =
        [0, 1, 2, 3, 4, 7, 8, 9, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 1 << 32, (1 << 32) + 1]
            .into_iter()
            .chain([(1 << 32) + 2, 1 << 63, u64::MAX - 1, u64::MAX]);
    let registers: Vec<u64> = registers.collect();
    let (mut proved, mut refused, mut compared) = (0, 0, 0);
    while proved < 300 {
        let steps = block(&mut dice);
        let text = text(&steps);
        let built = match build(&text) {
            Ok(built) => built,
            Err(slugs) => {
                // Labels that nothing leads to, and what a block may not do: no block is refused for its meaning.
                let known = ["unused_label", "unreachable", "falls_off_the_end", "vacuous", "contradictory"];
                assert!(slugs.iter().all(|slug| known.contains(slug)), "{slugs:?}: {text}");
                refused += 1;
                assert!(refused < 20_000, "hardly any block is accepted");
                continue;
            }
        };
        proved += 1;
        for arch in Arch::ALL {
            let meaning = built.checked().meaning(arch);
            let program = built.program(arch, Supervision::Standalone).expect("a program").bind(&[]);
            let program = Loaded::load(&program).expect("the kernel takes it");
            let nr = sandbox2_policy::tables::syscall("pread64").and_then(|call| call.number(arch)).expect("a number");
            for _ in 0..200 {
                let mut draw = || registers[dice.roll(registers.len() as u64) as usize];
                let args = [draw(), draw(), draw(), draw(), draw(), draw()];
                let data = SeccompData { nr, arch: arch.audit(), instruction_pointer: 0, args };
                let expected = run(&steps, &args).expect("every path ends");
                assert_eq!(evaluate(meaning, &data, &[]).action, expected, "{text} with {args:x?}");
                assert_eq!(program.run(&data), kernel_return(expected, Supervision::Standalone, false), "{text}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 300 * 3 * 200);
}

#[test]
fn a_comparison_of_the_architecture_or_the_number_is_decided_while_compiling() {
    let built = build(
        "bpf getpid { LOAD_ARCH; JEQ32(AUDIT_ARCH_AARCH64, ERRNO(EPERM)); LOAD_SYSCALL_NR; JGT32(100, ALLOW); TRAP(1); }",
    );
    let built = built.unwrap_or_else(|slugs| panic!("{slugs:?}"));
    let expected = [Action::Trap(1), Action::Errno(Errno::new(1).expect("EPERM")), Action::Allow];
    for (arch, action) in Arch::ALL.into_iter().zip(expected) {
        let nr = sandbox2_policy::tables::syscall("getpid").and_then(|call| call.number(arch)).expect("a number");
        let data = SeccompData { nr, arch: arch.audit(), ..SeccompData::default() };
        assert_eq!(evaluate(built.checked().meaning(arch), &data, &[]).action, action, "{}", arch.name());
    }
}
