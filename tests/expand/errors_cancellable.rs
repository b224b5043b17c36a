// #[cancellable(ambiant)]
// async fn f(ctx: &Context) -> Option<()> { Some(()) }

::core::compile_error! {
    "`#[cancellable]` has no option `ambiant`\nhelp: did you mean `ambient`?"
}
async fn f(ctx: &Context) -> Option<()> {
    Some(())
}

// #[cancellable]
// fn plain(ctx: &Context) -> Option<()> { Some(()) }

::core::compile_error! {
    "`#[cancellable]` stands on an `async fn`, and `plain` is not\nhelp: write `async fn`: only at an `.await` can a call be interrupted"
}
fn plain(ctx: &Context) -> Option<()> {
    Some(())
}

// #[cancellable]
// struct NotAFunction;

::core::compile_error! {
    "`#[cancellable]` stands on a function, and this is a `struct`\nhelp: move it to a `fn`"
}
struct NotAFunction;