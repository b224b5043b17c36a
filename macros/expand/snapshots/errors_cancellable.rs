// #[cancellable(ambiant)]
// async fn f(ctx: &Context) -> Option<()> { Some(()) }

::core::compile_error! {
    "`#[cancellable]` has no option `ambiant`\nhelp: did you mean `ambient`?"
}
async fn f(ctx: &Context) -> Option<()> {
    Some(())
}

// #[cancellable]
// async fn rule(ctx: &Context) -> Option<()> { Some(()) }

::core::compile_error! {
    "`rule` never awaits, so it cannot be cancelled\nhelp: write `ctx.checkpoint().await?` in long work, or remove the attribute\nrule: no_await (silence with `#[cancellable(allow(no_await))]`)"
}
fn rule(ctx: &Context) -> impl ::core::future::Future<Output = Option<()>> {
    let __handle = ::taskward::__private::handle(&ctx);
    let __taskward_future = async move {
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Option<()>,
        > {
            return __taskward_return;
        }
        Some(())
    };
    ::taskward::__private::cancellable(__handle, __taskward_future)
}

// #[cancellable]
// fn plain(ctx: &Context) -> Option<()> { Some(()) }

::core::compile_error! {
    "`#[cancellable]` needs an `async fn`, and `plain` is not one\nhelp: write `async fn`"
}
fn plain(ctx: &Context) -> Option<()> {
    Some(())
}

// #[cancellable]
// struct NotAFunction;

::core::compile_error! {
    "`#[cancellable]` needs a function, and this is a `struct`\nhelp: move it to a `fn`"
}
struct NotAFunction;