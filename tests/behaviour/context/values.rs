use taskward::Context;

#[derive(Debug, PartialEq)]
struct Id(u32);

#[test]
fn values_are_found_through_the_tree_by_their_type() {
    let root = Context::background().with_value(Id(1)).with_value("name");
    let (child, _canceller) = root.with_cancel();
    let deep = child.with_timeout(std::time::Duration::from_secs(1)).with_value(2.5_f64);
    assert_eq!(deep.value::<Id>(), Some(&Id(1)));
    assert_eq!(deep.value::<&str>(), Some(&"name"));
    assert_eq!(deep.value::<f64>(), Some(&2.5));
    assert_eq!(child.value::<f64>(), None, "a child's value is not its parent's");
    assert_eq!(deep.value::<u8>(), None);
}

#[test]
fn the_nearest_value_of_a_type_hides_the_others() {
    let outer = Context::background().with_value(Id(1));
    let inner = outer.with_value(Id(2));
    assert_eq!(inner.value(), Some(&Id(2)));
    assert_eq!(outer.value(), Some(&Id(1)));
}

#[test]
fn a_detached_context_keeps_values_and_nothing_else() {
    let (ctx, canceller) = Context::background().with_value(Id(1)).with_cancel();
    let detached = ctx.with_timeout(std::time::Duration::ZERO).detach();
    canceller.cancel();
    assert!(detached.check().is_ok());
    assert_eq!(detached.deadline(), None);
    assert_eq!(detached.value(), Some(&Id(1)));
}
