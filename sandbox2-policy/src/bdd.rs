//! Decision diagrams: functions of many bits, kept so that equal functions are the same number.
//!
//! An engine and nothing else: variables are numbers, and what they stand for is the caller's business.
//! [`space`](crate::space) uses it to answer questions about conditions, and the validator to compare a program with its
//! meaning. Leaves carry numbers, so that one engine serves sets (leaves 0 and 1) and functions to return values.
//!
//! Diagrams are ordered (smaller variables are tested first) and reduced (no test with equal outcomes, no two equal nodes);
//! hence two functions are equal exactly if their [`Ref`]s are. Nothing is ever freed: a diagram lives as long as its
//! question. The tables are hand-made because the engine runs inside a proc macro, without optimisation, where the
//! standard hash map costs several times as much.
//!
//! # References
//! Bryant, "Graph-Based Algorithms for Boolean Function Manipulation", IEEE Transactions on Computers, 1986.

/// A function, owned by the [`Bdd`] that made it. Two functions of one [`Bdd`] are equal exactly if their `Ref`s are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref(u32);

impl Ref {
    /// The function that is always 0: the empty set.
    pub const FALSE: Ref = Ref(0);
    /// The function that is always 1: the full set.
    pub const TRUE: Ref = Ref(1);

    /// A small number that is this function's own, for the caller's tables.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// Whether this is [`Ref::FALSE`] or [`Ref::TRUE`].
    const fn is_bool(self) -> bool {
        self.0 <= 1
    }
}

/// What a function does first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is constant.
    Leaf(u32),
    /// It tests a variable.
    Test {
        /// The variable.
        var: u32,
        /// The function if the variable is 0.
        low: Ref,
        /// The function if the variable is 1.
        high: Ref,
    },
}

/// A node; a leaf has [`LEAF`] for its variable and its number in `low`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    var: u32,
    low: u32,
    high: u32,
}

/// The variable of a leaf: larger than every other, so that leaves are tested last.
const LEAF: u32 = u32::MAX;
const FIRST_BITS: u32 = 9;
/// An empty slot of the table of answers. Like 0 in the table of nodes it is all zeros, which come without a loop.
const NO_ANSWER: [u32; 4] = [0; 4];

/// A collection of decision diagrams that share their parts.
#[derive(Debug, Clone)]
pub struct Bdd {
    nodes: Vec<Node>,
    /// Open-addressed hash table from a node's contents to its index plus one; at most half full.
    slots: Vec<u32>,
    /// Direct-mapped cache of what [`Bdd::ite`] answered: its three arguments and the result. A collision forgets the older
    /// one. A first argument of 0 is trivial and never asked, so it marks an empty slot.
    answers: Vec<[u32; 4]>,
    /// `slots` and `answers` have `1 << bits` entries.
    bits: u32,
    limit: usize,
    exhausted: bool,
}

impl Bdd {
    /// An empty collection that will hold at most `limit` nodes.
    #[must_use]
    pub fn new(limit: usize) -> Bdd {
        let mut bdd = Bdd {
            nodes: Vec::with_capacity(1 << (FIRST_BITS - 1)),
            slots: vec![0; 1 << FIRST_BITS],
            answers: vec![NO_ANSWER; 1 << FIRST_BITS],
            bits: FIRST_BITS,
            limit: limit.clamp(2, u32::MAX as usize - 1),
            exhausted: false,
        };
        bdd.intern(LEAF, 0, 0);
        bdd.intern(LEAF, 1, 0);
        bdd
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never: the two constant sets are always there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Whether the limit was met. From then on every function handed out is meaningless, and nothing may be concluded
    /// from it.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.exhausted
    }

    /// The constant function `value`.
    pub fn leaf(&mut self, value: u32) -> Ref {
        Ref(self.intern(LEAF, value, 0))
    }

    /// The function that is `low` where `var` is 0 and `high` where it is 1. Neither may depend on `var` or on a variable
    /// smaller than it; that is not checked, and what results otherwise means nothing.
    pub fn node(&mut self, var: u32, low: Ref, high: Ref) -> Ref {
        if low.0 == high.0 { low } else { Ref(self.intern(var, low.0, high.0)) }
    }

    /// What `function` does first.
    ///
    /// # Panics
    /// If the function is another collection's.
    #[must_use]
    pub fn step(&self, function: Ref) -> Step {
        let node = self.nodes[function.index()];
        if node.var == LEAF {
            Step::Leaf(node.low)
        } else {
            Step::Test { var: node.var, low: Ref(node.low), high: Ref(node.high) }
        }
    }

