//! Parameters of every shape, under every attribute: they are dropped when, and in the order in
//! which, the plain `async fn` drops them, and the lints of rustc and Clippy are the same.
//!
//! The test generates one crate, with a module for each shape and attribute. Clippy checks the
//! crate, and the test runs it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use syn::visit::Visit;

/// The attributes of the function. The first two entries have none; the others are compared with
/// them. `SHARED` stands for the names of the parameters.
///
/// `#[once]` and `#[lazy]` refuse all parameters but a context: the value would depend on them.
const ATTRIBUTES: [(&str, &str); 17] = [
    ("plain", "// nothing"),
    ("bare_plain", "// nothing"),
    ("cancellable", "#[taskward::cancellable]"),
    ("with_timeout", "#[taskward::with_timeout(\"5s\")]"),
    ("both", "#[taskward::cancellable] #[taskward::with_timeout(\"5s\")]"),
    ("turned", "#[taskward::with_timeout(\"5s\")] #[taskward::cancellable]"),
    ("grace", "#[taskward::cancellable(grace = \"1s\")]"),
    ("ambient", "#[taskward::cancellable(ambient)]"),
    ("retry", "#[taskward::retry(attempts = 2)]"),
    ("limited_retry", "#[taskward::with_timeout(\"5s\")] #[taskward::retry(attempts = 2)] #[taskward::cancellable]"),
    ("single_flight", "#[taskward::single_flight(key = 0_u8, shared(SHARED))]"),
    (
        "limited_single_flight",
        "#[taskward::with_timeout(\"5s\")] #[taskward::single_flight(key = 0_u8, shared(SHARED))]",
    ),
    ("bare_with_timeout", "#[taskward::with_timeout(\"5s\")]"),
    ("bare_ambient", "#[taskward::with_timeout(\"5s\")] #[taskward::cancellable(ambient)]"),
    ("bare_retry", "#[taskward::retry(attempts = 2)]"),
    ("bare_single_flight", "#[taskward::single_flight(key = 0_u8, shared(SHARED))]"),
    ("bare_retried_flight", "#[taskward::retry(attempts = 2)] #[taskward::single_flight(key = 0_u8, shared(SHARED))]"),
];

