//! A crate of functions of random shapes and attributes, each with a plain twin: they compile, and
//! behave the same.
//!
//! `TWINS_SEED=7 cargo test -p taskward-tests --test twins` makes another crate.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

const FUNCTIONS: usize = 300;

/// A linear congruential generator, so that a seed makes the same crate everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn one_of<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// A kind of parameter: its pattern and type, an argument, expressions of type `u64` over it, and
/// its names for a key. `#` is replaced by its position.
struct Param(&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

/// The parameters that a single flight can have in its key come first.
const PARAMS: [Param; 18] = [
    Param("n#: u64", "17", &["n#", "u64::from(n# > 3)", "[n#, 2].iter().sum::<u64>()"], &["n#"]),
    Param("(a#, b#): (u64, u64)", "(5, 9)", &["a#", "b#.wrapping_mul(a#)"], &["a#", "b#"]),
    Param("s#: &str", "\"abc\"", &["s#.len() as u64", "format!(\"{s#}-{s#:>5}\").len() as u64"], &["s#"]),
    Param("t#: String", "String::from(\"xyz\")", &["t#.len() as u64", "format!(\"{t#:?}\").len() as u64"], &["t#"]),
    Param(
        "o#: Option<u64>",
        "Some(4)",
        &["o#.unwrap_or(3)", "match o# { Some(n) if n > 2 => n, _ => 1 }", "o#.map_or(1, |o#| o# + 1)"],
        &["o#"],
    ),
    Param("r#type: u64", "6", &["r#type", "r#type ^ 3"], &["r#type"]),
    Param("mut m#: u64", "8", &["{ m# += 1; m# }"], &[]),
    Param("i#: impl Into<u64> + Copy + Send + 'static", "7_u32", &["i#.into()"], &[]),
    Param("[x#, .., z#]: [u64; 3]", "[1, 2, 3]", &["x#", "z#"], &[]),
    Param("g#: Guard", "Guard(3)", &["g#.touch()"], &[]),
    Param("_g#: Guard", "Guard(4)", &[], &[]),
    Param("_: Guard", "Guard(5)", &[], &[]),
    Param("l#: &[u64]", "&[1, 2]", &["l#.iter().sum::<u64>()", "l#.iter().map(|n| n * 2).max().unwrap_or(0)"], &[]),
    Param("Point { x: px#, .. }: Point", "Point { x: 1, y: Guard(6) }", &["px#"], &[]),
    Param("p#: Point", "Point { x: 2, y: Guard(7) }", &["p#.x", "p#.y.touch()"], &[]),
    Param("w# @ _: u64", "11", &["w#"], &[]),
    Param("ref q#: u64", "12", &["*q#"], &[]),
    Param("v#: &mut Vec<u64>", "&mut vec![1]", &["{ v#.push(1); v#.len() as u64 }"], &[]),
];

const IN_A_KEY: usize = 6;

/// Statements over `acc`. `@` is an expression, `~` a number.
const STATEMENTS: [&str; 12] = [
    "acc = acc.wrapping_mul(31).wrapping_add(@);",
    "step(~).await;",
    "let mut acc = acc ^ (@);",
    "if acc.is_multiple_of(~ + 3) { return Err(Error::Odd(acc)); }",
    "acc = acc.wrapping_add(checked(acc, ~)?);",
    "for turn in 0..~ { acc = acc.wrapping_add(turn ^ (@)); step(1).await; }",
    "let add = |n: u64| n.wrapping_add(acc); acc = add(@);",
    "acc = async { step(1).await; acc ^ (@) }.await;",
    "{ fn inner(n: u64) -> u64 { n % 7 } acc = acc.wrapping_add(inner(@)); }",
    "log(&format!(\"{acc} of n0, g1 and {}\", @));",
    "acc = match acc % 3 { 0 => @, n if n > 1 => n, _ => acc };",
    "while acc > 1000 { acc /= 2; }",
];

struct Function {
    /// The plain function and the annotated one.
    plain: String,
    annotated: String,
    is_method: bool,
    /// The function that compares the two.
    check: String,
}

fn function(index: usize, random: &mut Random) -> Function {
    let memo = index % 15 == 7;
    let flight = !memo && random.chance(15);
    let retry = !memo && random.chance(25);
    let receiver =
        if memo { "" } else { *random.one_of(&["", "", "&self", "&mut self", "self: std::sync::Arc<Self>"]) };
    let receiver = match receiver {
        "&self" | "&mut self" if flight => "",
        "&mut self" if retry => "&self",
        other => other,
    };
    let ctx = if memo {
        "ctx: &Context"
    } else {
        *random.one_of(&["ctx: &Context", "ctx: &Context", "ctx: Context", "_ctx: &Context", ""])
    };
    let kinds = match (flight, retry) {
        (true, _) => IN_A_KEY,
        (false, true) => PARAMS.len() - 1,
        (false, false) => PARAMS.len(),
    };
    let count = if memo { 0 } else { random.below(5) };
    let (mut params, mut args, mut exprs, mut key) = (Vec::new(), Vec::new(), vec!["acc >> 1".to_owned()], Vec::new());
    if !ctx.is_empty() {
        params.push(ctx.to_owned());
        args.push(if ctx.contains('&') { "&ctx" } else { "ctx.clone()" }.to_owned());
    }
    for at in 0..count {
        let Param(pattern, arg, over, names) = random.one_of(&PARAMS[..kinds]);
        if pattern.starts_with("r#") && params.iter().any(|param| param.starts_with("r#")) {
            continue;
        }
        let fill =
            |text: &&str| if text.contains("r#") { (*text).to_owned() } else { text.replace('#', &at.to_string()) };
        params.push(fill(pattern));
        args.push((*arg).to_owned());
        exprs.extend(over.iter().map(fill));
        key.extend(names.iter().map(fill));
    }
    if receiver.contains("self") {
        exprs.push(if receiver == "&mut self" { "{ self.base += 1; self.base }" } else { "self.base" }.to_owned());
    }
    let mut body = String::from("        let mut acc: u64 = 7;\n        step(1).await;\n");
    if ctx.starts_with("ctx") {
        body.push_str("        ctx.check()?;\n");
    }
    for _ in 0..=random.below(7) {
        let statement = random.one_of(&STATEMENTS).replace('~', &(random.below(4) + 1).to_string());
        writeln!(body, "        {}", statement.replace('@', random.one_of::<String>(&exprs))).unwrap();
    }
    body.push_str("        Ok(acc)\n");
    let mut attributes = stack(ctx, retry, flight.then_some(&key), receiver, random);
    let mut given = "Result<u64, Error>";
    if memo {
        let (attribute, made) =
            *random.one_of(&[("once", "Result<&'static u64, Error>"), ("lazy", "Result<std::sync::Arc<u64>, Error>")]);
        attributes.insert(random.below(attributes.len() + 1), format!("taskward::{attribute}"));
        given = made;
    }
    let is_method = !receiver.is_empty();
    let params: Vec<_> = receiver.split(", ").filter(|it| !it.is_empty()).map(str::to_owned).chain(params).collect();
    let attributes: String = attributes.iter().fold(String::new(), |text, it| format!("{text}    #[{it}]\n"));
    let head = format!("pub async fn f{index}({})", params.join(", "));
    let make = |attributes: &str, output: &str| format!("{attributes}    {head} -> {output} {{\n{body}    }}\n");
    let annotated = make(&attributes, given);
    let plain = make("", "Result<u64, Error>");
    let call = |module: &str| match receiver {
        "" => format!("{module}::f{index}({})", args.join(", ")),
        "self: std::sync::Arc<Self>" => {
            format!("std::sync::Arc::new({module}::Service {{ base: 5 }}).f{index}({})", args.join(", "))
        }
        _ => format!("{module}::Service {{ base: 5 }}.f{index}({})", args.join(", ")),
    };
    let compares_log = !(retry || flight || memo);
    let ends = !ctx.is_empty() && (attributes.contains("cancellable]") || attributes.contains("with_timeout"));
    let check = format!(
        "    compare(\"f{index}\", {compares_log}, async |ctx| text({}.await), async |ctx| text({}.await)).await;\n{}",
        call("plain"),
        call("annotated"),
        if ends {
            format!("    interrupted(\"f{index}\", async |ctx| text({}.await)).await;\n", call("annotated"))
        } else {
            String::new()
        }
    );
    Function { plain, annotated, is_method, check }
}

/// Random attributes for a function with a context, in any order.
fn stack(ctx: &str, retry: bool, key: Option<&Vec<String>>, receiver: &str, random: &mut Random) -> Vec<String> {
    let mut attributes = Vec::new();
    if random.chance(60) {
        let given = if ctx.is_empty() { "(ambient)" } else { "" };
        let grace = if ctx.is_empty() { "(ambient, grace = \"1s\")" } else { "(grace = \"1s\")" };
        attributes.push(format!("taskward::cancellable{}", if random.chance(20) { grace } else { given }));
    }
    if random.chance(50) || attributes.is_empty() && !retry && key.is_none() {
        attributes.push("taskward::with_timeout(\"1h\")".to_owned());
    }
    if retry {
        attributes.push("taskward::retry(attempts = 3)".to_owned());
    }
    if let Some(key) = key {
        let key = key.iter().fold(String::new(), |text, name| format!("{text}{name}, "));
        let shared = if receiver.is_empty() { "" } else { ", shared(self)" };
        attributes.push(format!("taskward::single_flight(key = ({key}){shared})"));
    }
    if random.chance(15) {
        attributes.push("doc = \"Documented.\"".to_owned());
    }
    for at in (1..attributes.len()).rev() {
        attributes.swap(at, random.below(at + 1));
    }
    attributes
}

const COMMON: &str = r#"
use std::cell::RefCell;

use taskward::ContextError;

thread_local!(static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) });

