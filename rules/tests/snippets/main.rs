//! Many small functions. Each line that a rule must report ends with `//~ RULE`; all other lines
//! must not be reported. The functions are only parsed, so they need no surrounding code.
//!
//! Each function is checked as if it were `#[cancellable]`, unless it has `#[graceful]`,
//! `#[plain]` or `#[main]`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use taskward_rules::{Function, NAMES, Role};

/// Rules that are not about bodies: they are tested on whole crates.
const OF_ITEMS: [&str; 5] =
    ["context_first", "stored_context", "missing_context", "context_not_passed", "missing_attribute"];

/// Line and rule.
type Marks = BTreeSet<(usize, String)>;

#[test]
fn the_rules_report_exactly_the_marked_lines() {
    let mut wrong = Vec::new();
    let (mut functions, mut violations) = (0, 0);
    for rule in NAMES.iter().filter(|rule| !OF_ITEMS.contains(rule)) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/snippets/{rule}.rs"));
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
        let has = |name: &str| attrs.iter().any(|attr| attr.path().is_ident(name));
        let role = match () {
            () if has("graceful") => Role::Graceful,
            () if has("plain") => Role::Plain,
            () if has("main") => Role::Main,
            () => Role::Interrupted,
        };
        let function = Function::new(sig).role(role);
        let allowed = attrs.iter().map(|attr| attr.meta.to_token_stream().to_string()).collect::<String>();
        for finding in taskward_rules::check(&function, block.clone(), None, |rule| !allowed.contains(rule)) {
            self.marks.insert((finding.at.span().start().line, finding.rule.to_owned()));
        }
    }
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
