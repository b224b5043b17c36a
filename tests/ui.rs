//! What the compiler says about wrong uses, and that it has nothing to say about right ones.
//!
//! `TRYBUILD=overwrite cargo test -p taskward-tests --test ui` writes the `.stderr` files anew.

#[test]
fn wrong_uses_are_one_clear_error_each_and_right_ones_compile() {
    let cases = trybuild::TestCases::new();
    for attribute in
        ["cancellable", "enforce", "lazy", "main", "once", "retry", "single_flight", "with_timeout", "worker_pool"]
    {
        cases.pass(format!("ui/{attribute}/pass/*.rs"));
        cases.compile_fail(format!("ui/{attribute}/fail/*.rs"));
    }
    if cfg!(feature = "test-util") {
        cases.compile_fail("ui/cancel_test/fail/*.rs");
        cases.pass("ui/race_test/pass/*.rs");
        cases.compile_fail("ui/race_test/fail/*.rs");
    }
    cases.pass("ui/group/pass/*.rs");
    cases.compile_fail("ui/group/fail/*.rs");
    cases.compile_fail("ui/channel/fail/*.rs");
    cases.compile_fail("ui/rules/*.rs");
    cases.compile_fail("ui/leaks/*.rs");
    cases.pass("ui/rules/quiet/*.rs");
    // What a test's body is, is only looked at with `--test`: `behaviour/testing/attribute.rs`.
    #[cfg(feature = "test-util")]
    cases.compile_fail("ui/test/fail/*.rs");
}