/// Name, parameters, arguments, and the body before and after it waits. `bare_` functions have no
/// context parameter.
const SHAPES: [(&str, &str, &str, &str, &str); 49] = [
    ("used", "a: G", "g(1)", "a.touch();", "a.touch();"),
    ("used_late", "a: G, b: G", "g(1), g(2)", "", "b.touch(); a.touch();"),
    ("used_early", "a: G, b: G", "g(1), g(2)", "b.touch(); a.touch();", ""),
    ("unused", "a: G", "g(1)", "", ""),
    ("unused_between", "a: G, b: G, c: G", "g(1), g(2), g(3)", "a.touch();", "c.touch();"),
    ("underscore", "_a: G, b: G", "g(1), g(2)", "", "b.touch();"),
    ("underscores", "_a: G, _b: G, _c: G", "g(1), g(2), g(3)", "", ""),
    ("wild", "_: G, b: G, _: G", "g(1), g(2), g(3)", "", "b.touch();"),
    ("mutable", "mut a: G, b: G", "g(1), g(2)", "a.0 += 10;", "b.touch(); a.touch();"),
    ("mutable_for_nothing", "mut a: G", "g(1)", "", "a.touch();"),
    ("mutable_unused", "mut a: G", "g(1)", "", ""),
    ("by_ref", "ref a: G, b: G", "g(1), g(2)", "", "a.touch(); b.touch();"),
    ("by_ref_mut", "ref mut a: G", "g(1)", "a.0 += 10;", "a.touch();"),
    ("tuple", "(a, b): (G, G)", "(g(1), g(2))", "", "b.touch(); a.touch();"),
    ("tuple_in_part", "(a, _): (G, G), c: G", "(g(1), g(2)), g(3)", "", "a.touch(); c.touch();"),
    ("tuple_unused", "(a, b): (G, G)", "(g(1), g(2))", "", "b.touch();"),
    ("tuple_of_nothing", "(_, _): (G, G), c: G", "(g(1), g(2)), g(3)", "", "c.touch();"),
    ("tuple_struct", "P(a, b): P, c: G", "P(g(1), g(2)), g(3)", "", "c.touch(); a.touch(); b.touch();"),
    ("tuple_struct_rest", "P(a, ..): P", "P(g(1), g(2))", "", "a.touch();"),
    ("fields", "S { x, y }: S", "S { x: g(1), y: g(2) }", "", "x.touch(); y.touch();"),
    ("fields_rest", "S { x, .. }: S, c: G", "S { x: g(1), y: g(2) }, g(3)", "", "x.touch(); c.touch();"),
    ("fields_renamed", "S { x: a, y: _ }: S", "S { x: g(1), y: g(2) }", "", "a.touch();"),
    ("fields_unused", "S { x, y }: S", "S { x: g(1), y: g(2) }", "", "x.touch();"),
    ("array", "[a, b]: [G; 2]", "[g(1), g(2)]", "", "a.touch(); b.touch();"),
    ("array_in_part", "[a, ..]: [G; 3], d: G", "[g(1), g(2), g(3)], g(4)", "", "a.touch(); d.touch();"),
    ("nested", "(P(a, _), [b, _]): (P, [G; 2])", "(P(g(1), g(2)), [g(3), g(4)])", "", "b.touch(); a.touch();"),
    ("bound_whole", "a @ _: G", "g(1)", "", "a.touch();"),
    ("field_of_it", "a: S", "S { x: g(1), y: g(2) }", "a.x.touch();", "a.x.touch();"),
    ("field_of_underscore", "_a: (G, G), b: G", "(g(1), g(2)), g(3)", "", "b.touch();"),
    ("moved_out_in_part", "a: S, b: G", "S { x: g(1), y: g(2) }, g(3)", "drop(a.x);", "b.touch();"),
    (
        "taken_apart_in_body",
        "a: S, b: G",
        "S { x: g(1), y: g(2) }, g(3)",
        "let S { x, .. } = a;",
        "x.touch(); b.touch();",
    ),
    ("moved_early", "a: G, b: G", "g(1), g(2)", "drop(a);", "b.touch();"),
    ("moved_late", "a: G, b: G", "g(1), g(2)", "", "drop(a); b.touch();"),
    ("moved_perhaps", "a: G, b: G", "g(1), g(2)", "if b.0 == 7 { drop(a); }", "b.touch();"),
    ("thrown_away", "a: G, b: G", "g(1), g(2)", "let _ = a;", "b.touch();"),
    ("in_a_closure", "a: G, b: G", "g(1), g(2)", "let f = || a.touch(); f();", "b.touch();"),
    ("in_a_moving_closure", "a: G, b: G", "g(1), g(2)", "let f = move || a.touch(); f();", "b.touch();"),
    ("in_an_async_block", "a: G, b: G", "g(1), g(2)", "async { a.touch() }.await;", "b.touch();"),
    ("in_a_format_string", "a: G, b: G", "g(1), g(2)", "log(&format!(\"{a:?}\"));", "b.touch();"),
    ("in_a_literal", "a: G, b: G", "g(1), g(2)", "log(\"a\");", "b.touch();"),
    ("in_a_literal_only", "a: G", "g(1)", "log(\"what a thing\");", ""),
    ("shadowed", "a: G, b: G", "g(1), g(2)", "let a = b.0; log(&a.to_string());", "b.touch();"),
    ("shadowed_after_use", "a: G, b: G", "g(1), g(2)", "", "a.touch(); let a = b.0; log(&a.to_string());"),
    (
        "an_arms_own",
        "a: G, b: G",
        "g(1), g(2)",
        "match Some(b.0) { Some(a) if a > 0 => log(&a.to_string()), _ => {} }",
        "b.touch();",
    ),
    ("a_loops_own", "a: G, b: G", "g(1), g(2)", "for a in 0..b.0 { log(&a.to_string()); }", "b.touch();"),
    ("a_closures_own", "a: G, b: G", "g(1), g(2)", "let f = |a: u8| a + 1; log(&f(b.0).to_string());", "b.touch();"),
    ("an_inner_item", "a: G, b: G", "g(1), g(2)", "fn a() -> u8 { 1 } log(&a().to_string());", "b.touch();"),
    ("assigned_only", "mut a: u8, b: G", "1, g(2)", "a = 2;", "b.touch();"),
    ("references", "a: &G, b: &mut G, c: G", "&g(1), &mut g(2), g(3)", "b.0 += 10;", "a.touch(); c.touch();"),
];

