// #[taskward::test(start_paused = true, crate = some::path)]
// #[rstest] #[case(1)] async fn each(#[case] n: u32) { tokio::spawn(work(n)); }

#[rstest]
#[case(1)]
#[some::path::test(start_paused = true, crate = some::path)]
async fn each(#[case] n: u32) {
    #[allow(unused_imports)]
    use some::path::__private::{
        ViaArgument as _, ViaFuture as _, ViaOther as _, ViaSpawner as _,
    };
    tokio::spawn(some::path::__private::detached(work(n)));
}


// #[taskward::race_test(delays = 1)]
// #[rstest] #[case(1)] async fn each(#[case] n: u32) { tokio::spawn(work(n)); }

#[rstest]
#[case(1)]
#[test_attr(::taskward::race_test(delays = 1))]
async fn each(#[case] n: u32) {
    #[allow(unused_imports)]
    use ::taskward::__private::{
        ViaArgument as _, ViaFuture as _, ViaOther as _, ViaSpawner as _,
    };
    tokio::spawn(::taskward::__private::detached(work(n)));
}


// #[taskward::cancel_test()]
// #[test_case(1)] async fn each(n: u32) { cancellable(work(n)).await; }

#[test_case(1)]
#[::taskward::cancel_test()]
async fn each(n: u32) {
    #[allow(unused_imports)]
    use ::taskward::__private::{
        ViaArgument as _, ViaFuture as _, ViaOther as _, ViaSpawner as _,
    };
    #[allow(unused_imports)]
    use ::taskward::__private::cancel_scope::*;
    ::taskward::__private::after(
            ::taskward::__private::checkpoint().await,
            cancellable(work(n)),
        )
        .await;
}
