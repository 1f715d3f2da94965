//! What an editor shows over a name in a policy: the expansion refers, with the span of each name that the user wrote, to an item of
//! that name whose documentation says what the tables know (`sandbox2_policy::hover`).

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::ast::{BpfOp, CallName, CondSpec, Item, Name, PolicyDef};
use sandbox2_policy::syntax::Places;
use sandbox2_policy::tables::{self, Syscall};

/// The references, as statements of a block. They cost nothing: they import nothing under no name.
pub(crate) fn references(krate: &TokenStream, def: &PolicyDef, places: &Places) -> TokenStream {
    let mut references = References { places, found: TokenStream::new() };
    def.items.iter().for_each(|item| references.of_item(item));
    let found = references.found;
    if found.is_empty() {
        return found;
    }
    quote! {
        #[allow(unused_imports, reason = "for editors")]
        use #krate::__private::hover::{#found};
    }
}

struct References<'a> {
    places: &'a Places,
    found: TokenStream,
}

impl References<'_> {
    /// Groups and imported policies were written elsewhere.
    fn of_item(&mut self, item: &Item) {
        match item {
            Item::Rule(rule) => {
                for call in &rule.calls {
                    self.of_call(call, rule.cond.as_ref());
                }
            }
            Item::Block(block) => {
                self.of_call(&block.call, None);
                for arm in &block.arms {
                    self.of_cond(&block.call, arm.cond.as_ref());
                }
            }
            Item::Bpf(bpf) => {
                self.of_call(&bpf.call, None);
                for insn in &bpf.insns {
                    if let BpfOp::LoadArg { arg, .. } = &insn.op {
                        self.of_arg(&bpf.call, arg);
                    }
                }
            }
            Item::Hot(calls) => calls.iter().for_each(|call| self.of_call(call, None)),
            _ => {}
        }
    }

    fn of_call(&mut self, call: &CallName, cond: Option<&CondSpec>) {
        if let Some(syscall) = known(call) {
            let name = self.ident(syscall.name, &call.name);
            self.found.extend(quote!(#name as _,));
            self.of_cond(call, cond);
        }
    }

    fn of_cond(&mut self, call: &CallName, cond: Option<&CondSpec>) {
        match cond {
            None => {}
            Some(CondSpec::Cmp(cmp)) => self.of_arg(call, &cmp.subject.arg),
            Some(CondSpec::In(set)) => self.of_arg(call, &set.subject.arg),
            Some(CondSpec::Not(cond)) => self.of_cond(call, Some(cond)),
            Some(CondSpec::All(conds, _) | CondSpec::Any(conds, _)) => {
                conds.iter().for_each(|cond| self.of_cond(call, Some(cond)));
            }
        }
    }

    fn of_arg(&mut self, call: &CallName, arg: &Name) {
        let Some(syscall) = known(call) else { return };
        let args = Arch::ALL.into_iter().filter_map(|arch| syscall.args(arch)).flatten();
        // A keyword of Rust's is no name of an item.
        if args.into_iter().any(|known| known.name == arg.text) && syn::parse_str::<Ident>(&arg.text).is_ok() {
            let (call, arg) = (Ident::new(syscall.name, Span::mixed_site()), self.ident(&arg.text, arg));
            self.found.extend(quote!(#call::#arg as _,));
        }
    }

    fn ident(&self, text: &str, name: &Name) -> Ident {
        Ident::new(text, self.places.spans(name.node).0)
    }
}

/// The call, if there is one of that name on some architecture.
fn known(call: &CallName) -> Option<&'static Syscall> {
    let syscall = tables::syscall(&call.name.text).filter(|_| call.number.is_none())?;
    Arch::ALL.iter().any(|arch| syscall.number(*arch).is_some()).then_some(syscall)
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenTree;
    use sandbox2_policy::syntax::parse;

    use super::*;

    /// Every name with the line and the column that it stands at in the policy.
    fn names(tokens: TokenStream) -> Vec<(String, usize, usize)> {
        let mut found = Vec::new();
        for tree in tokens {
            match tree {
                TokenTree::Group(group) => found.extend(names(group.stream())),
                TokenTree::Ident(name) if name != "as" && name != "_" => {
                    let start = name.span().start();
                    found.push((name.to_string(), start.line, start.column));
                }
                _ => {}
            }
        }
        found
    }

    #[test]
    fn each_name_that_was_written_refers_to_its_item_from_its_place() {
        let text = "use exit;\nALLOW read, openat if flags == O_RDONLY;\nbpf write { ARG_32(fd); JEQ32(1, ALLOW); KILL; }\nALLOW syscall 999;";
        let parsed = parse(text.parse().unwrap());
        let mut references = References { places: &parsed.places, found: TokenStream::new() };
        parsed.def.items.iter().for_each(|item| references.of_item(item));
        let found = names(references.found);
        let at = |name: &str| {
            found
                .iter()
                .filter(|(found, ..)| found == name)
                .map(|(_, line, column)| (*line, *column))
                .collect::<Vec<_>>()
        };
        assert_eq!(at("openat")[0], (2, 12));
        assert_eq!(at("flags"), [(2, 22)]);
        assert_eq!(at("write")[0], (3, 4));
        assert_eq!(at("fd"), [(3, 19)]);
        assert!(at("exit").is_empty() && at("exit_group").is_empty());
    }

    #[test]
    fn whatever_is_referred_to_is_there() {
        let items = include_str!("../../sandbox2-policy/src/hover.rs");
        for call in tables::syscalls().iter().filter(|call| call.numbers.iter().any(Option::is_some)) {
            assert!(items.contains(&format!("pub mod {} {{", call.name)), "{}", call.name);
        }
    }
}
