//! Parameters live until the call ends, and are dropped like those of a plain `async fn`.

use std::cell::RefCell;
use std::rc::Rc;

use taskward::{Context, cancellable, with_timeout};

type Log = Rc<RefCell<Vec<&'static str>>>;

struct Guard(&'static str, Log);

impl Guard {
    fn touch(&self) {
        self.1.borrow_mut().push("touch");
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

struct Pair {
    left: Guard,
    #[expect(dead_code, reason = "only dropped")]
    right: Guard,
}

macro_rules! functions {
    ($name:ident, $(#[$attr:meta])*) => {
        mod $name {
            use super::*;

            $(#[$attr])*
            pub(super) async fn used(_ctx: &Context, first: Guard, second: Guard, log: Log) {
                let _local = Guard("local", log);
                tokio::task::yield_now().await;
                second.touch();
                first.touch();
            }

            $(#[$attr])*
            pub(super) async fn unused(_ctx: &Context, _first: Guard, _: Guard, log: Log) {
                tokio::task::yield_now().await;
                log.borrow_mut().push("end");
            }

            $(#[$attr])*
            pub(super) async fn patterns(
                _ctx: &Context,
                (first, _): (Guard, Guard),
                Pair { left, .. }: Pair,
                log: Log,
            ) {
                tokio::task::yield_now().await;
                log.borrow_mut().push("end");
                left.touch();
                first.touch();
            }

            $(#[$attr])*
            pub(super) async fn part(_ctx: &Context, pair: Pair, log: Log) {
                tokio::task::yield_now().await;
                pair.left.touch();
                log.borrow_mut().push("end");
            }
        }
    };
}

functions!(plain,);
functions!(cancelled, #[cancellable]);
functions!(limited, #[with_timeout("5s")]);
functions!(both, #[cancellable] #[with_timeout("5s")]);

macro_rules! record {
    ($module:ident) => {{
        let ctx = Context::background();
        let log = Log::default();
        let guard = |name| Guard(name, log.clone());
        let pair = |left, right| Pair { left: guard(left), right: guard(right) };
        $module::used(&ctx, guard("first"), guard("second"), log.clone()).await;
        $module::unused(&ctx, guard("first"), guard("second"), log.clone()).await;
        $module::patterns(&ctx, (guard("a"), guard("b")), pair("c", "d"), log.clone()).await;
        $module::part(&ctx, pair("left", "right"), log.clone()).await;
        let log = log.borrow().clone();
        log
    }};
}

#[tokio::test]
async fn parameters_are_dropped_as_without_the_attribute() {
    let plain = record!(plain);
    assert_eq!(record!(cancelled), plain);
}

/// In either order: a future that never ran has no first-dropped last parameter.
#[test]
fn a_call_that_was_never_polled_drops_its_parameters() {
    let ctx = Context::background();
    let log = Log::default();
    let guard = |name| Guard(name, log.clone());
    drop(cancelled::used(&ctx, guard("first"), guard("second"), log.clone()));
    drop(limited::used(&ctx, guard("first"), guard("second"), log.clone()));
    assert_eq!(log.borrow().iter().filter(|entry| **entry == "first").count(), 2);
    assert_eq!(log.borrow().iter().filter(|entry| **entry == "second").count(), 2);
}

/// With a context, these stay `async fn`s around a race: used parameters are dropped with the
/// body, in the order of their first use, and none before the body has ended.
#[tokio::test]
async fn limited_calls_drop_nothing_before_the_body_has_ended() {
    for log in [record!(limited), record!(both)] {
        let touched = |name| log.iter().position(|entry| *entry == name);
        assert!(touched("first") > touched("touch"));
        let ends: Vec<_> = log.iter().enumerate().filter(|(_, entry)| **entry == "end").map(|(at, _)| at).collect();
        assert!(log[..ends[0]].iter().filter(|entry| **entry == "second").count() == 1, "{log:?}");
    }
}
