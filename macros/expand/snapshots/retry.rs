// #[retry(attempts = 5, backoff = "100ms..5s")]
// async fn f(ctx: &Context, name: String, n: u8) -> Result<u8, Error> { g(ctx, name, n).await }

async fn f(ctx: &Context, name: String, n: u8) -> Result<u8, Error> {
    let mut __retry = ::taskward::__private::retry_of(&ctx);
    #[allow(unused_imports)]
    use ::taskward::__private::{ViaAnyError as _, ViaAsError as _, ViaStdError as _};
    loop {
        let __pause = {
            let __result = {
                let __taskward_future = {
                    let ctx = ::taskward::__private::retry_param(&__retry, &ctx);
                    let name = ::taskward::__private::again(&name);
                    let n = ::taskward::__private::again(&n);
                    async move {
                        let ctx = ctx;
                        let _ = &ctx;
                        let name = name;
                        let n = n;
                        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                            Result<u8, Error>,
                        > {
                            return __taskward_return;
                        }
                        g(ctx, name, n).await
                    }
                };
                ::taskward::__private::retry_run(&__retry, __taskward_future).await
            };
            if ::taskward::__private::retry_succeeded(
                &__result,
                ::core::option::Option::None,
            ) {
                break __result;
            }
            match ::taskward::__private::retry_next(
                &mut __retry,
                &::taskward::__private::RetryRules {
                    policy: const {
                        &::taskward::__private::RetryPolicy::new(
                            5,
                            ::core::time::Duration::new(0u64, 100000000u32),
                            ::core::time::Duration::new(5u64, 0u32),
                        )
                    },
                    when: ::taskward::__private::retry_always,
                    budget: ::core::option::Option::None,
                },
                ::taskward::__private::handle(&ctx),
                __result,
                |__error| {
                    (&&&::taskward::__private::ErrorProbe::<
                        <Result<u8, Error> as ::taskward::__private::RetryOutput>::Error,
                    >::NEW)
                        .is_cancellation(__error)
                },
                |__error, __deadline| {
                    (&&&::taskward::__private::ErrorProbe::<
                        <Result<u8, Error> as ::taskward::__private::RetryOutput>::Error,
                    >::NEW)
                        .with_deadline(__error, __deadline)
                },
            ) {
                ::core::ops::ControlFlow::Break(__result) => break __result,
                ::core::ops::ControlFlow::Continue(__pause) => __pause.wait(),
            }
        };
        if let ::core::option::Option::Some(__result) = __pause.await {
            break __result;
        }
    }
}

// #[retry(attempts = self.attempts, when = Error::is_transient, budget = self.budget)]
// async fn method(&self, list: &mut Vec<u8>) -> Result<(), Error> { self.g(list).await }

async fn method(&self, list: &mut Vec<u8>) -> Result<(), Error> {
    let __policy = ::taskward::__private::RetryPolicy::new(
        self.attempts,
        ::core::time::Duration::ZERO,
        ::core::time::Duration::ZERO,
    );
    let __when = ::taskward::__private::retry_when::<
        <Result<(), Error> as ::taskward::__private::RetryOutput>::Error,
        _,
    >(Error::is_transient);
    let __budget = || ::core::option::Option::Some(&self.budget);
    let __current = ::taskward::__private::Context::current();
    let mut __retry = ::taskward::__private::Retry::new(
        ::core::option::Option::Some(&__current),
    );
    #[allow(unused_imports)]
    use ::taskward::__private::{ViaAnyError as _, ViaAsError as _, ViaStdError as _};
    loop {
        let __pause = {
            let __result = {
                let __taskward_future = {
                    let list = &mut *list;
                    async move {
                        let list = list;
                        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                            Result<(), Error>,
                        > {
                            return __taskward_return;
                        }
                        self.g(list).await
                    }
                };
                ::taskward::__private::retry_run(&__retry, __taskward_future).await
            };
            if ::taskward::__private::retry_succeeded(&__result, __budget()) {
                break __result;
            }
            match ::taskward::__private::retry_next(
                &mut __retry,
                &::taskward::__private::RetryRules {
                    policy: &__policy,
                    when: &__when,
                    budget: __budget(),
                },
                &__current,
                __result,
                |__error| {
                    (&&&::taskward::__private::ErrorProbe::<
                        <Result<(), Error> as ::taskward::__private::RetryOutput>::Error,
                    >::NEW)
                        .is_cancellation(__error)
                },
                |__error, __deadline| {
                    (&&&::taskward::__private::ErrorProbe::<
                        <Result<(), Error> as ::taskward::__private::RetryOutput>::Error,
                    >::NEW)
                        .with_deadline(__error, __deadline)
                },
            ) {
                ::core::ops::ControlFlow::Break(__result) => break __result,
                ::core::ops::ControlFlow::Continue(__pause) => __pause.wait(),
            }
        };
        if let ::core::option::Option::Some(__result) = __pause.await {
            break __result;
        }
    }
}

