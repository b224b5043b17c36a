//! Errors in a user's body are the compiler's own, at the same locations, with and without the
//! macros.
//!
//! Every broken function is compiled plain and under each macro, by a `cargo check` of a generated
//! crate. The test compares level, code and primary spans of the diagnostics.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The attributes of the function, and the name of the variant. In the `late` variants, the
/// context is not the first parameter.
const VARIANTS: [(&str, &str); 11] = [
    ("plain", "// nothing"),
    ("cancellable", "#[taskward::cancellable]"),
    ("with_timeout", "#[taskward::with_timeout(\"5s\")]"),
    ("both", "#[taskward::cancellable] #[taskward::with_timeout(\"5s\")]"),
    ("both_turned", "#[taskward::with_timeout(\"5s\")] #[taskward::cancellable]"),
    ("ambient", "#[taskward::cancellable(ambient)]"),
    ("worker_pool", "#[taskward::worker_pool(workers = 2)]"),
    ("all", "#[taskward::worker_pool(workers = 2)] #[taskward::cancellable] #[taskward::with_timeout(\"5s\")]"),
    ("late_plain", "// nothing"),
    ("late_with_timeout", "#[taskward::with_timeout(\"5s\")]"),
    ("late_cancellable", "#[taskward::cancellable(ctx = ctx)]"),
];

/// The variants of a `main` function.
const MAIN_VARIANTS: [(&str, &str); 2] = [("plain", "// nothing"), ("main", "#[taskward::main]")];

/// Broken `main` functions. They have another name here, because an `async fn main` without the
/// attribute is an error.
const MAIN_BROKEN: [(&str, &str); 9] = [
    (
        "main_wrong_value",
        "async fn f(ctx: Context) -> Result<u32, ContextError> {\n    ctx.checkpoint().await?;\n    Ok(1_u8)\n}",
    ),
    (
        "main_early_return",
        "async fn f(ctx: Context) -> Result<u8, ContextError> {\n    if ctx.has_ended() {\n        return 1;\n    }\n    Ok(1)\n}",
    ),
    (
        "main_stray_semicolon",
        "async fn f(ctx: Context) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    Ok(1);\n}",
    ),
    (
        "main_question_mark",
        "async fn f(ctx: Context) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    let n: u8 = \"1\".parse()?;\n    Ok(n)\n}",
    ),
    (
        "main_unknown_name",
        "async fn f(ctx: Context) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    Ok(m)\n}",
    ),
    (
        "main_use_after_move",
        "async fn f(ctx: Context) -> Result<u8, ContextError> {\n    drop(ctx);\n    ctx.checkpoint().await?;\n    Ok(1)\n}",
    ),
    (
        "main_unused_context",
        "async fn f(ctx: Context) -> Result<u8, ContextError> {\n    tokio_free().await;\n    Ok(1)\n}\n\nasync fn tokio_free() {}",
    ),
    (
        "main_unused_mut",
        "async fn f(mut ctx: Context) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    Ok(1)\n}",
    ),
    (
        "main_unreachable_code",
        "async fn f(ctx: Context) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    return Ok(1);\n    println!(\"never\");\n}",
    ),
];

/// The crates to compile: the case, the variant, and the code.
fn crates() -> impl Iterator<Item = (&'static str, &'static str, String)> {
    let variants = BROKEN.iter().flat_map(|case| VARIANTS.iter().map(move |variant| (case, variant)));
    let mains = MAIN_BROKEN.iter().flat_map(|case| MAIN_VARIANTS.iter().map(move |variant| (case, variant)));
    variants.chain(mains).map(|((case, code), (variant, attribute))| {
        let code = if variant.starts_with("late") {
            code.replace("(ctx: &Context, n: u8)", "(n: u8, ctx: &Context)")
        } else {
            (*code).to_owned()
        };
        let text = format!(
            "#![allow(unused_imports)]\nuse taskward::{{Context, ContextError}};\n\n{attribute}\n{code}\n\nfn main() {{}}\n"
        );
        (*case, *variant, text)
    })
}