pub fn log(text: &str) {
    LOG.with_borrow_mut(|log| log.push(text.to_owned()));
}

pub fn take_log() -> Vec<String> {
    LOG.take()
}

#[derive(Clone)]
pub struct Guard(pub u64);

impl Guard {
    pub fn touch(&self) -> u64 {
        log(&format!("touch {}", self.0));
        self.0
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        log(&format!("drop {}", self.0));
    }
}

#[derive(Clone)]
pub struct Point {
    pub x: u64,
    pub y: Guard,
}

#[derive(Clone, Debug)]
pub enum Error {
    Odd(u64),
    Interrupted(ContextError),
}

impl From<ContextError> for Error {
    fn from(why: ContextError) -> Self {
        Self::Interrupted(why)
    }
}

pub async fn step(turns: u64) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

pub fn checked(n: u64, by: u64) -> Result<u64, Error> {
    if n % 11 == by { Err(Error::Odd(n)) } else { Ok(n / by) }
}
"#;

const MAIN: &str = r#"
use std::fmt::Debug;

use common::*;
use taskward::Context;

fn text(result: impl Debug) -> String {
    format!("{result:?}")
}

async fn compare(
    name: &str,
    with_log: bool,
    plain: impl AsyncFn(&Context) -> String,
    annotated: impl AsyncFn(&Context) -> String,
) {
    let ctx = Context::background();
    take_log();
    let expected = (plain(&ctx).await, take_log());
    // Twice, because a kept value must not change.
    for _ in 0..2 {
        let seen = (annotated(&ctx).await, take_log());
        assert_eq!(seen.0, expected.0, "{name}");
        assert!(!with_log || seen.1 == expected.1, "{name}: {:?}, and plain: {:?}", seen.1, expected.1);
    }
}

