// #[taskward::test]
// /// Documented.
// async fn plain() { work().await; }

#[::core::prelude::v1::test]
/// Documented.
fn plain() {
    ::taskward::__private::Test::named(
            ::core::concat!(::core::module_path!(), "::", "plain"),
        )
        .run_test(
            |_: ::taskward::__private::Context| {
                let __taskward_future = async move {
                    #[allow(unused_imports)]
                    use ::taskward::__private::{
                        ViaAnyFuture as _, ViaArgument as _, ViaFuture as _,
                        ViaHandle as _, ViaJoinSet as _, ViaNoJoinSet as _,
                        ViaOther as _, ViaSpawner as _,
                    };
                    if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                        (),
                    > {
                        return __taskward_return;
                    }
                    {
                        (match (work()) {
                            future => {
                                let many = ::taskward::__private::Joins::by(&future).many();
                                let future = (&::taskward::__private::Joins::by(&future))
                                    .joined(future);
                                let output = future.await;
                                ::taskward::__private::awaited(many);
                                output
                            }
                        });
                    }
                };
                __taskward_future
            },
            |output| {
                #[allow(unused_imports)]
                use ::taskward::__private::{ViaAnything as _, ViaTestOutput as _};
                (&::taskward::__private::Verdict::on(output)).has_failed()
            },
        )
}

// #[taskward::test(flavor = "multi_thread", worker_threads = 2, name = "two", timeout = limit(), settle = "1s", leaks = allow, blocked = deny, crate = some::path)]
// #[should_panic] async fn options(ctx: &Context) -> Result<(), Error> { work(ctx).await }

#[::core::prelude::v1::test]
#[should_panic]
fn options() -> Result<(), Error> {
    some::path::__private::Test::named(
            ::core::concat!(::core::module_path!(), "::", "options"),
        )
        .multi_thread()
        .worker_threads(2)
        .runtime_name("two")
        .timeout(limit())
        .settle(::core::time::Duration::new(1u64, 0u32))
        .leaks(some::path::__private::Level::Allow)
        .blocked(some::path::__private::Level::Deny)
        .run_should_panic(
            "",
            |root: some::path::__private::Context| {
                let __taskward_future = async move {
                    #[allow(unused_imports)]
                    use some::path::__private::{
                        ViaAnyFuture as _, ViaArgument as _, ViaFuture as _,
                        ViaHandle as _, ViaJoinSet as _, ViaNoJoinSet as _,
                        ViaOther as _, ViaSpawner as _,
                    };
                    let ctx: &Context = some::path::__private::test_context::<
                        &Context,
                    >(&root);
                    if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                        Result<(), Error>,
                    > {
                        return __taskward_return;
                    }
                    (match (work(ctx)) {
                        future => {
                            let many = some::path::__private::Joins::by(&future).many();
                            let future = (&some::path::__private::Joins::by(&future))
                                .joined(future);
                            let output = future.await;
                            some::path::__private::awaited(many);
                            output
                        }
                    })
                };
                __taskward_future
            },
            |output| {
                #[allow(unused_imports)]
                use some::path::__private::{ViaAnything as _, ViaTestOutput as _};
                (&some::path::__private::Verdict::on(output)).has_failed()
            },
        )
}

// #[taskward::test(start_paused = true)]
// async fn spawns(_: Context) { tokio::spawn(work()); let task = tokio::spawn(work()); _ = tokio::task::spawn_local(work()); drop(tokio::spawn(async { tokio::spawn(work()); })); set.spawn(work()); spawn_blocking(|| work()); }

#[::core::prelude::v1::test]
fn spawns() {
    ::taskward::__private::Test::named(
            ::core::concat!(::core::module_path!(), "::", "spawns"),
        )
        .start_paused(true)
        .run_test(
            |root: ::taskward::__private::Context| {
                let __taskward_future = async move {
                    #[allow(unused_imports)]
                    use ::taskward::__private::{
                        ViaAnyFuture as _, ViaArgument as _, ViaFuture as _,
                        ViaHandle as _, ViaJoinSet as _, ViaNoJoinSet as _,
                        ViaOther as _, ViaSpawner as _,
                    };
                    let _ctx: Context = ::taskward::__private::test_context::<
                        Context,
                    >(&root);
                    if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                        (),
                    > {
                        return __taskward_return;
                    }
                    {
                        tokio::spawn(::taskward::__private::tracked(work()));
                        let task = tokio::spawn(::taskward::__private::tracked(work()));
                        _ = tokio::task::spawn_local(
                            ::taskward::__private::tracked(work()),
                        );
                        drop(
                            tokio::spawn(
                                ::taskward::__private::tracked(async {
                                    tokio::spawn(::taskward::__private::tracked(work()));
                                }),
                            ),
                        );
                        match ::taskward::__private::Spawns::by(&set) {
                            __taskward_spawns => {
                                set.spawn((&__taskward_spawns).tracked(work()))
                            }
                        };
                        spawn_blocking(::taskward::__private::blocking(|| work()));
                    }
                };
                __taskward_future
            },
            |output| {
                #[allow(unused_imports)]
                use ::taskward::__private::{ViaAnything as _, ViaTestOutput as _};
                (&::taskward::__private::Verdict::on(output)).has_failed()
            },
        )
}

// #[taskward::test(leeks = allow)]
// async fn beside_errors(ctx: Context) { work(ctx).await }

::core::compile_error! {
    "`#[taskward::test]` has no option `leeks`\nhelp: did you mean `leaks = allow`?"
}
#[allow(dead_code)]
async fn beside_errors(ctx: Context) {
    work(ctx).await
}