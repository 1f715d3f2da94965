//! `use time, futex(WAIT, WAKE);`: groups and their words.

use syn::parse::{ParseStream, Parser as _};
use syn::{Token, token};

use super::delimited::parentheses;
use super::imports::begins_path;
use super::parse::{Attempt, Parser, drain, parse_word};
use crate::ast::{Context, Item, Name, NodeId};
use crate::groups::{self, Group};
use crate::problem::{ProblemKind, nearest};

impl Parser {
    pub(super) fn use_groups(
        &mut self,
        input: ParseStream<'_>,
        context: &Context,
        items: &mut Vec<Item>,
    ) -> Attempt<()> {
        input.parse::<Token![use]>()?;
        loop {
            if begins_path(input) {
                let path = self.import_path(input)?;
                self.import_at(&path, context, items)?;
            } else {
                let ident = parse_word(input, "expected the name of a group, or the path of a policy")?;
                let name = self.name(&ident);
                let args = self.words(input)?;
                match groups::group(&name.text) {
                    Some(group) => self.group(group, name, args, context, items),
                    None => self.unknown_group(&name),
                }
            }
            if input.peek(Token![;]) {
                input.parse::<Token![;]>()?;
                return Ok(());
            }
            input.parse::<Token![,]>()?;
            if input.peek(Token![;]) {
                input.parse::<Token![;]>()?;
                return Ok(());
            }
        }
    }

    /// What stands in parentheses after a group's name.
    fn words(&mut self, input: ParseStream<'_>) -> Attempt<Vec<Name>> {
        let mut words = Vec::new();
        if !input.peek(token::Paren) {
            return Ok(words);
        }
        let (_, content) = parentheses(input)?;
        while !content.is_empty() {
            let word = parse_word(&content, "expected a word that the group knows").inspect_err(|_| drain(&content))?;
            words.push(self.name(&word));
            if !content.is_empty() {
                content.parse::<Token![,]>().inspect_err(|_| drain(&content))?;
            }
        }
        Ok(words)
    }

    fn group(&mut self, group: &'static Group, name: Name, args: Vec<Name>, context: &Context, items: &mut Vec<Item>) {
        let known = || group.words.iter().map(|word| word.0);
        let listed = known().collect::<Vec<_>>().join(", ");
        if args.is_empty() && group.needs_word() {
            let message = format!("`{}` needs to be told for what", group.name);
            let hint = format!("write `use {}({});` with one or more of {listed}", group.name, group.words[0].0);
            return self.problems.report(ProblemKind::GroupWord, name.node, message, hint);
        }
        let mut source = group.source.to_owned();
        for arg in &args {
            match group.words.iter().find(|word| word.0 == arg.text) {
                Some((_, more)) => source.push_str(more),
                None => {
                    let hint = match nearest(&arg.text, known()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None if listed.is_empty() => "leave the parentheses out".to_owned(),
                        None => format!("the words are {listed}"),
                    };
                    let message = format!("the group `{}` knows no `{}`", group.name, arg.text);
                    return self.problems.report(ProblemKind::GroupWord, arg.node, message, hint);
                }
            }
        }
        let inner = Context { group: Some(group.name.to_owned()), ..context.clone() };
        let nested = self.within_group.is_some();
        let found = self.group_items(&source, &inner, name.node);
        if nested {
            // Part of the group that the user named.
            items.extend(found);
        } else {
            items.push(Item::Use { group: name, args, items: found });
        }
    }

    fn unknown_group(&mut self, name: &Name) {
        let names = groups::groups().iter().map(|group| group.name);
        let hint = match nearest(&name.text, names.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the groups are {}", names.collect::<Vec<_>>().join(", ")),
        };
        self.problems.report(ProblemKind::UnknownGroup, name.node, format!("unknown group `{}`", name.text), hint);
    }

    /// The statements of a group. A group is ours: that all of them parse is asserted by a test.
    fn group_items(&mut self, source: &str, context: &Context, node: NodeId) -> Vec<Item> {
        let outer = self.within_group.replace(node);
        let mut items = Vec::new();
        let result = (|input: ParseStream<'_>| {
            items = self.items(input, context);
            Ok(())
        })
        .parse_str(source);
        if let Err(error) = result {
            self.form(&error);
        }
        self.within_group = outer;
        items
    }
}