    /// `then` where `test` holds, `otherwise` elsewhere. `test` must be a set: a function with no leaves but 0 and 1.
    ///
    /// # Panics
    /// If a function is another collection's.
    pub fn ite(&mut self, test: Ref, then: Ref, otherwise: Ref) -> Ref {
        Ref(self.choose(test.0, then.0, otherwise.0))
    }

    /// [`Self::ite`] on bare numbers, which cost less where nothing is inlined.
    fn choose(&mut self, test: u32, mut then: u32, mut otherwise: u32) -> u32 {
        if test == 1 {
            return then;
        }
        if test == 0 {
            return otherwise;
        }
        // `test` is known inside its own branches.
        if then == test {
            then = 1;
        }
        if otherwise == test {
            otherwise = 0;
        }
        if then == otherwise || self.exhausted {
            return then;
        }
        if then == 1 && otherwise == 0 {
            return test;
        }
        let slot = slot_of(test, then, otherwise, self.bits);
        let known = self.answers[slot];
        if known[0] == test && known[1] == then && known[2] == otherwise {
            return known[3];
        }
        let (a, b, c) = (self.nodes[test as usize], self.nodes[then as usize], self.nodes[otherwise as usize]);
        let mut var = a.var;
        if b.var < var {
            var = b.var;
        }
        if c.var < var {
            var = c.var;
        }
        if var == LEAF {
            // Only if `test` was not a set. Any answer will do, but it must not be believed.
            self.exhausted = true;
            return 0;
        }
        let (test_low, test_high) = if a.var == var { (a.low, a.high) } else { (test, test) };
        let (then_low, then_high) = if b.var == var { (b.low, b.high) } else { (then, then) };
        let (other_low, other_high) = if c.var == var { (c.low, c.high) } else { (otherwise, otherwise) };
        let low = self.choose(test_low, then_low, other_low);
        let high = self.choose(test_high, then_high, other_high);
        let result = if low == high { low } else { self.intern(var, low, high) };
        // The table may have grown meanwhile.
        let slot = slot_of(test, then, otherwise, self.bits);
        self.answers[slot] = [test, then, otherwise, result];
        result
    }

    /// What is in both sets.
    pub fn and(&mut self, a: Ref, b: Ref) -> Ref {
        // One order of the two, so that the cache knows both.
        if a < b { self.ite(a, b, Ref::FALSE) } else { self.ite(b, a, Ref::FALSE) }
    }

    /// What is in either set.
    pub fn or(&mut self, a: Ref, b: Ref) -> Ref {
        if a < b { self.ite(a, Ref::TRUE, b) } else { self.ite(b, Ref::TRUE, a) }
    }

    /// What is not in the set.
    pub fn not(&mut self, a: Ref) -> Ref {
        if a.is_bool() { Ref(1 - a.0) } else { self.ite(a, Ref::FALSE, Ref::TRUE) }
    }

    /// The index of the node with these contents.
    fn intern(&mut self, var: u32, low: u32, high: u32) -> u32 {
        let mask = self.slots.len() - 1;
        let mut slot = slot_of(var, low, high, self.bits);
        loop {
            let found = self.slots[slot];
            if found == 0 {
                break;
            }
            let node = self.nodes[found as usize - 1];
            if node.low == low && node.high == high && node.var == var {
                return found - 1;
            }
            slot = (slot + 1) & mask;
        }
        if self.nodes.len() >= self.limit {
            self.exhausted = true;
            return 0;
        }
        // The limit keeps them in range.
        let index = self.nodes.len() as u32;
        self.nodes.push(Node { var, low, high });
        self.slots[slot] = index + 1;
        if self.nodes.len() * 2 > self.slots.len() {
            self.grow();
        }
        index
    }

    /// Makes both tables four times as large. The answers are forgotten.
    fn grow(&mut self) {
        self.bits += 2;
        self.answers = vec![NO_ANSWER; 1 << self.bits];
        self.slots = vec![0; 1 << self.bits];
        let mask = self.slots.len() - 1;
        for (index, node) in self.nodes.iter().enumerate() {
            let mut slot = slot_of(node.var, node.low, node.high, self.bits);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = index as u32 + 1;
        }
    }
}

/// A slot for three numbers in a table of `1 << bits` entries: multiplicative hashing, as rustc's own tables do it.
fn slot_of(a: u32, b: u32, c: u32, bits: u32) -> usize {
    const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
    let first = (u64::from(a) | u64::from(b) << 32).wrapping_mul(SEED);
    let second = (first ^ (first >> 29) ^ u64::from(c)).wrapping_mul(SEED);
    (second >> (64 - bits)) as usize
}
