// #[taskward::test(start_paused = true, crate = some::path)]
// #[rstest] #[case(1)] async fn each(#[case] n: u32) { tokio::spawn(work(n)); }

#[rstest]
#[case(1)]
#[some::path::test(start_paused = true, crate = some::path)]
async fn each(#[case] n: u32) {
    #[allow(unused_imports)]
    use some::path::__private::{
        ViaAnyFuture as _, ViaArgument as _, ViaFuture as _, ViaHandle as _,
        ViaJoinSet as _, ViaNoJoinSet as _, ViaOther as _, ViaSpawner as _,
    };
    tokio::spawn(some::path::__private::tracked(work(n)));
}


// #[taskward::race_test(delays = 1)]
// #[rstest] #[case(1)] async fn each(#[case] n: u32) { tokio::spawn(work(n)); }

#[rstest]
#[case(1)]
#[test_attr(::taskward::race_test(delays = 1))]
async fn each(#[case] n: u32) {
    #[allow(unused_imports)]
    use ::taskward::__private::{
        ViaAnyFuture as _, ViaArgument as _, ViaFuture as _, ViaHandle as _,
        ViaJoinSet as _, ViaNoJoinSet as _, ViaOther as _, ViaSpawner as _,
    };
    tokio::spawn(::taskward::__private::tracked(work(n)));
}


// #[taskward::cancel_test()]
// #[test_case(1)] async fn each(n: u32) { cancellable(work(n)).await; }

#[test_case(1)]
#[::taskward::cancel_test()]
async fn each(n: u32) {
    #[allow(unused_imports)]
    use ::taskward::__private::{
        ViaAnyFuture as _, ViaArgument as _, ViaFuture as _, ViaHandle as _,
        ViaJoinSet as _, ViaNoJoinSet as _, ViaOther as _, ViaSpawner as _,
    };
    #[allow(unused_imports)]
    use ::taskward::__private::cancel_scope::*;
    (match (::taskward::__private::after(
        ::taskward::__private::checkpoint().await,
        cancellable(work(n)),
    )) {
        future => {
            let many = ::taskward::__private::Joins::by(&future).many();
            let future = (&::taskward::__private::Joins::by(&future)).joined(future);
            let output = future.await;
            ::taskward::__private::awaited(many);
            output
        }
    });
}