const COMMON: &str = r#"
use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as Task, Waker};

use taskward::ContextError;
use tokio::runtime::Runtime;
use tokio::task::yield_now;

thread_local!(static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) });

pub fn log(text: &str) {
    LOG.with(|log| log.borrow_mut().push(text.to_owned()));
}

/// Logs its drop, unless it was cloned: an attempt and a run have clones of the parameters, and
/// the log is about the values that the body sees.
#[derive(Debug)]
pub struct G(pub u8, AtomicBool);

impl G {
    pub fn touch(&self) {
        log(&format!("touch {}", self.0));
    }
}

impl Clone for G {
    fn clone(&self) -> Self {
        self.1.store(true, Ordering::Relaxed);
        g(self.0)
    }
}

impl Drop for G {
    fn drop(&mut self) {
        if !self.1.load(Ordering::Relaxed) {
            log(&format!("drop {}", self.0));
        }
    }
}

#[derive(Clone)]
pub struct P(pub G, pub G);

#[derive(Clone)]
pub struct S {
    pub x: G,
    pub y: G,
}

pub fn g(n: u8) -> G {
    G(n, AtomicBool::new(false))
}

#[derive(Clone, Debug)]
pub struct Failed;

impl From<ContextError> for Failed {
    fn from(_: ContextError) -> Self {
        Self
    }
}

/// Returns the log of a call that is polled `polls` times and then dropped.
pub fn run<F: Future>(runtime: &Runtime, polls: usize, call: impl FnOnce() -> F) -> String {
    LOG.take();
    runtime.block_on(async {
        {
            let mut call = pin!(call());
            for poll in 0..polls {
                if poll > 0 {
                    // A flight that waits is a task.
                    yield_now().await;
                }
                if call.as_mut().poll(&mut Task::from_waker(Waker::noop())).is_ready() {
                    log("ready");
                    break;
                }
            }
            log("end");
        }
        yield_now().await;
    });
    LOG.take().join(", ")
}
"#;

/// Level, code and primary spans.
type Said = BTreeSet<(String, String, Vec<String>)>;

#[test]
fn parameters_are_those_of_the_plain_function() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("params");
    write_crate(&root);
    let said = lints(&root);
    let happened = run(&root);
    let mut different = Vec::new();
    for shape in &SHAPES {
        for (attribute, _) in ATTRIBUTES.iter().filter(|(attribute, _)| is_possible(shape, attribute)) {
            let plain = if attribute.starts_with("bare") { "bare_plain" } else { "plain" };
            let nothing = Said::new();
            let [plain, this] = [plain, attribute].map(|attribute| format!("{}__{attribute}", shape.0));
            let lints = [&plain, &this].map(|name| said.get(name).unwrap_or(&nothing));
            if lints[0] != lints[1] {
                different.push(format!("{this}: {:#?}\nplain: {:#?}", lints[1], lints[0]));
            }
            let drops = [&plain, &this].map(|name| happened.get(name).unwrap_or_else(|| panic!("{name} is missing")));
            if drops[0] != drops[1] {
                different.push(format!("{this}: {:#?}\nplain: {:#?}", drops[1], drops[0]));
            }
        }
    }
    assert!(said.values().any(|said| !said.is_empty()), "no shape is warned of");
    assert!(different.is_empty(), "{} differences\n{}", different.len(), different.join("\n"));
}

