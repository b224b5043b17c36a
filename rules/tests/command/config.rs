use crate::SPAWNS;
use crate::support::Package;

#[test]
fn levels_decide_how_findings_are_reported() {
    let package = Package::new("levels", SPAWNS, &[("taskward.toml", "[levels]\ndetached_task = \"warn\"\n")]);
    let run = package.check(&["--color", "never"]);
    assert!(run.code == 0 && run.out.starts_with("warning[detached_task]"), "{}", run.out);
    package.write("taskward.toml", "[levels]\ndetached_task = \"allow\"\n");
    assert!(package.findings(&[]).is_empty());
}

#[test]
fn misspelt_names_get_a_suggestion() {
    let package = Package::new("mistakes", "", &[]);
    let says = |text: &str, what: &str| {
        package.write("taskward.toml", text);
        let run = package.check(&[]);
        assert!(run.code == 2 && run.out.contains(what), "{text}: {}", run.out);
    };
    says("[levels]\ndetachd_task = \"warn\"\n", "there is no rule `detachd_task`: did you mean `detached_task`?");
    says("[levels]\ndetached_task = \"off\"\n", "the level of `detached_task` is `allow`, `warn` or `deny`");
    says("blockin = []\n", "there is no key `blockin`: did you mean `blocking`?");
    says("blocking = 1\n", "`blocking` is a list of strings");
    says("blocking = [\n", "taskward.toml");
}

#[test]
fn calls_that_only_the_user_knows_count() {
    let lib = "\
mod db;
use db::query_sync;
pub async fn calls(pool: db::Pool) {
    db::query_sync();
    query_sync();
    crate::db::query_sync();
    pool.fetch_sync();
    other::query_sync_all();
    pool.fetch_sync().await;
}
pub async fn owned(boss: db::Supervisor) {
    boss.adopt(tokio::spawn(work()));
    let task = tokio::spawn(work());
    boss.adopt(task);
    db::keep(tokio::spawn(work()));
    boss.look_at(tokio::spawn(work()));
}
";
    let toml = "blocking = [\"db::query_sync\", \"Pool::fetch_sync\"]\nowners = [\"Supervisor::adopt\", \"db::keep\"]\n\
                [levels]\nmissing_context = \"allow\"\n";
    let package = Package::new("listed", lib, &[("src/db.rs", "pub fn query_sync() {}\n"), ("taskward.toml", toml)]);
    let expected = [4, 5, 6, 7].map(|line| format!("blocking_call src/lib.rs:{line}"));
    let expected = [&expected[..], &["detached_task src/lib.rs:16".to_owned()]].concat();
    assert_eq!(package.findings(&[]), expected);
}

#[test]
fn excluded_files_are_not_checked() {
    let files = [("src/generated/mod.rs", SPAWNS), ("taskward.toml", "exclude = [\"src/generated\"]\n")];
    let package = Package::new("excluded", &format!("mod generated;\n{SPAWNS}"), &files);
    assert_eq!(package.findings(&[]), ["detached_task src/lib.rs:3"]);
}

#[test]
fn a_comment_allows_one_finding_or_all_of_a_function() {
    let lib = "\
pub fn some() {
    tokio::spawn(work()); // taskward: allow(detached_task)
    // The server owns it. taskward: allow is no comment of ours.
    tokio::spawn(work());
    // taskward: allow(unbounded_channel, detached_task)
    // Because.
    tokio::spawn(work());
    let text = \"// taskward: allow(detached_task)\"; tokio::spawn(work());
    tokio::spawn(work()); // taskward: allow(blocking_call)
}

/// Documented.
// taskward: allow(detached_task)
#[inline]
pub fn all() {
    tokio::spawn(work());
    tokio::spawn(work());
}

#[cancellable(allow(detached_task))]
pub async fn by_attribute(ctx: &Context) {
    tokio::spawn(work()).await;
}
";
    let package = Package::new("comments", lib, &[]);
    assert_eq!(package.findings(&[]), [4, 8, 9].map(|line| format!("detached_task src/lib.rs:{line}")));
    package.write("src/lib.rs", "// taskward: allow(detachd_task)\n");
    let run = package.check(&[]);
    assert!(run.code == 2 && run.out.contains("src/lib.rs:1: there is no rule `detachd_task`"), "{}", run.out);
}
