//! Statements of the language.

use proc_macro2::TokenStream;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Ident, LitInt, LitStr, Token, token};

use super::conditions::after_condition;
use super::delimited::{braces, parentheses};
use super::imports::begins_path;
use super::parse::{Attempt, Parser, begins_static_line, drain, parse_word, skip_arm};
use crate::arch::Arch;
use crate::ast::{
    ActionKind, ActionSpec, Arm, BlockSpec, CallName, Context, Item, MountSpec, MountWord, Name, NodeId, Precedence,
    RuleSpec, Text,
};
use crate::problem::{ProblemKind, nearest};
use crate::tables;

pub(super) const ACTIONS: [&str; 6] = ["ALLOW", "KILL", "ERRNO", "TRAP", "LOG", "NOTIFY"];
const STATEMENTS: [&str; 16] = [
    "default",
    "use",
    "danger",
    "file",
    "dir",
    "tmpfs",
    "libraries",
    "hostname",
    "network",
    "baseline",
    "bpf",
    "limit",
    "override",
    "restrict",
    "hot",
    "slot",
];
/// What is said of a policy as a whole, on every architecture.
const OF_THE_WHOLE: [&str; 11] =
    ["default", "file", "dir", "tmpfs", "libraries", "hostname", "network", "baseline", "limit", "hot", "slot"];

