//! Minijail's grammar: from lines to statements.

use super::lex::{Token, Word, lex};
use super::values::returned;
use super::{Minijail, MinijailTool};
use crate::action::Action;
use crate::arch::Arch;
use crate::ast::NodeId;
use crate::import::{ImportError, MOST_BYTES, Notes, Place, Places};
use crate::problem::nearest;
use crate::tables;

/// How deep files may include each other; that of minijail's compiler. libminijail takes one level.
const DEEPEST_INCLUDE: usize = 10;
/// How deep brackets may nest.
const DEEPEST: usize = 100;
/// How many words a policy may have.
const MOST_TOKENS: usize = 200_000;

/// What was read.
pub(super) struct Read {
    pub(super) statements: Vec<Statement>,
    pub(super) default: Action,
    pub(super) default_node: NodeId,
    /// `@denylist`
    pub(super) denylist: bool,
}

/// `call: rules`
pub(super) struct Statement {
    pub(super) targets: Vec<Target>,
    pub(super) rules: Vec<Rule>,
}

/// A call, by name or number.
pub(super) struct Target {
    pub(super) name: String,
    /// `[arch=…]`
    pub(super) arches: Option<Vec<Arch>>,
    pub(super) node: NodeId,
}

/// One rule; the first that holds decides.
pub(super) struct Rule {
    /// Any of these, of each all.
    pub(super) cond: Option<Vec<Vec<Atom>>>,
    pub(super) action: Action,
    pub(super) node: NodeId,
}

/// `arg0 == VALUE`
#[derive(Clone)]
pub(super) struct Atom {
    pub(super) arg: u8,
    pub(super) op: &'static str,
    pub(super) value: Value,
    pub(super) node: NodeId,
}

/// A constant expression.
#[derive(Clone)]
pub(super) enum Value {
    Number(String, NodeId),
    Constant(String, NodeId),
    Not(Box<Value>),
    Or(Vec<Value>),
}

/// Reads a policy, included files in their place.
pub(super) fn parse(
    text: &str,
    options: &Minijail<'_>,
    places: &mut Places,
    notes: &mut Notes,
) -> Result<Read, ImportError> {
    let read = Read { statements: Vec::new(), default: Action::Kill, default_node: NodeId(0), denylist: false };
    let mut reader = Reader { options, places, notes, read, bytes: 0, words: 0 };
    reader.file(text, None, 0)?;
    Ok(reader.read)
}

struct Reader<'r> {
    options: &'r Minijail<'r>,
    places: &'r mut Places,
    notes: &'r mut Notes,
    read: Read,
    bytes: usize,
    words: usize,
}