/// The value would depend on the first caller's parameters.
#[test]
fn values_that_are_kept_refuse_parameters_of_every_shape() {
    const KEPT: [(&str, &str); 2] = [("once", "&'static u8"), ("lazy", "std::sync::Arc<u8>")];
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refused-params");
    start_crate(&root);
    let mut modules = String::new();
    for (shape, params, _, before, after) in SHAPES {
        for (attribute, output) in KEPT {
            let code =
                function(&format!("#[taskward::{attribute}]"), "_ctx: &Context, ", params, output, before, after);
            fs::write(root.join(format!("src/{shape}__{attribute}.rs")), code).unwrap();
            writeln!(modules, "mod {shape}__{attribute};").unwrap();
        }
    }
    fs::write(root.join("src/main.rs"), format!("{modules}mod common;\nfn main() {{}}\n")).unwrap();
    let mut refused = BTreeSet::new();
    for message in messages(&root, "check") {
        let text = message["message"].as_str().unwrap_or_default();
        if message["level"] == "error" && text.contains("would depend on the first caller's") {
            refused.extend(module(&message));
        }
    }
    let all = SHAPES.iter().flat_map(|(shape, ..)| KEPT.map(|(attribute, _)| format!("{shape}__{attribute}")));
    assert_eq!(all.filter(|name| !refused.contains(name)).collect::<Vec<_>>(), Vec::<String>::new());
}

/// Returns whether a function of the shape can have the attribute. A run that callers share owns
/// copies of borrowed parameters, and cannot borrow mutably from one of the callers.
fn is_possible((_, params, ..): &(&str, &str, &str, &str, &str), attribute: &str) -> bool {
    !(attribute.contains("flight") && params.contains('&'))
}

/// The names that the patterns bind.
fn names(params: &str) -> Vec<String> {
    struct Bound(Vec<String>);
    impl<'a> Visit<'a> for Bound {
        fn visit_pat_ident(&mut self, name: &'a syn::PatIdent) {
            self.0.push(name.ident.to_string());
            syn::visit::visit_pat_ident(self, name);
        }
    }
    let function: syn::Signature = syn::parse_str(&format!("fn f({params})")).unwrap();
    let mut bound = Bound(Vec::new());
    bound.visit_signature(&function);
    bound.0
}