/// Broken functions, each with one error or warning. No code calls them, so each also gives a
/// dead-code warning.
const BROKEN: [(&str, &str); 30] = [
    (
        "wrong_value",
        "async fn f(ctx: &Context, n: u8) -> Result<u32, ContextError> {\n    ctx.checkpoint().await?;\n    Ok(n)\n}",
    ),
    (
        "early_return",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    if n > 1 {\n        return n;\n    }\n    Ok(n)\n}",
    ),
    (
        "stray_semicolon",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    Ok(n);\n}",
    ),
    (
        "missing_return",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    let _unused = n;\n}",
    ),
    (
        "question_mark",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    let n: u8 = n.to_string().parse()?;\n    Ok(n)\n}",
    ),
    (
        "unknown_name",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    Ok(n + m)\n}",
    ),
    (
        "unknown_method",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    Ok(n.twice())\n}",
    ),
    (
        "use_after_move",
        "async fn f(ctx: &Context, s: String) -> Result<String, ContextError> {\n    ctx.checkpoint().await?;\n    drop(s);\n    Ok(s)\n}",
    ),
    (
        "borrow_that_outlives",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    let kept;\n    {\n        let short = n;\n        kept = &short;\n    }\n    Ok(*kept)\n}",
    ),
    (
        "unused_variable",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    let m = 1;\n    Ok(n)\n}",
    ),
    (
        "unused_mut",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    let mut m = n;\n    Ok(m)\n}",
    ),
    (
        "unreachable_code",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    return Ok(n);\n    println!(\"never\");\n}",
    ),
    (
        "borrow_in_the_result",
        "async fn f(ctx: &Context, n: u8) -> Result<&'static u8, ContextError> {\n    ctx.checkpoint().await?;\n    let short = n;\n    Ok(&short)\n}",
    ),
    (
        "not_send",
        "async fn f(ctx: Context, n: u8) -> Result<u8, ContextError> {\n    let shared = std::rc::Rc::new(n);\n    ctx.checkpoint().await?;\n    Ok(*shared)\n}\n\nfn send(ctx: Context) -> impl Send {\n    f(ctx, 1)\n}",
    ),
    (
        "dead_code",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    async fn never() {}\n    ctx.checkpoint().await?;\n    Ok(n)\n}",
    ),
    (
        "unused_result",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await;\n    Ok(n)\n}",
    ),
    (
        "one_line",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> { ctx.run(std::future::ready(n)).await }",
    ),
    (
        "unused_parameter",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    Ok(1)\n}",
    ),
    (
        "unused_mut_parameter",
        "async fn f(ctx: &Context, mut n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    Ok(n)\n}",
    ),
    (
        "unused_assignment",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    let mut m = n;\n    m = 2;\n    Ok(n)\n}",
    ),
    (
        "not_a_future",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    n.await;\n    Ok(n)\n}",
    ),
    (
        "missing_await",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    let m: () = ctx.checkpoint()?;\n    Ok(n)\n}",
    ),
    (
        "not_exhaustive",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    match n {\n        0 => Ok(n),\n    }\n}",
    ),
    (
        "branches_differ",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    let m = if n > 1 { 1 } else { \"1\" };\n    Ok(m)\n}",
    ),
    (
        "borrowed_twice",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    let mut list = vec![n];\n    let first = &list[0];\n    list.push(1);\n    Ok(*first)\n}",
    ),
    (
        "unknown_type",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    let list = Vec::new();\n    Ok(n)\n}",
    ),
    (
        "break_outside",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    break;\n    Ok(n)\n}",
    ),
    (
        "bound_not_met",
        "async fn f<T: Send + Sync + Clone + 'static>(ctx: &Context, n: T) -> Result<String, ContextError> {\n    ctx.checkpoint().await?;\n    Ok(n.to_string())\n}",
    ),
    (
        "moved_in_a_loop",
        "async fn f(ctx: &Context, s: String) -> Result<usize, ContextError> {\n    let mut sum = 0;\n    for _ in 0..3 {\n        ctx.checkpoint().await?;\n        sum += s.into_bytes().len();\n    }\n    Ok(sum)\n}",
    ),
    (
        "wrong_arguments",
        "async fn f(ctx: &Context, n: u8) -> Result<u8, ContextError> {\n    ctx.checkpoint().await?;\n    f(ctx).await\n}",
    ),
];

/// Level, code, and the primary spans as `line:column-line:column`.
type Said = BTreeSet<(String, String, Vec<String>)>;

#[test]
fn errors_in_a_body_are_the_same_with_and_without_the_macros() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("parity");
    write_crate(&root);
    let said = check(&root);
    let mut different = Vec::new();
    for (case, variant, _) in crates() {
        let nothing = Said::new();
        let late = variant.starts_with("late");
        let plain = said.get(&format!("{case}__{}", if late { "late_plain" } else { "plain" })).unwrap_or(&nothing);
        assert!(!plain.is_empty(), "{case} is not wrong at all");
        // A pool needs `Send` itself, and reports it at the result.
        if case == "not_send" && ["worker_pool", "all"].contains(&variant) {
            continue;
        }
        // This variant gives one more warning: with such an error in the body, the compiler does
        // not know that the body uses a parameter.
        if case == "not_exhaustive" && ["ambient", "late_with_timeout", "late_cancellable"].contains(&variant) {
            continue;
        }
        let other = said.get(&format!("{case}__{variant}")).unwrap_or(&nothing);
        if other != plain {
            different.push(format!("{case} under {variant}: {other:#?}\nplain: {plain:#?}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

fn write_crate(root: &Path) {
    let bins = root.join("src/bin");
    let _ = fs::remove_dir_all(&bins);
    fs::create_dir_all(&bins).unwrap();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = format!(
        "[package]\nname = \"parity\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         taskward = {{ path = '{}' }}\n\n[workspace]\n",
        workspace.join("runtime").display()
    );
    fs::write(root.join("Cargo.toml"), manifest).unwrap();
    fs::copy(workspace.join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
    for (case, variant, text) in crates() {
        fs::write(bins.join(format!("{case}__{variant}.rs")), text).unwrap();
    }
}

/// The compiler's diagnostics for each binary.
fn check(root: &Path) -> BTreeMap<String, Said> {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--bins", "--keep-going", "--quiet", "--message-format=json", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("parity-target"))
        .output()
        .unwrap();
    let mut said: BTreeMap<String, Said> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        if message["reason"] != "compiler-message" || message["message"]["spans"].as_array().is_none_or(Vec::is_empty) {
            continue;
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let place = |span: &Value| {
            format!("{}:{}-{}:{}", span["line_start"], span["column_start"], span["line_end"], span["column_end"])
        };
        let spans = message["message"]["spans"].as_array().unwrap().iter();
        let primary = spans.filter(|span| span["is_primary"] == true).map(place).collect();
        let row = (text(&message["message"]["level"]), text(&message["message"]["code"]["code"]), primary);
        said.entry(text(&message["target"]["name"])).or_default().insert(row);
    }
    assert!(!said.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    said
}