impl Parser {
    /// One statement; its items are added to `items`.
    pub(super) fn statement(
        &mut self,
        input: ParseStream<'_>,
        context: &Context,
        items: &mut Vec<Item>,
    ) -> Attempt<()> {
        if input.peek(Token![use]) {
            return self.use_groups(input, context, items);
        }
        if input.peek(Token![if]) {
            return self.if_arch(input, context, items);
        }
        if begins_static_line(input) {
            let before = input.span();
            self.static_line(TokenStream::new(), input)?;
            let node = self.node(before, before);
            self.problems.report(
                ProblemKind::Syntax,
                node,
                "the policy's name stands at its beginning, once",
                "move the `static NAME;` line to the top, or make two policies",
            );
            return Ok(());
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error(not_a_statement(input)).into());
        }
        let word = input.call(Ident::parse_any)?;
        let text = word.to_string();
        if context.arches.is_some() && OF_THE_WHOLE.contains(&text.as_str()) && !is_block(input) {
            let node = self.node(word.span(), word.span());
            let message = format!("`{text}` holds on every architecture: it cannot stand inside `if arch`");
            return self.give_up(ProblemKind::Syntax, node, message, "move the statement out of the block");
        }
        match text.as_str() {
            "danger" if input.peek(token::Brace) => {
                let (_, content) = braces(input)?;
                let inner = Context { danger: true, ..context.clone() };
                let found = self.items(&content, &inner);
                items.extend(found);
                Ok(())
            }
            "fallback" if self.within_group.is_some() => {
                let inner = Context { fallback: true, ..context.clone() };
                self.statement(input, &inner, items)
            }
            "default" => {
                let action = self.action(input, None)?;
                input.parse::<Token![;]>()?;
                let first = self.node(word.span(), word.span());
                let node = self.node_from(first, action.node);
                items.push(Item::Default { action, danger: context.danger, node });
                Ok(())
            }
            "danger" => Err(input.error("`danger` needs braces: `danger { ALLOW ptrace; }`").into()),
            "file" | "dir" | "tmpfs" | "libraries" => {
                let mount = self.mount(input, &word)?;
                items.push(Item::Mount(mount));
                Ok(())
            }
            "hostname" => {
                let name = self.text(input)?;
                input.parse::<Token![;]>()?;
                items.push(Item::Hostname(name));
                Ok(())
            }
            "network" => {
                let network = self.network(input)?;
                items.push(network);
                Ok(())
            }
            "baseline" if !is_block(input) => {
                let baseline = self.baseline(input, &word)?;
                items.push(baseline);
                Ok(())
            }
            "limit" if !is_block(input) => {
                let limit = self.limit(input, &word)?;
                items.push(limit);
                Ok(())
            }
            "hot" if !is_block(input) => {
                let hot = self.hot(input)?;
                items.push(hot);
                Ok(())
            }
            "slot" if !is_block(input) => {
                let slot = self.slot(input)?;
                items.push(slot);
                Ok(())
            }
            "bpf" if !is_block(input) => {
                let bpf = self.bpf(input, &word, context)?;
                items.extend(bpf.map(Item::Bpf));
                Ok(())
            }
            "override" | "restrict" => self.precedence(input, &word, context, items),
            text if ACTIONS.contains(&text) => {
                let rule = self.rule(input, &word, context)?;
                items.push(Item::Rule(Box::new(rule)));
                Ok(())
            }
            "syscall" if input.peek(LitInt) => {
                let call = self.numbered(input, &word)?;
                let block = self.block(input, call, context)?;
                items.push(Item::Block(block));
                Ok(())
            }
            _ if is_block(input) => {
                let optional = input.peek(Token![?]);
                if optional {
                    input.parse::<Token![?]>()?;
                }
                let call = CallName { name: self.name(&word), optional, number: None };
                let block = self.block(input, call, context)?;
                items.push(Item::Block(block));
                Ok(())
            }
            _ => self.unknown_word(&word, input),
        }
    }

    fn unknown_word<T>(&mut self, word: &Ident, input: ParseStream<'_>) -> Attempt<T> {
        let text = word.to_string();
        let node = self.node(word.span(), word.span());
        if tables::syscall(&text).is_some() && !input.peek(LitStr) {
            let message = format!("what to do about `{text}` is not said");
            let hint = format!("begin with an action: `ALLOW {text};`");
            return self.give_up(ProblemKind::UnknownStatement, node, message, hint);
        }
        let names_call = input.peek(Ident::peek_any);
        let shouting = text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        let statement = nearest(&text, STATEMENTS);
        if shouting || (names_call && statement.is_none()) || input.peek(token::Paren) {
            return self.unknown_action(&text, node);
        }
        let hint = match statement {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "a statement begins with an action ({}), with {}, or is a block `call {{ condition => ACTION, }}`",
                ACTIONS.join(", "),
                STATEMENTS.map(|word| format!("`{word}`")).join(", "),
            ),
        };
        self.give_up(ProblemKind::UnknownStatement, node, format!("no statement begins with `{text}`"), hint)
    }

    fn unknown_action<T>(&mut self, text: &str, node: NodeId) -> Attempt<T> {
        let hint = match nearest(text, ACTIONS) {
            Some(near) => format!("did you mean `{near}`?"),
            None if tables::errno(text).is_some() => format!("did you mean `ERRNO({text})`?"),
            None => "the actions are ALLOW, KILL, ERRNO(E), TRAP(n), LOG and NOTIFY".to_owned(),
        };
        self.give_up(ProblemKind::UnknownAction, node, format!("unknown action `{text}`"), hint)
    }

    /// `override` or `restrict`: braces with statements, or one statement.
    fn precedence(
        &mut self,
        input: ParseStream<'_>,
        word: &Ident,
        context: &Context,
        items: &mut Vec<Item>,
    ) -> Attempt<()> {
        let precedence = if word == "override" { Precedence::Override } else { Precedence::Restrict };
        if context.precedence != Precedence::Ordinary {
            return Err(
                syn::Error::new(word.span(), "`override` and `restrict` cannot stand inside one another").into()
            );
        }
        let inner = Context { precedence, ..context.clone() };
        let mut found = Vec::new();
        if input.peek(token::Brace) {
            let (_, content) = braces(input)?;
            found = self.items(&content, &inner);
        } else if precedence == Precedence::Restrict && begins_path(input) {
            return self.import(input, &inner, items);
        } else {
            self.statement(input, &inner, &mut found)?;
        }
        let stray = found.iter().any(|item| !matches!(item, Item::Rule(_) | Item::Block(_) | Item::Bpf(_)));
        items.extend(found);
        if stray {
            let node = self.node(word.span(), word.span());
            let message = format!("only rules can stand inside `{word}`");
            self.problems.report(ProblemKind::Syntax, node, message, "move what is no rule out of it");
        }
        Ok(())
    }

    fn if_arch(&mut self, input: ParseStream<'_>, context: &Context, items: &mut Vec<Item>) -> Attempt<()> {
        input.parse::<Token![if]>()?;
        let word = parse_word(input, "expected `arch`: `if arch x86_64 { … }`")?;
        if word != "arch" {
            return Err(syn::Error::new(word.span(), "expected `arch`: `if arch x86_64 { … }`").into());
        }
        let mut arches = Vec::new();
        loop {
            let ident = parse_word(input, "expected an architecture: x86_64, aarch64 or riscv64")?;
            match Arch::from_name(&ident.to_string()) {
                Some(arch) => arches.push(arch),
                None => {
                    let node = self.node(ident.span(), ident.span());
                    let known = Arch::ALL.map(Arch::name);
                    let hint = match nearest(&ident.to_string(), known) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the architectures are {}", known.join(", ")),
                    };
                    return self.give_up(
                        ProblemKind::UnknownArch,
                        node,
                        format!("unknown architecture `{ident}`"),
                        hint,
                    );
                }
            }
            if !input.peek(Token![,]) {
                break;
            }
            input.parse::<Token![,]>()?;
        }
        if let Some(outer) = &context.arches {
            arches.retain(|arch| outer.contains(arch));
        }
        let inner = Context { arches: Some(arches), ..context.clone() };
        let (_, content) = braces(input)?;
        let found = self.items(&content, &inner);
        items.extend(found);
        Ok(())
    }

    /// An action: `ALLOW`, `ERRNO(E)`, …; `word` if its first word has been read.
    pub(super) fn action(&mut self, input: ParseStream<'_>, word: Option<&Ident>) -> Attempt<ActionSpec> {
        let word = match word {
            Some(word) => word.clone(),
            None => parse_word(input, "expected an action: ALLOW, KILL, ERRNO(E), TRAP(n), LOG or NOTIFY")?,
        };
        let text = word.to_string();
        let mut last = word.span();
        let kind = match text.as_str() {
            "ALLOW" | "KILL" | "LOG" | "NOTIFY" if input.peek(token::Paren) => {
                return Err(input.error(format!("`{text}` takes no number")).into());
            }
            "ALLOW" => ActionKind::Allow,
            "KILL" => ActionKind::Kill,
            "LOG" => ActionKind::Log,
            "NOTIFY" => ActionKind::Notify,
            "ERRNO" | "TRAP" => {
                let example = if text == "ERRNO" { "ERRNO(EPERM)" } else { "TRAP(1)" };
                let missing = syn::Error::new(word.span(), format!("`{text}` needs a number: `{example}`"));
                if !input.peek(token::Paren) {
                    return Err(missing.into());
                }
                let (paren, content) = parentheses(input)?;
                if content.is_empty() {
                    return Err(missing.into());
                }
                last = paren.span.close();
                let value = self.value(&content);
                let excess = content.error("expected `)`: the action takes one number");
                let complete = content.is_empty();
                drain(&content);
                let value = value?;
                if !complete {
                    return Err(excess.into());
                }
                if text == "ERRNO" { ActionKind::Errno(value) } else { ActionKind::Trap(value) }
            }
            _ => {
                let node = self.node(word.span(), word.span());
                return self.unknown_action(&text, node);
            }
        };
        Ok(ActionSpec { kind, node: self.node(word.span(), last) })
    }

    fn rule(&mut self, input: ParseStream<'_>, word: &Ident, context: &Context) -> Attempt<RuleSpec> {
        let action = self.action(input, Some(word))?;
        let mut calls = vec![self.call(input)?];
        while input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            if input.peek(Token![;]) || input.peek(Token![if]) {
                break;
            }
            calls.push(self.call(input)?);
        }
        let cond = if input.peek(Token![if]) {
            input.parse::<Token![if]>()?;
            Some(self.condition(input)?)
        } else {
            None
        };
        if !input.peek(Token![;]) {
            let message = match cond {
                Some(_) => after_condition(input, "`;`"),
                None => "expected `;`, or `,` and another system call, or `if` and a condition".to_owned(),
            };
            return Err(input.error(message).into());
        }
        input.parse::<Token![;]>()?;
        Ok(RuleSpec { action, calls, cond, context: context.clone() })
    }

    pub(super) fn call(&mut self, input: ParseStream<'_>) -> Attempt<CallName> {
        if !input.peek(Ident) {
            return Err(input.error("expected the name of a system call").into());
        }
        let ident: Ident = input.parse()?;
        if ACTIONS.contains(&ident.to_string().as_str()) {
            let message = "expected the name of a system call; a statement ends with `;`";
            return Err(syn::Error::new(ident.span(), message).into());
        }
        if ident == "syscall" && input.peek(LitInt) {
            return self.numbered(input, &ident);
        }
        let optional = input.peek(Token![?]);
        if optional {
            input.parse::<Token![?]>()?;
        }
        Ok(CallName { name: self.name(&ident), optional, number: None })
    }

    fn block(&mut self, input: ParseStream<'_>, call: CallName, context: &Context) -> Attempt<BlockSpec> {
        let (_, content) = braces(input)?;
        let mut arms = Vec::new();
        let mut failed = false;
        while !content.is_empty() {
            match self.arm(&content) {
                Ok(arm) => arms.push(arm),
                Err(reason) => {
                    failed = true;
                    self.settle(reason);
                    skip_arm(&content);
                }
            }
        }
        if arms.is_empty() && !failed {
            return self.give_up(
                ProblemKind::EmptyBlock,
                call.name.node,
                format!("the block of `{}` has no rules", call.name.text),
                "write `condition => ACTION,` lines in it, or leave it out",
            );
        }
        Ok(BlockSpec { call, arms, context: context.clone() })
    }

    fn arm(&mut self, content: ParseStream<'_>) -> Attempt<Arm> {
        let (cond, first) = if content.peek(Token![_]) {
            let underscore = content.parse::<Token![_]>()?;
            (None, self.node(underscore.spans[0], underscore.spans[0]))
        } else {
            let before = content.span();
            let cond = self.condition(content)?;
            (Some(cond), self.node(before, before))
        };
        if !content.peek(Token![=>]) {
            return Err(content.error(after_condition(content, "`=> ACTION`")).into());
        }
        content.parse::<Token![=>]>()?;
        let action = self.action(content, None)?;
        if !content.is_empty() {
            if !content.peek(Token![,]) {
                return Err(content.error("expected `,`: it ends each rule of a block").into());
            }
            content.parse::<Token![,]>()?;
        }
        let node = self.node_from(first, action.node);
        Ok(Arm { cond, action, node })
    }

    fn text(&mut self, input: ParseStream<'_>) -> Attempt<Text> {
        if !input.peek(LitStr) {
            return Err(input.error("expected a text in quotes: `\"…\"`").into());
        }
        let literal: LitStr = input.parse()?;
        Ok(Name { text: literal.value(), node: self.node(literal.span(), literal.span()) })
    }

    fn mount(&mut self, input: ParseStream<'_>, word: &Ident) -> Attempt<MountSpec> {
        let kind = match word.to_string().as_str() {
            "file" => MountWord::File,
            "dir" => MountWord::Dir,
            "tmpfs" => MountWord::Tmpfs,
            _ => MountWord::Libraries,
        };
        let takes_rw = matches!(kind, MountWord::File | MountWord::Dir);
        let mut writable = false;
        if takes_rw && input.peek(Ident::peek_any) {
            let word = input.call(Ident::parse_any)?;
            if word != "rw" {
                return Err(syn::Error::new(word.span(), "expected `rw` or a path").into());
            }
            writable = true;
        }
        let path = self.text(input)?;
        let mut inside = None;
        if takes_rw && input.peek(Token![as]) {
            input.parse::<Token![as]>()?;
            inside = Some(self.text(input)?);
        }
        let mut size = None;
        if kind == MountWord::Tmpfs {
            size = Some(self.tmpfs_size(input)?);
        }
        input.parse::<Token![;]>()?;
        Ok(MountSpec { kind, writable, path, inside, size })
    }

    fn tmpfs_size(&mut self, input: ParseStream<'_>) -> Attempt<(u64, NodeId)> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected `size` and a number of bytes: `tmpfs \"/tmp\" size 16M;`").into());
        }
        let word = input.call(Ident::parse_any)?;
        if word != "size" {
            return Err(syn::Error::new(word.span(), "expected `size` and a number of bytes").into());
        }
        if !input.peek(LitInt) {
            return Err(input.error("expected a whole number of bytes, with K, M, G or T: `16M`").into());
        }
        let literal: LitInt = input.parse()?;
        let node = self.node(literal.span(), literal.span());
        if input.peek(Ident::peek_any) {
            return Err(input.error("the unit stands at the number, without a space: `16M`").into());
        }
        let unit = match literal.suffix() {
            "" => Some(1_u64),
            "K" => Some(1 << 10),
            "M" => Some(1 << 20),
            "G" => Some(1 << 30),
            "T" => Some(1 << 40),
            _ => None,
        };
        let size = unit.and_then(|unit| literal.base10_digits().parse::<u64>().ok()?.checked_mul(unit));
        match size {
            Some(size) if size > 0 && i64::try_from(size).is_ok() => Ok((size, node)),
            _ => self.give_up(
                ProblemKind::InvalidSize,
                node,
                format!("`{literal}` is no size"),
                "write a number of bytes above zero, with K, M, G or T for powers of 1024: `16M`",
            ),
        }
    }

    fn network(&mut self, input: ParseStream<'_>) -> Attempt<Item> {
        let word = parse_word(input, "expected `none` or `host`")?;
        let node = self.node(word.span(), word.span());
        let host = match word.to_string().as_str() {
            "none" => false,
            "host" => true,
            "proxy" => {
                return self.give_up(
                    ProblemKind::NotYet,
                    node,
                    "`network proxy` is not supported by this version of sandbox2",
                    "use `network none;` or `network host;`",
                );
            }
            _ => return Err(syn::Error::new(word.span(), "expected `none` or `host`").into()),
        };
        input.parse::<Token![;]>()?;
        Ok(Item::Network { host, node })
    }
}

/// What to say about something that begins no statement.
fn not_a_statement(input: ParseStream<'_>) -> &'static str {
    if input.peek(Token![;]) {
        "there is no statement before this `;`"
    } else if input.peek(Token![#]) {
        "attributes and doc comments belong to the whole policy: they stand above its `static NAME;`; a rule is explained \
         by a comment with `//`"
    } else {
        "a statement begins with a word: `ALLOW read;`"
    }
}

fn is_block(input: ParseStream<'_>) -> bool {
    input.peek(token::Brace) || (input.peek(Token![?]) && input.peek2(token::Brace))
}
