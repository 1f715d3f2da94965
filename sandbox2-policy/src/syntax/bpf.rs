//! `bpf call { … }`: instructions in the notation of `bpf_helper`.

use syn::parse::ParseStream;
use syn::{Ident, LitInt, Token, token};

use super::delimited::{braces, parentheses};
use super::parse::{Attempt, Parser, drain, parse_word};
use super::statements::ACTIONS;
use crate::ast::{ActionKind, ActionSpec, BpfInsn, BpfOp, BpfSpec, BpfTarget, BpfTest, Context, Name};
use crate::meaning::CmpOp;
use crate::problem::{ProblemKind, nearest};

/// The comparisons by the names that they have for 64 bits; with `32` behind, they compare 32.
const COMPARISONS: [(&str, BpfTest); 7] = [
    ("JEQ", BpfTest::Cmp(CmpOp::Eq)),
    ("JNE", BpfTest::Cmp(CmpOp::Ne)),
    ("JGT", BpfTest::Cmp(CmpOp::Gt)),
    ("JGE", BpfTest::Cmp(CmpOp::Ge)),
    ("JLT", BpfTest::Cmp(CmpOp::Lt)),
    ("JLE", BpfTest::Cmp(CmpOp::Le)),
    ("JA", BpfTest::AnyBit),
];
/// All instructions that are no comparison.
const OTHERS: [&str; 13] = [
    "ARG",
    "ARG_32",
    "LOAD_ARCH",
    "LOAD_SYSCALL_NR",
    "LABEL",
    "JUMP",
    "ALLOW",
    "KILL",
    "ERRNO",
    "TRAP",
    "LOG",
    "NOTIFY",
    "TRACE",
];

impl Parser {
    /// A whole block; `bpf` has been read. `None` if it has mistakes: what is left would say other things than its author.
    pub(super) fn bpf(&mut self, input: ParseStream<'_>, word: &Ident, context: &Context) -> Attempt<Option<BpfSpec>> {
        let call = self.call(input)?;
        if !input.peek(token::Brace) {
            return Err(input
                .error("expected `{` and instructions: `bpf write { ARG_32(0); JEQ32(1, ALLOW); KILL; }`")
                .into());
        }
        let (brace, content) = braces(input)?;
        let node = self.node(word.span(), brace.span.close());
        let mut insns = Vec::new();
        let mut failed = false;
        while !content.is_empty() {
            match self.instruction(&content) {
                Ok(insn) => insns.push(insn),
                Err(reason) => {
                    failed = true;
                    self.settle(reason);
                    skip_instruction(&content);
                }
            }
        }
        if insns.is_empty() && !failed {
            return self.give_up(
                ProblemKind::EmptyBlock,
                call.name.node,
                format!("the block of `{}` has no instructions", call.name.text),
                "end every path with an action, as in `KILL;`, or leave the block out",
            );
        }
        Ok((!failed).then(|| BpfSpec { call, insns, context: context.clone(), node }))
    }

    fn instruction(&mut self, content: ParseStream<'_>) -> Attempt<BpfInsn> {
        let word = parse_word(content, "expected an instruction: ARG_32(0), JEQ32(1, ALLOW), KILL")?;
        let text = word.to_string();
        let mut last = word.span();
        let bare = text.strip_suffix("32").unwrap_or(&text);
        let op = if let Some((_, test)) = COMPARISONS.iter().find(|(name, _)| *name == bare) {
            let inside = self.operands(content, &word, &mut last, "a value and where to go: `JEQ32(1, ALLOW)`")?;
            let value = self.value(&inside);
            let value = value.inspect_err(|_| drain(&inside))?;
            let target = self.target(&inside);
            drain(&inside);
            BpfOp::Compare { test: *test, wide: bare == text, value, target: target? }
        } else {
            match text.as_str() {
                "ARG" | "ARG_32" => {
                    let inside = self.operands(content, &word, &mut last, "an argument's number: `ARG_32(0)`")?;
                    let arg = self.argument_of_load(&inside);
                    drain(&inside);
                    BpfOp::LoadArg { arg: arg?, wide: text == "ARG" }
                }
                "LABEL" | "JUMP" => {
                    let inside = self.operands(content, &word, &mut last, "a label: `JUMP(done)`")?;
                    let label = self.label(&inside);
                    drain(&inside);
                    if text == "LABEL" { BpfOp::Label(label?) } else { BpfOp::Jump(label?) }
                }
                "LOAD_ARCH" => BpfOp::LoadArch,
                "LOAD_SYSCALL_NR" => BpfOp::LoadNumber,
                "TRACE" => BpfOp::Return(self.trace(content, &word)?),
                action if ACTIONS.contains(&action) => {
                    let action = self.action(content, Some(&word))?;
                    last = self.places.spans(action.node).1;
                    BpfOp::Return(action)
                }
                _ => return self.unknown_instruction(&word),
            }
        };
        let node = self.node(word.span(), last);
        if !content.peek(Token![;]) {
            return Err(content.error("expected `;`: it ends each instruction").into());
        }
        content.parse::<Token![;]>()?;
        Ok(BpfInsn { op, node })
    }

