// #[taskward::race_test]
// /// Documented.
// async fn plain() { work().await.unwrap().more().await; }

#[::core::prelude::v1::test]
/// Documented.
fn plain() {
    ::taskward::__private::race_test(
        ::taskward::__private::TestName::new(::core::module_path!(), "plain"),
        ::taskward::__private::RaceTest::new(),
        |_: ::taskward::__private::Context| {
            let __taskward_future = async move {
                #[allow(unused_imports)]
                use ::taskward::__private::{
                    ViaAnyFuture as _, ViaArgument as _, ViaFuture as _, ViaHandle as _,
                    ViaJoinSet as _, ViaNoJoinSet as _, ViaOther as _, ViaSpawner as _,
                };
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    (),
                > {
                    return __taskward_return;
                }
                {
                    (match (::taskward::__private::before(
                        (match (::taskward::__private::after(
                            ::taskward::__private::checkpoint().await,
                            work(),
                        )) {
                            future => {
                                let many = ::taskward::__private::Joins::by(&future).many();
                                let future = (&::taskward::__private::Joins::by(&future))
                                    .joined(future);
                                let output = future.await;
                                ::taskward::__private::awaited(many);
                                output
                            }
                        })
                            .unwrap()
                            .more(),
                        ::taskward::__private::checkpoint().await,
                    )) {
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
            ::taskward::__private::test_future(__taskward_future)
        },
    );
}

// #[taskward::race_test(delays = 3, runs = runs(), timeout = "5s", seed = 7, panics = allow, real_time, crate = some::path)]
// #[should_panic] async fn options(ctx: &Context) -> Result<(), Error> { work(ctx).await }

#[::core::prelude::v1::test]
#[should_panic]
fn options() {
    some::path::__private::race_test(
        some::path::__private::TestName::new(::core::module_path!(), "options")
            .should_panic(""),
        some::path::__private::RaceTest::new()
            .delays(3)
            .runs(runs())
            .timeout(::core::time::Duration::new(5u64, 0u32))
            .seed(7)
            .allow_panics()
            .real_time(),
        |root: some::path::__private::Context| {
            let __taskward_future = async move {
                #[allow(unused_imports)]
                use some::path::__private::{
                    ViaAnyFuture as _, ViaArgument as _, ViaFuture as _, ViaHandle as _,
                    ViaJoinSet as _, ViaNoJoinSet as _, ViaOther as _, ViaSpawner as _,
                };
                let ctx: &Context = some::path::__private::test_context::<
                    &Context,
                >(&root);
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    Result<(), Error>,
                > {
                    return __taskward_return;
                }
                (match (some::path::__private::after(
                    some::path::__private::checkpoint().await,
                    work(ctx),
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
            };
            some::path::__private::test_future(__taskward_future)
        },
    );
}

// #[taskward::race_test]
// async fn spawns(_: Context) { tokio::spawn(async { work().await }); set.spawn(work()); self.set.lock().spawn(work()); spawn_local(work()); group.spawn(|ctx| work(ctx)); thread::spawn(work); }

#[::core::prelude::v1::test]
fn spawns() {
    ::taskward::__private::race_test(
        ::taskward::__private::TestName::new(::core::module_path!(), "spawns"),
        ::taskward::__private::RaceTest::new(),
        |root: ::taskward::__private::Context| {
            let __taskward_future = async move {
                #[allow(unused_imports)]
                use ::taskward::__private::{
                    ViaAnyFuture as _, ViaArgument as _, ViaFuture as _, ViaHandle as _,
                    ViaJoinSet as _, ViaNoJoinSet as _, ViaOther as _, ViaSpawner as _,
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
                    tokio::spawn(
                        ::taskward::__private::tracked(async {
                            (match (::taskward::__private::after(
                                ::taskward::__private::checkpoint().await,
                                work(),
                            )) {
                                future => {
                                    let many = ::taskward::__private::Joins::by(&future).many();
                                    let future = (&::taskward::__private::Joins::by(&future))
                                        .joined(future);
                                    let output = future.await;
                                    ::taskward::__private::awaited(many);
                                    output
                                }
                            })
                        }),
                    );
                    match ::taskward::__private::Spawns::by(&set) {
                        __taskward_spawns => {
                            set.spawn((&__taskward_spawns).tracked(work()))
                        }
                    };
                    self.set.lock().spawn(work());
                    spawn_local(
                        (&::taskward::__private::Argument::new(work())).tracked(),
                    );
                    group.spawn(|ctx| work(ctx));
                    thread::spawn(work);
                }
            };
            ::taskward::__private::test_future(__taskward_future)
        },
    );
}

// #[taskward::race_test]
// async fn macros() { select! { x = rx.recv() => { work(x).await } else => {} } assert_eq!(work().await, 1, "{x}"); vec![x; 2] }

#[::core::prelude::v1::test]
fn macros() {
    ::taskward::__private::race_test(
        ::taskward::__private::TestName::new(::core::module_path!(), "macros"),
        ::taskward::__private::RaceTest::new(),
        |_: ::taskward::__private::Context| {
            let __taskward_future = async move {
                #[allow(unused_imports)]
                use ::taskward::__private::{
                    ViaAnyFuture as _, ViaArgument as _, ViaFuture as _, ViaHandle as _,
                    ViaJoinSet as _, ViaNoJoinSet as _, ViaOther as _, ViaSpawner as _,
                };
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    (),
                > {
                    return __taskward_return;
                }
                {
                    select! {
                        x = rx.recv() => { (match
                        (::taskward::__private::after(::taskward::__private::checkpoint()
                        . await, work(x))) { future => { let many =
                        ::taskward::__private::Joins::by(& future).many(); let future =
                        (& ::taskward::__private::Joins::by(& future)).joined(future);
                        let output = future. await; ::taskward::__private::awaited(many);
                        output } }) } else => {}
                    }
                    assert_eq!(
                        (match
                        (::taskward::__private::after(::taskward::__private::checkpoint()
                        . await, work())) { future => { let many =
                        ::taskward::__private::Joins::by(& future).many(); let future =
                        (& ::taskward::__private::Joins::by(& future)).joined(future);
                        let output = future. await; ::taskward::__private::awaited(many);
                        output } }), 1, "{x}"
                    );
                    vec![x; 2]
                }
            };
            ::taskward::__private::test_future(__taskward_future)
        },
    );
}

// #[taskward::race_test(delays = 0)]
// async fn wrong() { work().await }

::core::compile_error! {
    "without delays, the test runs only one schedule\nhelp: write 1, 2 or 3; most races need one or two delays"
}
#[allow(dead_code)]
async fn wrong() {
    work().await
}