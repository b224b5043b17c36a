// #[taskward::cancel_test(max_points = 50, timeout = "5s", max_polls = polls(), natural, real_time, crate = some::path)]
// async fn options() { if cancellable(work()).await.is_none() { repair().await } }

#[::core::prelude::v1::test]
fn options() {
    some::path::__private::cancel_test(
        some::path::__private::TestName::new(::core::module_path!(), "options"),
        some::path::__private::CancelTest::new()
            .max_points(50)
            .timeout(::core::time::Duration::new(5u64, 0u32))
            .max_polls(polls())
            .natural()
            .real_time(),
        |_: some::path::__private::Context| {
            let __taskward_future = async move {
                #[allow(unused_imports)]
                use some::path::__private::{
                    ViaAnyFuture as _, ViaArgument as _, ViaFuture as _, ViaHandle as _,
                    ViaJoinSet as _, ViaNoJoinSet as _, ViaOther as _, ViaSpawner as _,
                };
                #[allow(unused_imports)]
                use some::path::__private::cancel_scope::*;
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    (),
                > {
                    return __taskward_return;
                }
                if (match (some::path::__private::after(
                    some::path::__private::checkpoint().await,
                    cancellable(work()),
                )) {
                    future => {
                        let many = some::path::__private::Joins::by(&future).many();
                        let future = (&some::path::__private::Joins::by(&future))
                            .joined(future);
                        let output = future.await;
                        some::path::__private::awaited(many);
                        output
                    }
                })
                    .is_none()
                {
                    (match (some::path::__private::after(
                        some::path::__private::checkpoint().await,
                        repair(),
                    )) {
                        future => {
                            let many = some::path::__private::Joins::by(&future).many();
                            let future = (&some::path::__private::Joins::by(&future))
                                .joined(future);
                            let output = future.await;
                            some::path::__private::awaited(many);
                            output
                        }
                    })
                }
            };
            some::path::__private::test_future(__taskward_future)
        },
    );
}

// #[taskward::cancel_test(max_points = 0)]
// async fn wrong() { cancellable(work()).await; }

::core::compile_error! {
    "this test cancels nothing, so it always passes\nhelp: write the maximal number of cancelled suspensions, such as `max_points = 1000`"
}
#[allow(dead_code)]
async fn wrong() {
    cancellable(work()).await;
}

// #[taskward::cancel_test]
// async fn nothing() { assert!(true); }

#[::core::prelude::v1::test]
fn nothing() {
    ::taskward::__private::cancel_test(
        ::taskward::__private::TestName::new(::core::module_path!(), "nothing"),
        ::taskward::__private::CancelTest::new(),
        |_: ::taskward::__private::Context| {
            let __taskward_future = async move {
                #[allow(unused_imports)]
                use ::taskward::__private::{
                    ViaAnyFuture as _, ViaArgument as _, ViaFuture as _, ViaHandle as _,
                    ViaJoinSet as _, ViaNoJoinSet as _, ViaOther as _, ViaSpawner as _,
                };
                #[allow(unused_imports)]
                use ::taskward::__private::cancel_scope::*;
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    (),
                > {
                    return __taskward_return;
                }
                {
                    assert!(true);
                }
            };
            ::taskward::__private::test_future(__taskward_future)
        },
    );
}