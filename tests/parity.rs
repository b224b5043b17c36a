//! Errors in a user's body are the compiler's own: the same ones, at the same places, with and without the macros.
//!
//! Every broken function is compiled plain and under each macro, by a `cargo check` of a crate made for it, and what the
//! compiler says is compared: level, code and primary spans.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What stands on the function, and the name of the variant.
const VARIANTS: [(&str, &str); 5] = [
    ("plain", "// nothing"),
    ("cancellable", "#[taskward::cancellable]"),
    ("with_timeout", "#[taskward::with_timeout(\"5s\")]"),
    ("both", "#[taskward::cancellable] #[taskward::with_timeout(\"5s\")]"),
    ("worker_pool", "#[taskward::worker_pool(workers = 2)]"),
];

/// The same for `main`.
const MAIN_VARIANTS: [(&str, &str); 2] = [("plain", "// nothing"), ("main", "#[taskward::main]")];

/// Ways to be wrong in a `main`, which has another name here: an `async fn main` without the attribute is wrong by itself.
const MAIN_BROKEN: [(&str, &str); 9] = [
    (
        "main_wrong_value",
        "async fn f(ctx: Context) -> Result<u32, ContextError> {\n    ctx.checkpoint().await?;\n    Ok(1_u8)\n}",
    ),
    (
        "main_early_return",
        "async fn f(ctx: Context) -> Result<u8, ContextError> {\n    if ctx.is_cancelled() {\n        return 1;\n    }\n    Ok(1)\n}",
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

/// Every crate that is compiled: the case, the variant, and the code.
fn crates() -> impl Iterator<Item = (&'static str, &'static str, String)> {
    let variants = BROKEN.iter().flat_map(|case| VARIANTS.iter().map(move |variant| (case, variant)));
    let mains = MAIN_BROKEN.iter().flat_map(|case| MAIN_VARIANTS.iter().map(move |variant| (case, variant)));
    variants.chain(mains).map(|((case, code), (variant, attribute))| {
        let text = format!(
            "#![allow(unused_imports)]\nuse taskward::{{Context, ContextError}};\n\n{attribute}\n{code}\n\nfn main() {{}}\n"
        );
        (*case, *variant, text)
    })
}

/// One way to be wrong in each, or to be warned of. Nothing calls the functions either, which each is warned of.
const BROKEN: [(&str, &str); 16] = [
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
        let plain = said.get(&format!("{case}__plain")).unwrap_or(&nothing);
        assert!(!plain.is_empty(), "{case} is not wrong at all");
        // A pool needs `Send` itself, and says so at the result.
        if case == "not_send" && variant == "worker_pool" {
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

/// What the compiler says about each binary.
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
