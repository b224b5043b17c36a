// #[taskward::main(grace = "10s")]
// /// Documented.
// async fn main(ctx: Context) -> Result<(), Error> { serve(ctx).await }

/// Documented.
fn main() -> ::taskward::__private::ExitCode {
    let stopped = ::taskward::__private::Main::multi_thread()
        .grace(::core::time::Duration::new(10u64, 0u32))
        .block_on(|root: ::taskward::__private::Context| {
            let __taskward_future = async move {
                let ctx: Context = ::taskward::__private::main_context::<Context>(&root);
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    Result<(), Error>,
                > {
                    return __taskward_return;
                }
                serve(ctx).await
            };
            ::taskward::__private::main_future(__taskward_future)
        });
    {
        #[allow(unused_imports)]
        use ::taskward::__private::{
            ViaBox as _, ViaError as _, ViaNoExitCode as _, ViaReport as _,
            ViaTermination as _,
        };
        (&&&&&::taskward::__private::reporter(&stopped)).report(stopped)
    }
}

// #[taskward::main(flavor = "current_thread", grace = config::GRACE)]
// async fn main() {}

fn main() -> ::taskward::__private::ExitCode {
    let stopped = ::taskward::__private::Main::current_thread()
        .grace(config::GRACE)
        .block_on(|_| {
            let __taskward_future = async move {
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    (),
                > {
                    return __taskward_return;
                }
                {}
            };
            ::taskward::__private::main_future(__taskward_future)
        });
    {
        #[allow(unused_imports)]
        use ::taskward::__private::{
            ViaBox as _, ViaError as _, ViaNoExitCode as _, ViaReport as _,
            ViaTermination as _,
        };
        (&&&&&::taskward::__private::reporter(&stopped)).report(stopped)
    }
}

// #[taskward::main(worker_threads = 2, crate = some::path)]
// pub async fn start(ctx: &Context) -> u8 { serve(ctx).await }

pub fn start() -> u8 {
    let stopped = some::path::__private::Main::multi_thread()
        .worker_threads(2)
        .block_on(|root: some::path::__private::Context| {
            let __taskward_future = async move {
                let ctx: &Context = some::path::__private::main_context::<
                    &Context,
                >(&root);
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    u8,
                > {
                    return __taskward_return;
                }
                serve(ctx).await
            };
            __taskward_future
        });
    some::path::__private::output_or_exit(
        stopped,
        |stopped| {
            #[allow(unused_imports)]
            use some::path::__private::{
                ViaBox as _, ViaError as _, ViaNoExitCode as _, ViaReport as _,
                ViaTermination as _,
            };
            (&&&&&some::path::__private::reporter(&stopped)).report(stopped)
        },
    )
}

// #[taskward::main]
// async fn main(_: Context) -> impl Termination { serve().await }

fn main() -> ::taskward::__private::ExitCode {
    let stopped = ::taskward::__private::Main::multi_thread()
        .block_on(|root: ::taskward::__private::Context| {
            let __taskward_future = async move {
                let _ctx: Context = ::taskward::__private::main_context::<
                    Context,
                >(&root);
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    _,
                > {
                    return __taskward_return;
                }
                serve().await
            };
            ::taskward::__private::main_future(__taskward_future)
        });
    {
        #[allow(unused_imports)]
        use ::taskward::__private::{
            ViaBox as _, ViaError as _, ViaNoExitCode as _, ViaReport as _,
            ViaTermination as _,
        };
        (&&::taskward::__private::reporter(&stopped)).report(stopped)
    }
}

// #[taskward::main(grase = "10s")]
// async fn main(ctx: Context) -> Result<(), Error> { serve(ctx).await }

::core::compile_error! {
    "`#[taskward::main]` has no option `grase`\nhelp: did you mean `grace = \"10s\"`?"
}
fn main() {
    async fn _main(ctx: Context) -> Result<(), Error> {
        serve(ctx).await
    }
}