/// The body must not run under an ended context.
async fn interrupted(name: &str, annotated: impl AsyncFn(&Context) -> String) {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel();
    take_log();
    let result = annotated(&ctx).await;
    assert!(result.contains("Interrupted"), "{name}: {result}");
    assert!(take_log().iter().all(|line| line.starts_with("drop")), "{name}");
}
"#;

#[test]
fn functions_of_random_shapes_and_stacks_do_what_their_plain_twins_do() {
    let seed = env::var("TWINS_SEED").map_or(1, |seed| seed.parse().unwrap());
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("twins");
    write_crate(&root, seed);
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--manifest-path"]).arg(root.join("Cargo.toml"));
    cargo.arg("--target-dir").arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("params-target"));
    let output = cargo.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the crate is in {}\n{printed}", root.display());
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), format!("{FUNCTIONS} functions"));
}

fn write_crate(root: &Path, seed: u64) {
    let source = root.join("src");
    let _ = fs::remove_dir_all(&source);
    fs::create_dir_all(&source).unwrap();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = format!(
        "[package]\nname = \"twins\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         taskward = {{ path = '{}', default-features = false }}\ntokio = {{ version = \"1\", features = [\"rt\", \"time\"] }}\n\n\
         [workspace]\n",
        workspace.join("runtime").display()
    );
    fs::write(root.join("Cargo.toml"), manifest).unwrap();
    fs::copy(workspace.join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
    let mut random = Random(seed);
    let functions: Vec<_> = (0..FUNCTIONS).map(|index| function(index, &mut random)).collect();
    for (module, of) in [("plain", (|it| &it.plain) as fn(&Function) -> &String), ("annotated", |it| &it.annotated)] {
        let mut code = String::from(
            "#![allow(warnings)]\nuse taskward::Context;\n\nuse crate::common::*;\n\npub struct Service {\n    pub base: u64,\n}\n\n",
        );
        functions.iter().filter(|it| !it.is_method).for_each(|it| code.push_str(of(it)));
        code.push_str("\nimpl Service {\n");
        functions.iter().filter(|it| it.is_method).for_each(|it| code.push_str(of(it)));
        code.push_str("}\n");
        fs::write(source.join(format!("{module}.rs")), code).unwrap();
    }
    fs::write(source.join("common.rs"), format!("#![allow(warnings)]\n{COMMON}")).unwrap();
    let mut checks = String::new();
    let mut calls = String::new();
    for (part, functions) in functions.chunks(50).enumerate() {
        let code = functions.iter().fold(String::new(), |text, it| text + &it.check);
        writeln!(checks, "async fn part{part}() {{\n{code}}}\n").unwrap();
        writeln!(calls, "        part{part}().await;").unwrap();
    }
    let main = format!(
        "#![allow(warnings)]\nmod annotated;\nmod common;\nmod plain;\n{MAIN}\n{checks}\nfn main() {{\n    \
         let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();\n    \
         runtime.block_on(async {{\n{calls}    }});\n    println!(\"{FUNCTIONS} functions\");\n}}\n"
    );
    fs::write(source.join("main.rs"), main).unwrap();
}