// #[retry(attempts = 5, span, fields(%name, n = n + 1), metrics)]
// async fn observed(name: String, n: u8) -> Result<u8, Error> { g(name, n).await }

async fn observed(name: String, n: u8) -> Result<u8, Error> {
    #[allow(unused_imports)]
    use ::taskward::__private::{ViaAnyEnd as _, ViaOptionEnd as _, ViaResultEnd as _};
    let __observation = {
        #[allow(unused_variables)]
        let name = &name;
        #[allow(unused_variables)]
        let n = &n;
        ::taskward::__private::metrics_of!(
            ::taskward::__private::span_of!(::taskward::__private::Observation::default(),
            "observed", % name, n = n + 1), "observed"
        )
    };
    let __taskward_future = async move {
        let __current = ::taskward::__private::Context::current();
        let mut __retry = ::taskward::__private::Retry::new(
            ::core::option::Option::Some(&__current),
        );
        #[allow(unused_imports)]
        use ::taskward::__private::{ViaAnyError as _, ViaAsError as _, ViaStdError as _};
        loop {
            let __pause = {
                let __result = {
                    let __taskward_future = {
                        let name = ::taskward::__private::again(&name);
                        let n = ::taskward::__private::again(&n);
                        async move {
                            let name = name;
                            let _ = &name;
                            let n = n;
                            let _ = &n;
                            if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                                Result<u8, Error>,
                            > {
                                return __taskward_return;
                            }
                            g(name, n).await
                        }
                    };
                    ::taskward::__private::retry_run(&__retry, __taskward_future).await
                };
                if ::taskward::__private::retry_succeeded(
                    &__result,
                    ::core::option::Option::None,
                ) {
                    break __result;
                }
                match ::taskward::__private::retry_next(
                    &mut __retry,
                    &::taskward::__private::RetryRules {
                        policy: const {
                            &::taskward::__private::RetryPolicy::new(
                                5,
                                ::core::time::Duration::ZERO,
                                ::core::time::Duration::ZERO,
                            )
                        },
                        when: ::taskward::__private::retry_always,
                        budget: ::core::option::Option::None,
                    },
                    &__current,
                    __result,
                    |__error| {
                        (&&&::taskward::__private::ErrorProbe::<
                            <Result<
                                u8,
                                Error,
                            > as ::taskward::__private::RetryOutput>::Error,
                        >::NEW)
                            .is_cancellation(__error)
                    },
                    |__error, __deadline| {
                        (&&&::taskward::__private::ErrorProbe::<
                            <Result<
                                u8,
                                Error,
                            > as ::taskward::__private::RetryOutput>::Error,
                        >::NEW)
                            .with_deadline(__error, __deadline)
                    },
                ) {
                    ::core::ops::ControlFlow::Break(__result) => break __result,
                    ::core::ops::ControlFlow::Continue(__pause) => __pause.wait(),
                }
            };
            if let ::core::option::Option::Some(__result) = __pause.await {
                break __result;
            }
        }
    };
    ::taskward::__private::observe(
            __observation,
            (&::taskward::__private::EndProbe::of(&__taskward_future)).has_failed(),
            __taskward_future,
        )
        .await
}