impl Reader<'_> {
    fn file(&mut self, text: &str, file: Option<&str>, depth: usize) -> Result<(), ImportError> {
        let place = Place::Text { file: file.map(str::to_owned), line: 1, column: 1 };
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > MOST_BYTES {
            let message = format!("the policy is longer than {MOST_BYTES} bytes");
            return Err(ImportError { place, message, hint: "import a smaller one".to_owned() });
        }
        let mut tokens = Vec::new();
        let mut lines = text.lines().zip(1..).peekable();
        while let Some((line, number)) = lines.next() {
            // A backslash at its end joins a line with the next, also from within a comment, to libminijail; not to the compiler.
            let continued = line.strip_suffix('\\');
            if continued.is_some_and(|line| line.contains('#')) {
                let column = u32::try_from(line.chars().count()).unwrap_or(0);
                let place = Place::Text { file: file.map(str::to_owned), line: number, column };
                let message =
                    "a comment that ends in a backslash: minijail's readers do not agree where it ends".to_owned();
                return Err(ImportError { place, message, hint: "take the backslash out".to_owned() });
            }
            lex(continued.unwrap_or(line), file, number, self.places, &mut tokens)?;
            if self.words + tokens.len() > MOST_TOKENS {
                let message = format!("the policy has more than {MOST_TOKENS} words");
                return Err(ImportError { place, message, hint: "import a smaller one".to_owned() });
            }
            if continued.is_some() && lines.peek().is_some() {
                continue;
            }
            self.words += tokens.len();
            let line = std::mem::take(&mut tokens);
            if !line.is_empty() {
                self.line(&line, depth)?;
            }
        }
        Ok(())
    }

    fn line(&mut self, tokens: &[Token], depth: usize) -> Result<(), ImportError> {
        let mut line = Line {
            tokens,
            at: 0,
            places: self.places,
            notes: self.notes,
            options: self.options,
            denylist: self.read.denylist,
        };
        let first = &tokens[0];
        let Word::Directive(directive) = &first.word else {
            let statement = line.statement()?;
            line.end()?;
            self.read.statements.push(statement);
            return Ok(());
        };
        match directive.as_str() {
            "@include" => {
                let (path, node) = line.path()?;
                line.end()?;
                self.include(&path, node, depth)
            }
            "@frequency" => {
                line.path()?;
                line.end()?;
                self.notes.add(first.node, "@frequency is left out: it changes no verdict".to_owned());
                Ok(())
            }
            "@default" => {
                line.compiler_only(first.node, "`@default`")?;
                let action = line.action()?;
                line.end()?;
                if action.permits() || matches!(action, Action::Errno(_)) || self.read.denylist {
                    let message = "minijail does not take this as a default";
                    let hint = "write kill, kill-process, kill-thread, trap or user-notify";
                    return Err(self.places.error(first.node, message, hint));
                }
                (self.read.default, self.read.default_node) = (action, first.node);
                Ok(())
            }
            "@denylist" => {
                line.compiler_only(first.node, "`@denylist`")?;
                line.end()?;
                if !self.read.statements.is_empty() || self.read.default_node != NodeId(0) {
                    let message = "`@denylist` comes after a rule or a default";
                    return Err(self.places.error(first.node, message, "put it first"));
                }
                self.read.denylist = true;
                (self.read.default, self.read.default_node) = (Action::Allow, first.node);
                Ok(())
            }
            other => {
                let known = ["@include", "@frequency", "@default", "@denylist"];
                let hint = match nearest(other, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are {}", known.join(", ")),
                };
                Err(self.places.error(first.node, format!("unknown statement `{other:.60}`"), hint))
            }
        }
    }

    fn include(&mut self, path: &str, node: NodeId, depth: usize) -> Result<(), ImportError> {
        let most = if self.options.tool == Some(MinijailTool::Compiler) { DEEPEST_INCLUDE } else { 1 };
        if depth >= most {
            let message = format!("files include each other more than {most} deep");
            let hint = match self.options.tool {
                Some(MinijailTool::Compiler) => "does a file include itself?",
                _ => "libminijail takes no more; minijail's compiler does: say by the option `tool` if it is for that",
            };
            return Err(self.places.error(node, message, hint));
        }
        let Some(text) = self.options.include.and_then(|include| include(path)) else {
            let hint = "give its text by the option `include`: an import opens no files";
            return Err(self.places.error(node, format!("the included file {path:?} is not at hand"), hint));
        };
        self.file(&text, Some(path), depth + 1)
    }
}

/// The words of one line.
struct Line<'l> {
    tokens: &'l [Token],
    at: usize,
    places: &'l Places,
    notes: &'l mut Notes,
    options: &'l Minijail<'l>,
    denylist: bool,
}

