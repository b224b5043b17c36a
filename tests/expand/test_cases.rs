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