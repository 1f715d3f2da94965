//! The expansion: a checked policy as constants, or errors and a policy that denies everything.
//!
//! Emission cannot fail. A program is an array of `u64` literals, one for each instruction (code, jt, jf, k from high to
//! low); what the policy means is one byte string; Rust constants of the user's are bound once and range-checked.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use sandbox2_policy::action::Supervision;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::ast::{NodeId, PolicyDef};
use sandbox2_policy::check::CheckedPolicy;
use sandbox2_policy::encoding::{Origin, encode, encode_origins};
use sandbox2_policy::meaning::{SymbolId, Width};
use sandbox2_policy::pipeline::{self, Built};
use sandbox2_policy::problem::{Problem, Problems};
use sandbox2_policy::program::{Operand, Program};
use sandbox2_policy::resolve::{Symbol, SymbolSource};
use sandbox2_policy::surroundings::{Mount, MountKind, Network};
use sandbox2_policy::syntax::{ExprSource, Header, Parsed, Places};
use sandbox2_policy::tables::{self, InLibc};

use crate::{hover, report};

/// The policy as an item or, where it has no name, as an expression, and whether it has no mistakes; `start` is where it begins.
pub(crate) fn expand(krate: &TokenStream, start: Span, parsed: Parsed) -> (TokenStream, bool) {
    let (header, is_item) = (parsed.header.clone(), parsed.is_item);
    let (errors, policy) = policy(krate, parsed);
    let sound = errors.is_empty();
    let expansion = match header {
        Some(Header { attributes, visibility, name }) => {
            quote!(#errors #attributes #visibility static #name: #krate::Policy = { #policy };)
        }
        None if is_item => errors,
        None => block(start, quote!(#errors #policy)),
    };
    (expansion, sound)
}

/// The policy as an expression, be it one with a name.
pub(crate) fn value(krate: &TokenStream, start: Span, parsed: Parsed) -> TokenStream {
    let (errors, policy) = policy(krate, parsed);
    block(start, quote!(#errors #policy))
}

/// Whether there is nothing wrong with the policy.
pub(crate) fn is_sound(parsed: &Parsed) -> bool {
    parsed.problems.is_empty() && pipeline::build(&parsed.def, &mut Problems::default()).is_ok()
}

/// The errors, and the content of a block that is a constant expression.
fn policy(krate: &TokenStream, parsed: Parsed) -> (TokenStream, TokenStream) {
    let Parsed { header, def, exprs, places, problems, .. } = parsed;
    let mut found = Problems::default();
    for problem in problems {
        found.push(problem);
    }
    match pipeline::build(&def, &mut found) {
        Ok(built) => {
            let name = header.as_ref().map(|header| header.name.to_string());
            let emission = Emission { krate, exprs: &exprs, places: &places, name };
            let (references, policy) = (hover::references(krate, &def, &places), emission.policy(&built));
            (TokenStream::new(), quote!(#references #policy))
        }
        Err(checked) => {
            let mut errors = report::errors(found.into_vec(), &places);
            errors.extend(checked.missing().iter().map(|(arch, problem)| missing_here(*arch, problem, &places)));
            (errors, deny_all(krate))
        }
    }
}

/// What stands for a policy with mistakes, so that they are the only errors: it denies everything.
fn deny_all(krate: &TokenStream) -> TokenStream {
    let empty = Parsed {
        header: None,
        is_item: false,
        def: PolicyDef::default(),
        exprs: Vec::new(),
        rust_values: Vec::new(),
        imports: Vec::new(),
        places: Places::default(),
        problems: Vec::new(),
    };
    match pipeline::build(&empty.def, &mut Problems::default()) {
        Ok(built) => Emission { krate, exprs: &empty.exprs, places: &empty.places, name: None }.policy(&built),
        Err(_) => quote!(::core::unreachable!()),
    }
}

/// An error that concerns one architecture.
fn missing_here(arch: Arch, problem: &Problem, places: &Places) -> TokenStream {
    let name = arch.name();
    let error = report::error(problem, places);
    quote!(#[cfg(target_arch = #name)] #error)
}

/// A block that begins at `start`: if an item was expected instead, that is the place to say so.
fn block(start: Span, content: TokenStream) -> TokenStream {
    let mut block = Group::new(Delimiter::Brace, content);
    block.set_span(start);
    TokenTree::Group(block).into()
}

struct Emission<'a> {
    krate: &'a TokenStream,
    exprs: &'a [ExprSource],
    places: &'a Places,
    name: Option<String>,
}

impl Emission<'_> {
    /// The policy as the content of a block that is a constant expression.
    fn policy(&self, built: &Built) -> TokenStream {
        let krate = self.krate;
        let checked = built.checked();
        let name = option(self.name.as_ref().map(|name| self.borrowed(quote!(#name))));
        let symbols = self.symbols(checked);
        let symbol_names = (0..checked.symbols().len()).map(symbol_name);
        let exprs = self.expressions(checked);
        let constants = self.constants(checked);
        let (origins, default_origin) = self.origins(checked);
        let slots = self.slots(checked);
        let mounts = self.mounts(checked.mounts());
        let hostname = option(checked.hostname().map(|name| self.borrowed(quote!(#name))));
        let network = match checked.network() {
            Network::None => quote!(None),
            Network::Host => quote!(Host),
        };
        let arches = Arch::ALL.into_iter().map(|arch| self.arch(arch, built));
        let known = Arch::ALL.map(Arch::name);
        let meanings = Arch::ALL.map(|arch| Literal::byte_string(&encode(checked.meaning(arch))));
        quote!(
            #symbols
            #exprs
            {
                #constants
                #(#arches)*
                #[cfg(not(any(#(target_arch = #known),*)))]
                ::core::compile_error!("sandbox2 knows x86_64, aarch64 and riscv64 only");
                const SYMBOLS: &[::core::primitive::u64] = &[#(#symbol_names),*];
                const SLOTS: &[#krate::__private::SlotPart] = &[#(#slots),*];
                const MOUNTS: &[#krate::__private::Mount] = &[#(#mounts),*];
                #krate::Policy::from_parts(#krate::__private::PolicyParts {
                    name: #name,
                    file: #krate::__private::text(::core::file!()),
                    line: ::core::line!(),
                    arch: ARCH,
                    meanings: #krate::__private::lists([#(#meanings),*]),
                    symbols: #krate::__private::list(SYMBOLS),
                    exprs: __SANDBOX2_EXPRS,
                    slots: #krate::__private::list(SLOTS),
                    origins: #krate::__private::list(#origins),
                    default_origin: #default_origin,
                    programs: #krate::__private::lists([STANDALONE, SUPERVISED, TRACED]),
                    patches: #krate::__private::lists(PATCHES),
                    mounts: #krate::__private::list(MOUNTS),
                    hostname: #hostname,
                    network: #krate::__private::Network::#network,
                })
            }
        )
    }

    /// What depends on the target: programs, and errors that concern it alone.
    fn arch(&self, arch: Arch, built: &Built) -> TokenStream {
        let krate = self.krate;
        let name = arch.name();
        let missing = built.checked().missing().iter().filter(|(of, _)| *of == arch);
        let missing = missing.map(|(_, problem)| missing_here(arch, problem, self.places));
        let slot_of = |symbol: SymbolId| {
            let symbol = built.checked().symbols().get(usize::from(symbol.0));
            matches!(symbol, Some(Symbol { source: SymbolSource::Slot(_), .. }))
        };
        let mut patches = TokenStream::new();
        let mut programs = TokenStream::new();
        for supervision in Supervision::ALL {
            let Some(program) = built.program(arch, supervision) else { continue };
            let constant = format_ident!("{}", supervision.name().to_ascii_uppercase());
            let words = program_words(program);
            programs.extend(quote! {
                #[cfg(target_arch = #name)]
                const #constant: &[#krate::__private::Insn] = &#krate::__private::insns([#(#words),*]);
            });
            let of_program = program.insns.iter().enumerate().filter_map(|(at, insn)| match insn.k {
                Operand::Symbol { symbol, high, xor } if slot_of(symbol) => {
                    let (at, symbol) = (u16::try_from(at).ok()?, symbol.0);
                    Some(quote!(#krate::__private::Patch { at: #at, symbol: #symbol, high: #high, xor: #xor }))
                }
                _ => None,
            });
            patches.extend(quote!(&[#(#of_program),*],));
        }
        let variant = match arch {
            Arch::X86_64 => quote!(X86_64),
            Arch::Aarch64 => quote!(Aarch64),
            Arch::Riscv64 => quote!(Riscv64),
        };
        quote! {
            #(#missing)*
            #programs
            #[cfg(target_arch = #name)]
            const ARCH: #krate::__private::Arch = #krate::__private::Arch::#variant;
            #[cfg(target_arch = #name)]
            const PATCHES: [&[#krate::__private::Patch]; 3] = [#patches];
        }
    }

    /// A text that needs no allocation.
    fn borrowed(&self, text: TokenStream) -> TokenStream {
        let krate = self.krate;
        quote!(#krate::__private::text(#text))
    }

    fn slots(&self, checked: &CheckedPolicy) -> Vec<TokenStream> {
        let krate = self.krate;
        let symbol_of = |index: usize| {
            let is_it = |symbol: &Symbol| symbol.source == SymbolSource::Slot(index as u16);
            checked.symbols().iter().position(is_it).and_then(|symbol| u16::try_from(symbol).ok())
        };
        let slots = checked.slots().iter().enumerate().filter_map(|(index, slot)| {
            let (name, wide, signed, symbol) = (&slot.name, slot.width == Width::W64, slot.signed, symbol_of(index)?);
            let name = self.borrowed(quote!(#name));
            Some(quote!(#krate::__private::SlotPart {
                name: #name, wide: #wide, signed: #signed, symbol: #symbol, bound: false,
            }))
        });
        slots.collect()
    }

    /// The values of the user's expressions, for policies that import this one. As with `symbols`, there must be no name of
    /// ours that they could mean.
    fn expressions(&self, checked: &CheckedPolicy) -> TokenStream {
        let values = self.exprs.iter().enumerate().map(|(number, expr)| {
            let checked = checked.symbols().iter().position(|symbol| match symbol.source {
                SymbolSource::Expr(of) => usize::from(of) == number,
                SymbolSource::Slot(_) => false,
            });
            match (checked, expr) {
                (Some(symbol), _) => {
                    let name = number_name(symbol);
                    quote!(#name)
                }
                (None, ExprSource::Imported { path, index, .. }) => imported(path, *index),
                (None, ExprSource::Own(expr)) => {
                    let place = expr.clone().into_iter().next().map_or_else(Span::call_site, |tree| tree.span());
                    let expr = block(place, expr.clone());
                    quote_spanned!(Span::mixed_site().located_at(place)=> (#expr) as ::core::primitive::i128)
                }
            }
        });
        quote! {
            #[allow(unused_braces, unused_parens, reason = "the language asks for the braces")]
            const __SANDBOX2_EXPRS: &[::core::primitive::i128] = &[#(#values),*];
        }
    }

    /// The user's Rust constants: their type must be as wide as the kernel reads, their value must fit. Items have no
    /// hygiene: where the user's expressions stand there must be no name of ours that they could mean.
    fn symbols(&self, checked: &CheckedPolicy) -> TokenStream {
        let krate = self.krate;
        let constants = checked.symbols().iter().enumerate().map(|(index, symbol)| {
            let (name, number) = (symbol_name(index), number_name(index));
            let (width, convert) = match (symbol.width, symbol.signed) {
                (Width::W32, false) => ("width32", "unsigned32"),
                (Width::W32, true) => ("width32", "signed32"),
                (Width::W64, false) => ("width64", "unsigned64"),
                (Width::W64, true) => ("width64", "signed64"),
            };
            let SymbolSource::Expr(expr) = symbol.source else {
                return quote!(const #name: ::core::primitive::u64 = 0;);
            };
            let expr = match self.exprs.get(usize::from(expr)) {
                Some(ExprSource::Own(expr)) => expr.clone(),
                Some(ExprSource::Imported { path, index, .. }) => {
                    // Its type was checked where it was written.
                    let (value, convert) = (imported(path, *index), Ident::new(convert, Span::mixed_site()));
                    return quote! {
                        const #number: ::core::primitive::i128 = #value;
                        const #name: ::core::primitive::u64 = #krate::__private::symbol::#convert(#number);
                    };
                }
                None => TokenStream::new(),
            };
            // What is wrong with the expression is reported where it stands.
            let place = expr.clone().into_iter().next().map_or_else(Span::call_site, |tree| tree.span());
            let span = Span::mixed_site().located_at(place);
            let krate = located_at(krate, place);
            let (width, convert) = (Ident::new(width, span), Ident::new(convert, span));
            let expr = block(place, expr);
            let value = quote_spanned!(span=> #krate::__private::symbol::#width(#expr) as ::core::primitive::i128);
            quote_spanned! {span=>
                #[allow(unused_braces, reason = "the language asks for the braces")]
                const #number: ::core::primitive::i128 = #value;
                #[allow(unused_braces, reason = "the language asks for the braces")]
                const #name: ::core::primitive::u64 = #krate::__private::symbol::#convert(#number);
            }
        });
        constants.collect()
    }

    /// Assertions that the kernel's constants are the target's C library's too.
    fn constants(&self, checked: &CheckedPolicy) -> TokenStream {
        let krate = self.krate;
        let mut assertions = TokenStream::new();
        for constant in checked.constants().iter().filter_map(|name| tables::constant(name)) {
            let environment = match constant.libc {
                InLibc::All => quote!(),
                InLibc::Gnu => quote!(target_env = "gnu",),
                InLibc::No => continue,
            };
            let name = Ident::new(constant.name, Span::call_site());
            let text = constant.name;
            for arch in Arch::ALL {
                let Some(value) = constant.values[arch.index()] else { continue };
                let arch = arch.name();
                assertions.extend(quote! {
                    #[cfg(all(target_os = "linux", #environment target_arch = #arch))]
                    const _: () = #krate::__private::agrees(#text, #value, #krate::__private::libc::#name as _);
                });
            }
        }
        assertions
    }

    /// All origins as bytes, and which of them is the default's.
    fn origins(&self, checked: &CheckedPolicy) -> (TokenStream, TokenStream) {
        let mut origins: Vec<Origin> = checked
            .origins()
            .iter()
            .map(|origin| self.origin(origin.node, origin.text.clone(), origin.group.clone(), origin.import.is_some()))
            .collect();
        let default = checked.default_node().map(|node| {
            let index = u16::try_from(origins.len()).unwrap_or(u16::MAX);
            let text = format!("default {};", checked.meaning(Arch::X86_64).default);
            origins.push(self.origin(node, text, None, false));
            quote!(#index)
        });
        let bytes = Literal::byte_string(&encode_origins(&origins));
        (quote!(#bytes), option(default))
    }

    fn origin(&self, node: NodeId, text: String, group: Option<String>, imported: bool) -> Origin {
        let span = self.places.spans(node).0;
        let start = span.start();
        let line = u32::try_from(start.line).unwrap_or(0);
        let column = u32::try_from(start.column + 1).unwrap_or(0);
        Origin { line, column, text, group, file: imported.then(|| span.file()) }
    }

    fn mounts<'m>(&'m self, mounts: &'m [Mount]) -> impl Iterator<Item = TokenStream> + 'm {
        let krate = self.krate;
        let text = move |text: &str| quote!(#krate::__private::text(#text));
        mounts.iter().map(move |mount| {
            let inside = text(&mount.inside);
            let kind = match &mount.kind {
                MountKind::File { outside, writable } => {
                    let outside = text(outside);
                    quote!(File { outside: #outside, writable: #writable })
                }
                MountKind::Dir { outside, writable } => {
                    let outside = text(outside);
                    quote!(Dir { outside: #outside, writable: #writable })
                }
                MountKind::Tmpfs { size } => quote!(Tmpfs { size: #size }),
                MountKind::Libraries { binary } => {
                    let binary = text(binary);
                    quote!(Libraries { binary: #binary })
                }
            };
            quote!(#krate::__private::Mount { kind: #krate::__private::MountKind::#kind, inside: #inside })
        })
    }
}

/// The same names, standing elsewhere.
fn located_at(tokens: &TokenStream, place: Span) -> TokenStream {
    let moved = tokens.clone().into_iter().map(|mut tree| {
        tree.set_span(tree.span().located_at(place));
        tree
    });
    moved.collect()
}

fn symbol_name(index: usize) -> Ident {
    format_ident!("__SANDBOX2_VALUE_{}", index, span = Span::mixed_site())
}

/// The value of an expression of another policy.
fn imported(path: &TokenStream, index: u16) -> TokenStream {
    let index = usize::from(index);
    quote!(#path.__expression(#index))
}

/// What a symbol is before it is held against the argument's range.
fn number_name(index: usize) -> Ident {
    format_ident!("__SANDBOX2_NUMBER_{}", index, span = Span::mixed_site())
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// Each instruction as one word, `code << 48 | jt << 40 | jf << 32 | k`.
fn program_words(program: &Program) -> Vec<TokenStream> {
    let word = |insn: &sandbox2_policy::program::SymInsn| {
        let upper = u64::from(insn.code) << 48 | u64::from(insn.jt) << 40 | u64::from(insn.jf) << 32;
        match insn.k {
            Operand::Known(k) => {
                let word = hex(upper | u64::from(k));
                quote!(#word)
            }
            Operand::Symbol { symbol, high, xor } => {
                let (upper, xor) = (hex(upper), hex(xor.into()));
                let name = symbol_name(usize::from(symbol.0));
                let shift = if high { 32_u32 } else { 0 };
                quote!(#upper | ((#name >> #shift) & 0xffff_ffff) ^ #xor)
            }
        }
    };
    program.insns.iter().map(word).collect()
}

fn hex(value: u64) -> Literal {
    // A literal's own form decides how it reads in an expansion; hexadecimal shows the fields.
    format!("{value:#018x}").parse().unwrap_or_else(|_| Literal::u64_unsuffixed(value))
}