    /// What stands in parentheses after `word`.
    fn operands<'a>(
        &mut self,
        content: ParseStream<'a>,
        word: &Ident,
        last: &mut proc_macro2::Span,
        what: &str,
    ) -> Attempt<syn::parse::ParseBuffer<'a>> {
        let missing = || syn::Error::new(word.span(), format!("`{word}` needs {what}"));
        if !content.peek(token::Paren) {
            return Err(missing().into());
        }
        let (paren, inside) = parentheses(content)?;
        *last = paren.span.close();
        if inside.is_empty() { Err(missing().into()) } else { Ok(inside) }
    }

    fn argument_of_load(&mut self, inside: ParseStream<'_>) -> Attempt<Name> {
        let name = if inside.peek(LitInt) {
            let literal: LitInt = inside.parse()?;
            let node = self.node(literal.span(), literal.span());
            if !literal.suffix().is_empty() {
                return self.give_up(
                    ProblemKind::Syntax,
                    node,
                    "the number of an argument has no type",
                    format!("write `{}`; `ARG` and `ARG_32` say how wide it is", literal.base10_digits()),
                );
            }
            Name { text: literal.base10_digits().to_owned(), node }
        } else {
            let word = parse_word(inside, "expected an argument: its number from 0 to 5, or its name")?;
            self.name(&word)
        };
        if inside.is_empty() { Ok(name) } else { Err(inside.error("expected `)`: one argument is loaded").into()) }
    }

    fn label(&mut self, inside: ParseStream<'_>) -> Attempt<Name> {
        if inside.peek(Token![&]) {
            return Err(inside.error("expected the label alone: `JUMP(done)`").into());
        }
        let word = parse_word(inside, "expected a label: `JUMP(done)`")?;
        let name = self.name(&word);
        if inside.is_empty() { Ok(name) } else { Err(inside.error("expected `)`: a label is one word").into()) }
    }

    fn target(&mut self, inside: ParseStream<'_>) -> Attempt<BpfTarget> {
        const FORM: &str = "expected `,` and where to go: an action or `JUMP(label)`";
        if !inside.peek(Token![,]) {
            return Err(inside.error(FORM).into());
        }
        inside.parse::<Token![,]>()?;
        let word = parse_word(inside, "expected where to go: an action or `JUMP(label)`")?;
        let mut last = word.span();
        let target = match word.to_string().as_str() {
            "JUMP" => {
                let label = self.operands(inside, &word, &mut last, "a label: `JUMP(done)`")?;
                let name = self.label(&label);
                drain(&label);
                BpfTarget::Jump(name?)
            }
            "TRACE" => BpfTarget::Action(self.trace(inside, &word)?),
            action if ACTIONS.contains(&action) => BpfTarget::Action(self.action(inside, Some(&word))?),
            "LABEL" => return self.not_a_target(&word, "a comparison jumps to a label", "write `JUMP(label)`"),
            name if name.starts_with(|first: char| first.is_ascii_lowercase()) => {
                return self.not_a_target(&word, "a label stands in `JUMP`", &format!("write `JUMP({name})`"));
            }
            _ => return self.unknown_instruction(&word),
        };
        if inside.is_empty() {
            return Ok(target);
        }
        Err(inside.error("expected `)`: a comparison has a value and one place to go to").into())
    }

    fn not_a_target<T>(&mut self, word: &Ident, message: &str, hint: &str) -> Attempt<T> {
        let node = self.node(word.span(), word.span());
        self.give_up(ProblemKind::Syntax, node, message, hint)
    }

    /// `TRACE`: whoever supervises decides.
    fn trace(&mut self, content: ParseStream<'_>, word: &Ident) -> Attempt<ActionSpec> {
        if content.peek(token::Paren) {
            let node = self.node(word.span(), content.span());
            return self.give_up(
                ProblemKind::Syntax,
                node,
                "`TRACE` takes no number: the numbers of events are sandbox2's own",
                "write `TRACE`: whoever supervises the sandboxee decides",
            );
        }
        Ok(ActionSpec { kind: ActionKind::Notify, node: self.node(word.span(), word.span()) })
    }

    fn unknown_instruction<T>(&mut self, word: &Ident) -> Attempt<T> {
        let text = word.to_string();
        let comparisons: Vec<String> =
            COMPARISONS.iter().flat_map(|(name, _)| [(*name).to_owned(), format!("{name}32")]).collect();
        let known = comparisons.iter().map(String::as_str).chain(OTHERS);
        let hint = match (text.as_str(), nearest(&text, known)) {
            ("DENY", _) => "did you mean `KILL`?".to_owned(),
            ("SANDBOX2_TRACE", _) => "did you mean `TRACE`?".to_owned(),
            ("JSET" | "JSET32" | "JANY" | "JANY32", _) => {
                format!("did you mean `{}`?", text.replace("SET", "A").replace("ANY", "A"))
            }
            ("USER_NOTIF", _) => "did you mean `TRACE`?".to_owned(),
            ("SYSCALL", _) => "the block is about one call already: say what is done, `ALLOW;`".to_owned(),
            (_, Some(near)) => format!("did you mean `{near}`?"),
            _ => format!(
                "the instructions are {}, JEQ, JNE, JGT, JGE, JLT, JLE, JA and their forms with 32",
                OTHERS.join(", ")
            ),
        };
        let node = self.node(word.span(), word.span());
        self.give_up(ProblemKind::UnknownInstruction, node, format!("unknown instruction `{text}`"), hint)
    }
}

/// Skips to behind the next `;`.
fn skip_instruction(content: ParseStream<'_>) {
    while !content.is_empty() && !content.peek(Token![;]) {
        if content.parse::<proc_macro2::TokenTree>().is_err() {
            return;
        }
    }
    let _ = content.parse::<Option<Token![;]>>();
}
