// #[cancellable]
// /// Documented.
// pub async fn f(ctx: &Context, n: u8) -> Result<u8, Error> { g(ctx, n).await }

/// Documented.
pub fn f(
    ctx: &Context,
    n: u8,
) -> impl ::core::future::Future<Output = Result<u8, Error>> {
    let __handle = ::taskward::__private::handle(&ctx);
    let __taskward_future = async move {
        let _ = (&n,);
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Result<u8, Error>,
        > {
            return __taskward_return;
        }
        g(ctx, n).await
    };
    ::taskward::__private::cancellable(__handle, __taskward_future)
}

// #[cancellable]
// async fn by_value(ctx: Context) {}

fn by_value(ctx: Context) -> impl ::core::future::Future<Output = ()> {
    let __handle = ::taskward::__private::handle(&ctx);
    let __taskward_future = async move {
        let _ = (&ctx,);
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            (),
        > {
            return __taskward_return;
        }
        {}
    };
    ::taskward::__private::cancellable(__handle, __taskward_future)
}

// #[cancellable]
// async fn patterns(_: &Context, (a, _): (u8, u8), mut n: u8, _unused: u8) -> Option<u8> { n += a; g(n).await }

fn patterns(
    ctx: &Context,
    param1: (u8, u8),
    n: u8,
    unused: u8,
) -> impl ::core::future::Future<Output = Option<u8>> {
    let __handle = ::taskward::__private::handle(&ctx);
    let __taskward_future = async move {
        let __kept_ctx = ctx;
        let param1 = param1;
        let (a, _) = param1;
        let mut n = n;
        #[allow(clippy::no_effect_underscore_binding)]
        let _unused = unused;
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Option<u8>,
        > {
            return __taskward_return;
        }
        {
            n += a;
            g(n).await
        }
    };
    ::taskward::__private::cancellable(__handle, __taskward_future)
}

// #[cancellable]
// async fn alias(ctx: &Ctx) -> io::Result<()> { g().await }

fn alias(ctx: &Ctx) -> impl ::core::future::Future<Output = io::Result<()>> {
    let __handle = ::taskward::__private::context(&ctx);
    let __taskward_future = async move {
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            io::Result<()>,
        > {
            return __taskward_return;
        }
        g().await
    };
    ::taskward::__private::cancellable_by(__handle, __taskward_future)
}

// #[cancellable]
// #[tracing::instrument] async fn another_attribute_to_come(ctx: &Context) -> Option<()> { g().await }

#[tracing::instrument]
#[::taskward::__private::__expanded(cancellable)]
async fn another_attribute_to_come(ctx: &Context) -> Option<()> {
    let __handle = ::taskward::__private::handle(&ctx);
    let __taskward_future = async move {
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Option<()>,
        > {
            return __taskward_return;
        }
        g().await
    };
    ::taskward::__private::cancellable(__handle, __taskward_future).await
}

// #[cancellable]
// async fn method(&self, ctx: &Context) -> Option<()> { self.other(ctx).await }

fn method(&self, ctx: &Context) -> impl ::core::future::Future<Output = Option<()>> {
    let __handle = ::taskward::__private::handle(&ctx);
    let __taskward_future = async move {
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Option<()>,
        > {
            return __taskward_return;
        }
        self.other(ctx).await
    };
    ::taskward::__private::cancellable(__handle, __taskward_future)
}

// #[cancellable(ambient)]
// async fn ambient(n: u8) -> Option<u8> { g(n).await }

async fn ambient(n: u8) -> Option<u8> {
    let __handle = ::taskward::__private::Context::current();
    let __taskward_future = async move {
        let _ = (&n,);
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Option<u8>,
        > {
            return __taskward_return;
        }
        g(n).await
    };
    ::taskward::__private::cancellable_by(__handle, __taskward_future).await
}

// #[cancellable(ctx = self.ctx)]
// async fn own(&self) -> Option<()> { self.g().await }