fn start_crate(root: &Path) {
    let source = root.join("src");
    let _ = fs::remove_dir_all(&source);
    fs::create_dir_all(&source).unwrap();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = format!(
        "[package]\nname = \"params\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         taskward = {{ path = '{}', default-features = false }}\ntokio = {{ version = \"1\", features = [\"rt\", \"time\"] }}\n\n\
         [workspace]\n[lints.clippy]\npedantic = \"warn\"\n",
        workspace.join("runtime").display()
    );
    fs::write(root.join("Cargo.toml"), manifest).unwrap();
    fs::copy(workspace.join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
    fs::write(source.join("common.rs"), format!("#![allow(warnings, clippy::all, clippy::pedantic)]\n{COMMON}"))
        .unwrap();
}

/// A module with a function that waits once.
fn function(attributes: &str, ctx: &str, params: &str, output: &str, before: &str, after: &str) -> String {
    let value = if output == "()" { "()" } else { "7.into()" };
    format!(
        "#![allow(unused_imports)]\nuse taskward::Context;\n\nuse crate::common::{{Failed, G, P, S, log}};\n\n\
         {attributes}\npub(crate) async fn f({ctx}{params}) -> Result<{output}, Failed> {{\n    {before}\n    \
         tokio::task::yield_now().await;\n    {after}\n    log(\"body\");\n    Ok({value})\n}}\n"
    )
}

fn write_crate(root: &Path) {
    start_crate(root);
    let (mut modules, mut shapes, mut main) = (String::new(), String::new(), String::new());
    for row in &SHAPES {
        let (shape, params, args, before, after) = row;
        // A function for each shape: lints of Clippy take quadratic time in the size of a
        // function.
        let mut calls = String::new();
        let shared = names(params).join(", ");
        for (attribute, written) in ATTRIBUTES.iter().filter(|(attribute, _)| is_possible(row, attribute)) {
            let name = format!("{shape}__{attribute}");
            let is_bare = attribute.starts_with("bare");
            let (ctx, ctx_arg) = if is_bare { ("", "") } else { ("_ctx: &Context, ", "ctx, ") };
            let code = function(&written.replace("SHARED", &shared), ctx, params, "()", before, after);
            fs::write(root.join(format!("src/{name}.rs")), code).unwrap();
            writeln!(modules, "mod {name};").unwrap();
            for polls in 0..3 {
                let call = format!("{name}::f({ctx_arg}{args})");
                writeln!(
                    calls,
                    "    println!(\"{name} {polls} {{}}\", run(runtime, {polls}, || async {{ {call}.await }}));"
                )
                .unwrap();
                if polls == 0 && !args.contains('&') {
                    writeln!(calls, "    println!(\"{name} unpolled {{}}\", run(runtime, 0, || {call}));").unwrap();
                }
            }
        }
        let allow = "#[allow(clippy::all, clippy::pedantic)]";
        writeln!(shapes, "{allow}\nfn {shape}(ctx: &Context, runtime: &Runtime) {{\n{calls}}}").unwrap();
        writeln!(main, "    {shape}(&ctx, &runtime);").unwrap();
    }
    let main = format!(
        "#![allow(unused_imports, non_snake_case)]\n{modules}mod common;\nuse common::*;\nuse taskward::Context;\n\
         use tokio::runtime::{{Builder, Runtime}};\n\n{shapes}\nfn main() {{\n    let ctx = Context::background();\n    \
         let runtime = Builder::new_current_thread().enable_time().build().unwrap();\n{main}}}\n"
    );
    fs::write(root.join("src/main.rs"), main).unwrap();
}

fn cargo(root: &Path, command: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([command, "--quiet", "--manifest-path"]).arg(root.join("Cargo.toml"));
    cargo.arg("--target-dir").arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("params-target"));
    cargo
}

/// The messages of the compiler that have a place.
fn messages(root: &Path, command: &str) -> Vec<Value> {
    let output = cargo(root, command).arg("--message-format=json").output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let messages = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["message"].take());
    messages.filter(|message| module(message).is_some()).collect()
}

/// The module that a message is about.
fn module(message: &Value) -> Option<String> {
    let file = message["spans"][0]["file_name"].as_str()?;
    Some(Path::new(file).file_stem()?.to_string_lossy().into_owned())
}

fn lints(root: &Path) -> BTreeMap<String, Said> {
    let mut said: BTreeMap<String, Said> = BTreeMap::new();
    for message in messages(root, "clippy") {
        assert_ne!(message["level"], "error", "{}", message["rendered"].as_str().unwrap_or_default());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let place = |span: &Value| format!("{}:{}-{}", span["line_start"], span["column_start"], span["column_end"]);
        let spans = message["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
        let primary = spans.iter().filter(|span| span["is_primary"] == true).map(place).collect();
        // This lint is about parameters; in the expansion the pattern is that of a `let`.
        if message["code"]["code"] == "clippy::toplevel_ref_arg" {
            continue;
        }
        let row = (text(&message["level"]), text(&message["code"]["code"]), primary);
        said.entry(module(&message).unwrap_or_default()).or_default().insert(row);
    }
    said
}

fn run(root: &Path) -> BTreeMap<String, Vec<String>> {
    let output = cargo(root, "run").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut happened: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let (name, rest) = line.split_once(' ').unwrap();
        happened.entry(name.to_owned()).or_default().push(rest.to_owned());
    }
    happened
}
