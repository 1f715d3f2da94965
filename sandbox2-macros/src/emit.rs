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
use sandbox2_policy::encoding::encode;
use sandbox2_policy::meaning::Width;
use sandbox2_policy::pipeline::{self, Built};
use sandbox2_policy::problem::{Problem, Problems};
use sandbox2_policy::program::{Operand, Program};
use sandbox2_policy::resolve::SymbolSource;
use sandbox2_policy::surroundings::{Mount, MountKind, Network};
use sandbox2_policy::syntax::{ExprSource, Header, Parsed, Places, parse};
use sandbox2_policy::tables::{self, InLibc};

use crate::report;

/// Expands `policy!`; `krate` is the path of the crate `sandbox2` at the place of use.
pub(crate) fn expand(krate: &TokenStream, tokens: TokenStream) -> TokenStream {
    let first = tokens.clone().into_iter().next().map_or_else(Span::call_site, |tree| tree.span());
    let start = Span::mixed_site().located_at(first);
    let Parsed { header, is_item, def, exprs, imports: _, places, problems } = parse(tokens);
    let mut found = Problems::default();
    for problem in problems {
        found.push(problem);
    }
    match pipeline::build(&def, &mut found) {
        Ok(built) => {
            let name = header.as_ref().map(|header| header.name.to_string());
            let emission = Emission { krate, exprs: &exprs, places: &places, name };
            item(krate, header, start, emission.policy(&built))
        }
        Err(checked) => {
            let mut errors = report::errors(found.into_vec(), &places);
            errors.extend(checked.missing().iter().map(|(arch, problem)| missing_here(*arch, problem, &places)));
            let fallback = deny_all(krate);
            match header {
                Some(header) => {
                    let item = item(krate, Some(header), start, fallback);
                    quote!(#errors #item)
                }
                None if is_item => errors,
                None => block(start, quote!(#errors #fallback)),
            }
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

/// The policy as an item or, where it has no name, as an expression; `start` is where it begins.
fn item(krate: &TokenStream, header: Option<Header>, start: Span, policy: TokenStream) -> TokenStream {
    match header {
        Some(Header { attributes, visibility, name }) => {
            quote!(#attributes #visibility static #name: #krate::Policy = { #policy };)
        }
        None => block(start, policy),
    }
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
        let name = option(self.name.as_ref().map(|name| quote!(#name)));
        let symbols = self.symbols(checked);
        let symbol_names = (0..checked.symbols().len()).map(symbol_name);
        let constants = self.constants(checked);
        let origins = self.origins(checked);
        let mounts = self.mounts(checked.mounts());
        let hostname = option(checked.hostname().map(|name| quote!(#name)));
        let network = match checked.network() {
            Network::None => quote!(None),
            Network::Host => quote!(Host),
        };
        let default_origin = option(checked.default_node().map(|node| {
            let text = format!("default {};", checked.meaning(Arch::X86_64).default);
            self.origin(node, &text, None)
        }));
        let arches = Arch::ALL.into_iter().map(|arch| self.arch(arch, built));
        let known = Arch::ALL.map(Arch::name);
        quote!(
            #symbols
            {
                #constants
                #(#arches)*
                #[cfg(not(any(#(target_arch = #known),*)))]
                ::core::compile_error!("sandbox2 knows x86_64, aarch64 and riscv64 only");
                const SYMBOLS: &[::core::primitive::u64] = &[#(#symbol_names),*];
                const ORIGINS: &[#krate::__private::Origin] = &[#(#origins),*];
                const MOUNTS: &[#krate::__private::Mount] = &[#(#mounts),*];
                #krate::Policy::from_parts(#krate::__private::PolicyParts {
                    name: #name,
                    file: ::core::file!(),
                    line: ::core::line!(),
                    meaning: MEANING,
                    symbols: SYMBOLS,
                    origins: ORIGINS,
                    default_origin: #default_origin,
                    programs: [STANDALONE, SUPERVISED, TRACED],
                    mounts: MOUNTS,
                    hostname: #hostname,
                    network: #krate::__private::Network::#network,
                })
            }
        )
    }

    /// What depends on the target: programs, meaning, and errors that concern it alone.
    fn arch(&self, arch: Arch, built: &Built) -> TokenStream {
        let krate = self.krate;
        let name = arch.name();
        let meaning = Literal::byte_string(&encode(built.checked().meaning(arch)));
        let missing = built.checked().missing().iter().filter(|(of, _)| *of == arch);
        let missing = missing.map(|(_, problem)| missing_here(arch, problem, self.places));
        let programs = Supervision::ALL.into_iter().filter_map(|supervision| {
            let program = built.program(arch, supervision)?;
            let constant = format_ident!("{}", supervision.name().to_ascii_uppercase());
            let words = program_words(program);
            Some(quote! {
                #[cfg(target_arch = #name)]
                const #constant: &[#krate::__private::Insn] = &#krate::__private::insns([#(#words),*]);
            })
        });
        quote! {
            #(#missing)*
            #(#programs)*
            #[cfg(target_arch = #name)]
            const MEANING: &[::core::primitive::u8] = #meaning;
        }
    }

    /// The user's Rust constants: their type must be as wide as the kernel reads, their value must fit. Items have no
    /// hygiene: where the user's expressions stand there must be no name of ours that they could mean.
    fn symbols(&self, checked: &CheckedPolicy) -> TokenStream {
        let krate = self.krate;
        let constants = checked.symbols().iter().enumerate().map(|(index, symbol)| {
            let name = symbol_name(index);
            let (width, convert) = match (symbol.width, symbol.signed) {
                (Width::W32, false) => ("width32", "unsigned32"),
                (Width::W32, true) => ("width32", "signed32"),
                (Width::W64, false) => ("width64", "unsigned64"),
                (Width::W64, true) => ("width64", "signed64"),
            };
            let SymbolSource::Expr(number) = symbol.source else { return TokenStream::new() };
            let Some(ExprSource::Own(expr)) = self.exprs.get(usize::from(number)).cloned() else {
                return TokenStream::new();
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
                const #name: ::core::primitive::u64 = #krate::__private::symbol::#convert(#value);
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

    fn origins<'c>(&'c self, checked: &'c CheckedPolicy) -> impl Iterator<Item = TokenStream> + 'c {
        checked.origins().iter().map(|origin| self.origin(origin.node, &origin.text, origin.group.as_deref()))
    }

    fn origin(&self, node: NodeId, text: &str, group: Option<&str>) -> TokenStream {
        let krate = self.krate;
        let start = self.places.spans(node).0.start();
        let line = u32::try_from(start.line).unwrap_or(0);
        let column = u32::try_from(start.column + 1).unwrap_or(0);
        let group = option(group.map(|group| quote!(#group)));
        quote!(#krate::__private::Origin { line: #line, column: #column, text: #text, group: #group })
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
