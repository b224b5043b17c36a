//! The check of a crate as one of its tests.

/// Checks the crate like `cargo taskward check`, and panics with all findings.
///
/// ```no_run
/// #[test]
/// fn the_rules_are_kept() {
///     taskward_rules::check_crate!();
/// }
/// # fn main() {}
/// ```
///
/// A closure configures the check:
///
/// ```no_run
/// taskward_rules::check_crate!(|check| check.all_features(true).tests(true));
/// ```
///
/// # Panics
///
/// Panics if a rule at the level `deny` is violated, or if a file could not be checked.
#[macro_export]
macro_rules! check_crate {
    () => {
        $crate::check_crate!(|check| check)
    };
    ($change:expr) => {{
        let change: fn($crate::CrateCheck) -> $crate::CrateCheck = $change;
        change($crate::CrateCheck::new(::core::env!("CARGO_MANIFEST_DIR"))).run().assert_clean();
    }};
}
