//! The catalogue of what can be wrong with a policy.
//!
//! Every stage before code generation reports [`Problem`]s and goes on, so that several mistakes give several messages. A
//! problem names nodes, not places; the front end that knows the places shows them.

use crate::ast::NodeId;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $folder:literal / $slug:literal,)*) => {
        /// What kind of mistake it is. Each has a fixture in `ui-tests/fail/<folder>/<slug>.rs`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ProblemKind {
            $($(#[$doc])* $kind,)*
        }

        impl ProblemKind {
            /// Every kind.
            pub const ALL: &'static [ProblemKind] = &[$(ProblemKind::$kind,)*];

            /// The kind's folder of fixtures.
            #[must_use]
            pub const fn folder(self) -> &'static str {
                match self { $(ProblemKind::$kind => $folder,)* }
            }

            /// The kind's name in lower case.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(ProblemKind::$kind => $slug,)* }
            }
        }
    };
}

kinds! {
    /// The text is not of the language's form.
    Syntax = "syntax" / "syntax",
    /// A statement begins with a word that begins none.
    UnknownStatement = "syntax" / "unknown_statement",
    /// Something that the language has, but this version does not.
    NotYet = "syntax" / "not_yet",
    /// Something that may be said only once is said again.
    SaidTwice = "syntax" / "said_twice",
    /// `if arch` with a name that is no supported architecture.
    UnknownArch = "syntax" / "unknown_arch",

    /// No system call of that name.
    UnknownSyscall = "call" / "unknown_syscall",
    /// A call that none of the architectures in question has.
    NowhereSyscall = "call" / "nowhere_syscall",
    /// A call that some architecture lacks, without `?`; an error only when compiling for that architecture.
    MissingOnArch = "call" / "missing_on_arch",
    /// `syscall N` with a number that has a name, or that no call can have.
    SyscallNumber = "call" / "syscall_number",
    /// A baseline that is no version of Linux, or one that is not known yet.
    UnknownKernel = "call" / "unknown_kernel",
    /// A group's word that it does not know, or none where it needs one.
    GroupWord = "call" / "group_word",
    /// No group of that name.
    UnknownGroup = "call" / "unknown_group",

    /// The call has no argument of that name.
    UnknownArgument = "argument" / "unknown_argument",
    /// The call has fewer arguments.
    ArgumentIndex = "argument" / "argument_index",
    /// The kernel's prototype of the call is not known.
    UnknownPrototype = "argument" / "unknown_prototype",
    /// A pointer compared with anything but NULL, or in an order.
    PointerComparison = "argument" / "pointer_comparison",
    /// NULL for an argument that is no pointer.
    NullForNumber = "argument" / "null_for_number",

    /// A stated type that is none of the four.
    UnknownType = "width" / "unknown_type",
    /// A width that the kernel does not read.
    WrongWidth = "width" / "wrong_width",
    /// A stated sign that the kernel's type does not have.
    WrongSign = "width" / "wrong_sign",

    /// No constant of that name.
    UnknownConstant = "constant" / "unknown_constant",
    /// A constant that an architecture in question lacks.
    MissingConstant = "constant" / "missing_constant",
    /// A number that the argument cannot hold.
    OutOfRange = "constant" / "out_of_range",
    /// A negative number for an unsigned argument, or a large one for a signed one.
    SignTrap = "constant" / "sign_trap",
    /// A range that ends before it begins.
    EmptyRange = "constant" / "empty_range",
    /// A slot that nothing is compared with.
    UnusedSlot = "constant" / "unused_slot",
    /// A Rust expression where the macro itself must know the number.
    NotConstant = "constant" / "not_constant",

    /// No action of that name.
    UnknownAction = "action" / "unknown_action",
    /// No error of that name.
    UnknownErrno = "action" / "unknown_errno",
    /// An errno outside 1 to 4095.
    ErrnoRange = "action" / "errno_range",
    /// A TRAP number outside 0 to 65535.
    TrapRange = "action" / "trap_range",

    /// A condition that never holds.
    Contradictory = "rule" / "contradictory",
    /// A condition that always holds.
    Vacuous = "rule" / "vacuous",
    /// The same rule again.
    Duplicate = "rule" / "duplicate",
    /// A rule that an earlier one leaves nothing to decide.
    Shadowed = "rule" / "shadowed",
    /// Two statements that decide differently about the same call.
    Overlapping = "rule" / "overlapping",
    /// A rule without which the policy would mean the same, because a later one says it too.
    Redundant = "rule" / "redundant",
    /// A rule that says what the default says anyway.
    EqualsDefault = "rule" / "equals_default",
    /// `==` or `!=` on a word of flags where other flags slip through.
    FlagsEquality = "rule" / "flags_equality",
    /// A block without rules.
    EmptyBlock = "rule" / "empty_block",

    /// Something that can undo the sandbox, outside `danger`.
    DangerMissing = "danger" / "danger_missing",
    /// A default that lets everything through, outside `danger`.
    DangerousDefault = "danger" / "dangerous_default",
    /// Rules on the flags of `clone` while `clone3`, whose flags no filter sees, is allowed.
    Clone3Unseen = "danger" / "clone3_unseen",
    /// A call is denied and another that does the same is not.
    SiblingForgotten = "danger" / "sibling_forgotten",

    /// No instruction of that name in a `bpf` block.
    UnknownInstruction = "bpf" / "unknown_instruction",
    /// A path through a `bpf` block that ends without an action.
    FallsOffTheEnd = "bpf" / "falls_off_the_end",
    /// A jump to a label that is not there.
    UnknownLabel = "bpf" / "unknown_label",
    /// A jump to a label that is not ahead.
    BackwardJump = "bpf" / "backward_jump",
    /// The same label again.
    DuplicateLabel = "bpf" / "duplicate_label",
    /// A label that nothing jumps to.
    UnusedLabel = "bpf" / "unused_label",
    /// An instruction that no path leads to.
    Unreachable = "bpf" / "unreachable",
    /// A comparison before anything is loaded.
    NothingLoaded = "bpf" / "nothing_loaded",
    /// A comparison of 64 bits where 32 are loaded, or the other way round.
    WrongForm = "bpf" / "wrong_form",
    /// Too many paths through a `bpf` block.
    TooManyPaths = "bpf" / "too_many_paths",

    /// Two policies that cannot be one.
    Incompatible = "compose" / "incompatible",
    /// A `restrict` that permits what was denied.
    Widens = "compose" / "widens",
    /// An `override` of nothing.
    NeedlessOverride = "compose" / "needless_override",

    /// A path that is not absolute.
    RelativePath = "surroundings" / "relative_path",
    /// A path with `.`, `..`, `//` or a `/` at its end.
    UncanonicalPath = "surroundings" / "uncanonical_path",
    /// A path that is empty or has a NUL byte.
    InvalidPath = "surroundings" / "invalid_path",
    /// A source below `/proc/self`.
    ProcSelf = "surroundings" / "proc_self",
    /// The same place twice.
    DuplicatePath = "surroundings" / "duplicate_path",
    /// A place below one that cannot have anything below it.
    ConflictingPath = "surroundings" / "conflicting_path",
    /// A size that is no number of bytes, or zero.
    InvalidSize = "surroundings" / "invalid_size",
    /// A host name that the kernel would not take.
    InvalidHostname = "surroundings" / "invalid_hostname",

    /// A program over the kernel's limit.
    TooLong = "program" / "too_long",
    /// A program over a bound that the policy sets.
    LimitExceeded = "program" / "limit_exceeded",
    /// The validator could not prove the program: a defect of sandbox2, never let through. The one kind without a fixture.
    NotProved = "program" / "not_proved",
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind of mistake.
    pub kind: ProblemKind,
    /// Where.
    pub node: NodeId,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Other places that have to do with it, each with a word on how.
    pub related: Vec<(NodeId, &'static str)>,
}

/// The problems found so far, in the order in which they were found; each place and kind once.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// Adds a problem, unless the same kind was already found at the same place.
    pub fn push(&mut self, problem: Problem) {
        if !self.list.iter().any(|known| known.kind == problem.kind && known.node == problem.node) {
            self.list.push(problem);
        }
    }

    /// Adds a problem with a hint.
    pub fn report(&mut self, kind: ProblemKind, node: NodeId, message: impl Into<String>, hint: impl Into<String>) {
        self.push(Problem { kind, node, message: message.into(), hint: Some(hint.into()), related: Vec::new() });
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The problems.
    #[must_use]
    pub fn into_vec(self) -> Vec<Problem> {
        self.list
    }
}

/// The known word nearest to `word`, if any is near enough to be what was meant.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.len() / 3).clamp(1, 3);
    let lower = word.to_ascii_lowercase();
    known
        .into_iter()
        // Cheap, and leaves out most.
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= limit)
        .map(|candidate| (distance(&lower, &candidate.to_ascii_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, candidate)| (*distance, candidate.len().abs_diff(word.len())))
        .map(|(_, candidate)| candidate)
}

/// The edit distance of two words, a swap of neighbours counting as one edit.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > 3 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut current = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substituted = previous[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            current[j] = substituted.min(previous[j] + 1).min(current[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                current[j] = current[j].min(before[j - 2] + 1);
            }
        }
        before = previous;
        previous = current;
    }
    previous[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_a_different_word_is_not() {
        let calls = ["open", "openat", "read", "readv", "mprotect"];
        assert_eq!(nearest("opnat", calls), Some("openat"));
        assert_eq!(nearest("raed", calls), Some("read"));
        assert_eq!(nearest("MPROTECT", calls), Some("mprotect"));
        assert_eq!(nearest("sendto", calls), None);
    }
}