impl Line<'_> {
    fn word(&self) -> Option<&Word> {
        self.tokens.get(self.at).map(|token| &token.word)
    }

    fn node(&self) -> NodeId {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(NodeId(0), |token| token.node)
    }

    fn unexpected<T>(&self, wanted: &str) -> Result<T, ImportError> {
        let found = match self.word() {
            None => "the end of the line".to_owned(),
            Some(Word::Name(text) | Word::Number(text) | Word::Path(text) | Word::Directive(text)) => {
                format!("`{text:.60}`")
            }
            Some(Word::Sign(sign)) => format!("`{sign}`"),
        };
        Err(self.places.error(self.node(), format!("found {found}"), format!("minijail has {wanted} here")))
    }

    fn end(&self) -> Result<(), ImportError> {
        if self.at < self.tokens.len() { self.unexpected("the end of the line") } else { Ok(()) }
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.word(), Some(Word::Sign(found)) if *found == sign)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &str) -> Result<(), ImportError> {
        if self.take_sign(sign) { Ok(()) } else { self.unexpected(&format!("`{sign}`")) }
    }

    fn name(&mut self, what: &str) -> Result<String, ImportError> {
        match self.word() {
            Some(Word::Name(name)) => {
                let name = name.clone();
                self.at += 1;
                Ok(name)
            }
            _ => self.unexpected(what),
        }
    }

    fn path(&mut self) -> Result<(String, NodeId), ImportError> {
        self.at += 1;
        let node = self.node();
        match self.word() {
            Some(Word::Path(path)) => {
                let path = path.clone();
                self.at += 1;
                Ok((path, node))
            }
            _ => self.unexpected("a path that begins with `/` or `./`"),
        }
    }

    /// What libminijail's own parser does not have.
    fn compiler_only(&mut self, node: NodeId, what: &str) -> Result<(), ImportError> {
        self.at = self.at.max(usize::from(what.starts_with("`@")));
        if self.options.tool == Some(MinijailTool::Library) {
            let message = format!("libminijail does not have {what}");
            return Err(self.places.error(
                node,
                message,
                "say by the option `tool` if the policy is for minijail's compiler",
            ));
        }
        Ok(())
    }

    fn statement(&mut self) -> Result<Statement, ImportError> {
        let start = self.node();
        let mut targets = Vec::new();
        if self.take_sign("{") {
            self.compiler_only(start, "lists of calls")?;
            loop {
                targets.push(self.target()?);
                if !self.take_sign(",") {
                    break;
                }
            }
            self.sign("}")?;
        } else {
            targets.push(self.target()?);
        }
        self.sign(":")?;
        let node = self.node();
        let mut rules = Vec::new();
        if self.take_sign("{") {
            self.compiler_only(node, "lists of rules")?;
            loop {
                self.rule(true, &mut rules)?;
                if !self.take_sign(",") {
                    break;
                }
            }
            self.sign("}")?;
        } else {
            self.rule(false, &mut rules)?;
        }
        if let Some(after) = rules.iter().position(|rule| rule.cond.is_none()).and_then(|at| rules.get(at + 1)) {
            let hint = "minijail refuses this as well: leave it out";
            return Err(self.places.error(after.node, "a rule after one without a condition", hint));
        }
        Ok(Statement { targets, rules })
    }

    fn target(&mut self) -> Result<Target, ImportError> {
        let node = self.node();
        let Some(Word::Name(name) | Word::Number(name)) = self.word().cloned() else {
            return self.unexpected("the name of a system call");
        };
        self.at += 1;
        let error = |message: String, hint: String| Err(self.places.error(node, message, hint));
        if name.contains('@') {
            return error(
                format!("`{name:.60}` is a group of system calls, which a file of minijail's build defines"),
                "write out its calls".to_owned(),
            );
        }
        let number = name.parse::<u64>().is_ok();
        if !number && tables::syscall(&name).is_none() {
            let hint = match nearest(&name, tables::syscalls().iter().map(|syscall| syscall.name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "names are the kernel's; what only other architectures have is left out by hand".to_owned(),
            };
            return error(format!("unknown system call `{name:.60}`"), hint);
        }
        let arches = if self.is_sign("[") { Some(self.metadata()?) } else { None };
        Ok(Target { name, arches, node })
    }

    /// `[arch=x86_64,arm64]`
    fn metadata(&mut self) -> Result<Vec<Arch>, ImportError> {
        let node = self.node();
        self.compiler_only(node, "`[arch=…]`")?;
        self.sign("[")?;
        let key = self.name("`arch`")?;
        if key != "arch" {
            let message = format!("unknown key `{key:.60}`");
            return Err(self.places.error(
                node,
                message,
                "there is only `arch`: minijail ignores others, leave it out",
            ));
        }
        self.sign("=")?;
        let mut arches = Vec::new();
        loop {
            let name = self.name("the name of an architecture")?;
            // Names that are not ours are of architectures that are not.
            arches.extend(Arch::from_name(if name == "arm64" { "aarch64" } else { &name }));
            if !self.take_sign(",") {
                self.sign("]")?;
                return Ok(arches);
            }
        }
    }

    fn rule(&mut self, listed: bool, rules: &mut Vec<Rule>) -> Result<(), ImportError> {
        let node = self.node();
        let is_argument = matches!(self.word(), Some(Word::Name(name)) if is_argument(name));
        if !is_argument {
            let action = self.action()?;
            rules.push(Rule { cond: None, action, node });
            return Ok(());
        }
        let cond = Some(self.clauses()?);
        if self.denylist && !self.is_sign(";") {
            return self.unexpected("`; return ERRNO`, as every rule of a denylist has it,");
        }
        let semicolon = self.node();
        if !self.take_sign(";") {
            rules.push(Rule { cond, action: Action::Allow, node });
            return Ok(());
        }
        let returns = matches!(self.word(), Some(Word::Name(name)) if name == "return");
        let action = self.action()?;
        let compiler = listed || !returns || self.denylist || self.options.tool == Some(MinijailTool::Compiler);
        match self.options.tool {
            None if !compiler => Err(self.places.error(
                semicolon,
                "to libminijail this is for calls that the condition does not hold for, to minijail's compiler for those that it \
                 holds for",
                "say for which of the two the policy was written, by the option `tool`",
            )),
            Some(MinijailTool::Library) if compiler => self.compiler_only(semicolon, "this action after a condition"),
            _ if compiler => {
                rules.push(Rule { cond, action, node });
                Ok(())
            }
            _ => {
                rules.push(Rule { cond, action: Action::Allow, node });
                rules.push(Rule { cond: None, action, node: semicolon });
                Ok(())
            }
        }
    }

    fn action(&mut self) -> Result<Action, ImportError> {
        let node = self.node();
        let word = match self.word() {
            Some(Word::Name(word) | Word::Number(word)) => word.clone(),
            _ => return self.unexpected("an action or a condition"),
        };
        self.at += 1;
        if self.denylist && word != "return" {
            return Err(self.places.error(
                node,
                "a rule of a denylist that does not return an error",
                "write `return ERRNO`",
            ));
        }
        let action = match word.as_str() {
            "1" => return Ok(Action::Allow),
            "return" => return self.returned(node),
            "allow" => Action::Allow,
            "kill-process" => Action::Kill,
            "kill" | "kill-thread" => {
                self.notes.add(NodeId(0), "kill ends the whole process, not only the thread".to_owned());
                Action::Kill
            }
            "trap" => Action::Trap(0),
            "log" => Action::Log,
            "trace" => {
                self.notes
                    .add(node, "trace becomes NOTIFY: a handler of the host's decides instead of a tracer".to_owned());
                Action::Notify
            }
            "user-notify" => Action::Notify,
            _ => {
                self.at -= 1;
                return self.unexpected("an action, or a condition that begins with `arg0` to `arg5`,");
            }
        };
        self.compiler_only(node, &format!("the action `{word}`"))?;
        Ok(action)
    }

    fn returned(&mut self, node: NodeId) -> Result<Action, ImportError> {
        let at = self.node();
        let Some(Word::Name(word) | Word::Number(word)) = self.word().cloned() else {
            if self.options.tool == Some(MinijailTool::Library) && self.at == self.tokens.len() {
                return Ok(Action::Kill);
            }
            return self.unexpected("an error");
        };
        self.at += 1;
        match returned(&word) {
            Some(errno) => Ok(Action::Errno(errno)),
            None if word.parse() == Ok(0_u64) => Err(self.places.error(
                node,
                "`return 0` lets the program believe that the call was made",
                "write the error that it should see, from 1 to 4095",
            )),
            None => {
                let near = nearest(&word, tables::errnos().iter().map(|known| known.0));
                let hint = near.map_or("write its number".to_owned(), |near| format!("did you mean `{near}`?"));
                Err(self.places.error(at, format!("unknown error `{word:.60}`"), hint))
            }
        }
    }

    fn clauses(&mut self) -> Result<Vec<Vec<Atom>>, ImportError> {
        let mut clauses = Vec::new();
        loop {
            let mut atoms = Vec::new();
            loop {
                atoms.push(self.atom()?);
                if !self.take_sign("&&") {
                    break;
                }
            }
            clauses.push(atoms);
            if !self.take_sign("||") {
                return Ok(clauses);
            }
        }
    }

    fn atom(&mut self) -> Result<Atom, ImportError> {
        let node = self.node();
        let name = match self.word() {
            Some(Word::Name(name)) if is_argument(name) => name.clone(),
            _ => return self.unexpected("an argument, `arg0` to `arg5`,"),
        };
        let Some(arg) = name[3..].parse::<u8>().ok().filter(|arg| *arg < 6) else {
            return Err(self.places.error(
                node,
                format!("there is no argument `{name:.60}`"),
                "they are `arg0` to `arg5`",
            ));
        };
        self.at += 1;
        let ops = ["==", "!=", "<=", "<", ">=", ">", "&"];
        let found = ops.into_iter().find(|op| self.is_sign(op));
        let op = match self.word() {
            Some(Word::Name(name)) if name == "in" => "in",
            _ => match found {
                Some(op) => op,
                None => return self.unexpected("an operator: ==, !=, <, <=, >, >=, & or in,"),
            },
        };
        self.at += 1;
        Ok(Atom { arg, op, value: self.value(0)?, node })
    }

    fn value(&mut self, depth: usize) -> Result<Value, ImportError> {
        let mut parts = vec![self.constant(depth)?];
        while self.take_sign("|") {
            parts.push(self.constant(depth)?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Value::Or(parts) })
    }

    fn constant(&mut self, depth: usize) -> Result<Value, ImportError> {
        if depth > DEEPEST {
            let message = format!("brackets nest more than {DEEPEST} deep");
            return Err(self.places.error(self.node(), message, "write the number flatter"));
        }
        if self.take_sign("~") {
            if self.is_sign("~") {
                return self.unexpected("one `~`, not two,");
            }
            return Ok(Value::Not(Box::new(self.constant(depth + 1)?)));
        }
        if self.take_sign("(") {
            let inner = self.value(depth + 1)?;
            self.sign(")")?;
            return Ok(inner);
        }
        let node = self.node();
        match self.word().cloned() {
            Some(Word::Number(text)) => {
                self.at += 1;
                Ok(Value::Number(text, node))
            }
            Some(Word::Name(name)) => {
                self.at += 1;
                Ok(Value::Constant(name, node))
            }
            _ => self.unexpected("a number or a constant"),
        }
    }
}

fn is_argument(name: &str) -> bool {
    name.strip_prefix("arg")
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
}