async fn own(&self) -> Option<()> {
    let __handle = ::taskward::__private::context(&self.ctx);
    let __taskward_future = async move {
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Option<()>,
        > {
            return __taskward_return;
        }
        self.g().await
    };
    ::taskward::__private::cancellable_by(__handle, __taskward_future).await
}

// #[cancellable(grace = "2s")]
// async fn grace(ctx: &Context, n: u8) -> Option<u8> { g(ctx, n).await }

fn grace(ctx: &Context, n: u8) -> impl ::core::future::Future<Output = Option<u8>> {
    let __grace: ::core::time::Duration = ::core::time::Duration::new(2u64, 0u32);
    let __handle = ::taskward::__private::handle(&ctx);
    let __taskward_future = async move {
        let _ = (&n,);
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Option<u8>,
        > {
            return __taskward_return;
        }
        g(ctx, n).await
    };
    ::taskward::__private::graceful(__handle, __taskward_future, __grace)
}

// #[cancellable(ambient, grace = self.grace)]
// async fn ambient_grace(&self) -> Option<u8> { g().await }

async fn ambient_grace(&self) -> Option<u8> {
    let __grace: ::core::time::Duration = self.grace;
    let __handle = ::taskward::__private::Context::current();
    let __taskward_future = async move {
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Option<u8>,
        > {
            return __taskward_return;
        }
        g().await
    };
    ::taskward::__private::graceful_by(__handle, __taskward_future, __grace).await
}

// #[cancellable(ctx = self.ctx, grace = "2s")]
// async fn own_grace(&self) -> Option<u8> { g().await }

async fn own_grace(&self) -> Option<u8> {
    let __grace: ::core::time::Duration = ::core::time::Duration::new(2u64, 0u32);
    let __handle = ::taskward::__private::context_and_limit(&self.ctx);
    let __taskward_future = async move {
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Option<u8>,
        > {
            return __taskward_return;
        }
        g().await
    };
    ::taskward::__private::graceful_by(__handle, __taskward_future, __grace).await
}

// #[cancellable(crate = some::path)]
// async fn elsewhere(ctx: &Context) -> Option<()> { g().await }

fn elsewhere(ctx: &Context) -> impl ::core::future::Future<Output = Option<()>> {
    let __handle = some::path::__private::handle(&ctx);
    let __taskward_future = async move {
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Option<()>,
        > {
            return __taskward_return;
        }
        g().await
    };
    some::path::__private::cancellable(__handle, __taskward_future)
}

// #[cancellable]
// async fn never(ctx: &Context) -> ! { loop { ctx.checkpoint().await; } }

async fn never(ctx: &Context) -> ! {
    let __handle = ::taskward::__private::handle(&ctx);
    let __taskward_future = async move {
        loop {
            ctx.checkpoint().await;
        }
    };
    ::taskward::__private::cancellable(__handle, __taskward_future).await
}

// #[cancellable(span, fields(user = id, %name), metrics)]
// async fn observed(ctx: &Context, id: u8, name: &str) -> Option<()> { g(ctx, id, name).await }

fn observed(
    ctx: &Context,
    id: u8,
    name: &str,
) -> impl ::core::future::Future<Output = Option<()>> {
    #[allow(unused_imports)]
    use ::taskward::__private::{ViaAnyEnd as _, ViaOptionEnd as _, ViaResultEnd as _};
    let __observation = ::taskward::__private::metrics_of!(
        ::taskward::__private::span_of!(::taskward::__private::Observation::default(),
        "observed", user = id, % name), "observed"
    );
    let __taskward_future = {
        let __handle = ::taskward::__private::handle(&ctx);
        let __taskward_future = async move {
            let _ = (&id,);
            if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                Option<()>,
            > {
                return __taskward_return;
            }
            g(ctx, id, name).await
        };
        ::taskward::__private::cancellable(__handle, __taskward_future)
    };
    ::taskward::__private::observe(
        __observation,
        (&::taskward::__private::EndProbe::of(&__taskward_future)).has_failed(),
        __taskward_future,
    )
}