//! Many small functions, and what the rules say of each: every line that a rule is to point at ends with `//~ RULE`, all others are to
//! be left alone. The functions are only parsed, so that they need nothing around them.

#![allow(dead_code, unused_imports, reason = "of the pipeline, one attribute is used")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use self::attributes::Cancellable;

include!("../macros.rs");

/// Line and rule.
type Marks = BTreeSet<(usize, String)>;

#[test]
fn the_rules_say_what_is_marked_and_nothing_else() {
    let mut wrong = Vec::new();
    let (mut functions, mut violations) = (0, 0);
    for rule in taskward_rules::NAMES.iter().filter(|rule| **rule != "context_first") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("snippets/{rule}.rs"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{rule}: {error}"));
        let mut said = Said::default();
        said.visit_file(&syn::parse_file(&text).unwrap_or_else(|error| panic!("{rule}: {error}")));
        functions += said.functions;
        let marked = marks(&text);
        violations += marked.len();
        assert!(marked.iter().filter(|(_, name)| name == rule).count() >= 5, "{rule} has few violations");
        let line = |number: usize| text.lines().nth(number - 1).unwrap_or_default().trim();
        for (number, name) in said.marks.difference(&marked) {
            wrong.push(format!("{rule}.rs:{number}: false alarm of {name}: {}", line(*number)));
        }
        for (number, name) in marked.difference(&said.marks) {
            wrong.push(format!("{rule}.rs:{number}: missed by {name}: {}", line(*number)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(functions > 120 && violations > 230, "only {violations} in {functions} functions");
}

fn marks(text: &str) -> Marks {
    let rules = |line: &str| line.split_once("//~ ").map(|(_, rules)| rules.to_owned()).unwrap_or_default();
    let of_line = |(index, line)| {
        let names = rules(line);
        names.split(' ').filter(|name| !name.is_empty()).map(|name| (index + 1, name.to_owned())).collect::<Vec<_>>()
    };
    text.lines().enumerate().flat_map(of_line).collect()
}

#[derive(Default)]
struct Said {
    marks: Marks,
    functions: usize,
}

impl Said {
    fn function(&mut self, attrs: &[syn::Attribute], sig: &syn::Signature, block: &syn::Block) {
        self.functions += 1;
        let arguments = attrs.iter().find_map(|attr| match &attr.meta {
            syn::Meta::List(list) => Some(list.tokens.clone()),
            _ => None,
        });
        let expansion = pipeline::run::<Cancellable>(arguments.unwrap_or_default(), quote::quote!(#sig #block));
        let tokens: Vec<_> = expansion.into_iter().collect();
        for tokens in tokens.windows(3) {
            let [TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Group(message)] = tokens else { continue };
            if name == "compile_error" {
                let rule = rule(message.stream());
                self.marks.insert((name.span().start().line, rule));
            }
        }
    }
}

/// The one that the message names; the whole of it if it names none.
fn rule(message: TokenStream) -> String {
    let text = syn::parse2::<syn::LitStr>(message).unwrap().value();
    let name = text.lines().find_map(|line| line.strip_prefix("rule: ")?.split(' ').next().map(str::to_owned));
    name.unwrap_or(text)
}

impl<'a> Visit<'a> for Said {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }
}
