// #[single_flight(key = id)]
// /// Documented.
// pub async fn f(ctx: &Context, id: u64) -> Result<User, Error> { load(ctx, id).await }

/// Documented.
pub async fn f(ctx: &Context, id: u64) -> Result<User, Error> {
    static FLIGHTS: ::taskward::__private::Flights = ::taskward::__private::Flights::new();
    #[allow(unused_imports)]
    use ::taskward::__private::{
        ViaBorrowedKey as _, ViaFlightBorrow as _, ViaFlightContext as _,
        ViaFlightValue as _, ViaKeyItself as _, ViaOwnedKey as _, ViaResult as _,
        ViaValue as _,
    };
    let handle = ::taskward::__private::handle(&ctx);
    let __taskward_key = (&&::taskward::__private::KeyAt(&id)).owned();
    let __taskward_key = ::taskward::__private::Keyed::new(__taskward_key);
    let __taskward_shape = (&&::taskward::__private::ResultOf::<
        Result<User, Error>,
    >::NEW)
        .shape();
    let clone = ::taskward::__private::cloner(__taskward_shape);
    let __taskward_run = |flight: &::taskward::__private::Context| {
        let flight = ::core::clone::Clone::clone(flight);
        async move {
            let ctx = ::taskward::__private::flight_ctx::<&Context>(&flight);
            let _ = &ctx;
            if let ::core::option::Option::Some(__taskward_made) = ::core::option::Option::None::<
                Result<User, Error>,
            > {
                return __taskward_made;
            }
            load(ctx, id).await
        }
    };
    let __taskward_call = ::taskward::__private::single_flight(
        &FLIGHTS,
        __taskward_key,
        clone,
        __taskward_run,
        const { &::taskward::__private::Place::of_function("f") },
    );
    ::taskward::__private::flight_with(handle, __taskward_call).await
}

// #[single_flight(key = (tenant, id), shared(db),)]
// async fn borrowed(tenant: &str, id: u64, db: &Db) -> Option<u8> { let row = db.row(tenant, id).await; row }

async fn borrowed(tenant: &str, id: u64, db: &Db) -> Option<u8> {
    static FLIGHTS: ::taskward::__private::Flights = ::taskward::__private::Flights::new();
    #[allow(unused_imports)]
    use ::taskward::__private::{
        ViaBorrowedKey as _, ViaFlightBorrow as _, ViaFlightContext as _,
        ViaFlightValue as _, ViaKeyItself as _, ViaOwnedKey as _, ViaResult as _,
        ViaValue as _,
    };
    let __taskward_key = (
        (&&::taskward::__private::KeyAt(&tenant)).owned(),
        (&&::taskward::__private::KeyAt(&id)).owned(),
    );
    let __taskward_key = ::taskward::__private::Keyed::new(__taskward_key);
    let __taskward_shape = (&&::taskward::__private::ResultOf::<Option<u8>>::NEW)
        .shape();
    let clone = ::taskward::__private::cloner(__taskward_shape);
    let __taskward_run = |_: &::taskward::__private::Context| {
        let owned_tenant = ::taskward::__private::own_param(tenant);
        let owned_db = ::taskward::__private::own_param(db);
        async move {
            let tenant: &str = ::core::borrow::Borrow::borrow(&owned_tenant);
            let db: &Db = ::core::borrow::Borrow::borrow(&owned_db);
            if let ::core::option::Option::Some(__taskward_made) = ::core::option::Option::None::<
                Option<u8>,
            > {
                return __taskward_made;
            }
            {
                let row = db.row(tenant, id).await;
                row
            }
        }
    };
    let __taskward_call = ::taskward::__private::single_flight(
        &FLIGHTS,
        __taskward_key,
        clone,
        __taskward_run,
        const { &::taskward::__private::Place::of_function("borrowed") },
    );
    __taskward_call.await
}

// #[single_flight(self.flights, key = user.id(),)]
// async fn method(self: &Arc<Self>, _: &Context, user: User) -> io::Result<()> { self.load(user).await }

async fn method(self: &Arc<Self>, ctx: &Context, user: User) -> io::Result<()> {
    #[allow(unused_imports)]
    use ::taskward::__private::{
        ViaBorrowedKey as _, ViaFlightBorrow as _, ViaFlightContext as _,
        ViaFlightValue as _, ViaKeyItself as _, ViaOwnedKey as _, ViaResult as _,
        ViaValue as _,
    };
    let handle = ::taskward::__private::handle(&ctx);
    let __taskward_key = (&&::taskward::__private::KeyOf::new(user.id())).owned();
    let __taskward_key = ::taskward::__private::Keyed::new(__taskward_key);
    let __taskward_shape = (&&::taskward::__private::ResultOf::<io::Result<()>>::NEW)
        .shape();
    let clone = ::taskward::__private::cloner(__taskward_shape);
    let __taskward_run = |flight: &::taskward::__private::Context| {
        let flight = ::core::clone::Clone::clone(flight);
        let this = ::taskward::__private::own_self(self);
        async move {
            let ctx = ::taskward::__private::flight_ctx::<&Context>(&flight);
            let _ = &ctx;
            let __self = &this;
            if let ::core::option::Option::Some(__taskward_made) = ::core::option::Option::None::<
                io::Result<()>,
            > {
                return __taskward_made;
            }
            __self.load(user).await
        }
    };
    let __taskward_call = ::taskward::__private::single_flight_in(
        ::taskward::__private::flights_of::<_, io::Result<()>>(&self.flights),
        __taskward_key,
        clone,
        __taskward_run,
        const { &::taskward::__private::Place::of_function("method") },
    );
    ::taskward::__private::flight_with(handle, __taskward_call).await
}

// #[single_flight(key = ctx)]
// async fn perhaps_a_context(mut ctx: Ctx) -> Option<u8> { ctx += 1; g(ctx).await }

async fn perhaps_a_context(ctx: Ctx) -> Option<u8> {
    static FLIGHTS: ::taskward::__private::Flights = ::taskward::__private::Flights::new();
    #[allow(unused_imports)]
    use ::taskward::__private::{
        ViaBorrowedKey as _, ViaFlightBorrow as _, ViaFlightContext as _,
        ViaFlightValue as _, ViaKeyItself as _, ViaOwnedKey as _, ViaResult as _,
        ViaValue as _,
    };
    let handle = (&&&::taskward::__private::First::<Ctx>::NEW).handle(&ctx);
    let __taskward_key = (&&::taskward::__private::KeyAt(&ctx)).owned();
    let __taskward_key = ::taskward::__private::Keyed::new(__taskward_key);
    let __taskward_shape = (&&::taskward::__private::ResultOf::<Option<u8>>::NEW)
        .shape();
    let clone = ::taskward::__private::cloner(__taskward_shape);
    let __taskward_run = |flight: &::taskward::__private::Context| {
        let flight = ::core::clone::Clone::clone(flight);
        let mut owned = (&&&::taskward::__private::First::<Ctx>::NEW).own(ctx);
        async move {
            let mut ctx = (&&&::taskward::__private::First::<Ctx>::NEW)
                .lend(&mut owned, &flight);
            let _ = &ctx;
            if let ::core::option::Option::Some(__taskward_made) = ::core::option::Option::None::<
                Option<u8>,
            > {
                return __taskward_made;
            }
            {
                ctx += 1;
                g(ctx).await
            }
        }
    };
    let __taskward_call = ::taskward::__private::single_flight(
        &FLIGHTS,
        __taskward_key,
        clone,
        __taskward_run,
        const { &::taskward::__private::Place::of_function("perhaps_a_context") },
    );
    (&&&::taskward::__private::First::<Ctx>::NEW).fly(handle, __taskward_call).await
}

// #[single_flight(key = (), crate = some::path)]
// async fn elsewhere() -> Alias { load().await }

async fn elsewhere() -> Alias {
    static FLIGHTS: some::path::__private::Flights = some::path::__private::Flights::new();
    #[allow(unused_imports)]
    use some::path::__private::{
        ViaBorrowedKey as _, ViaFlightBorrow as _, ViaFlightContext as _,
        ViaFlightValue as _, ViaKeyItself as _, ViaOwnedKey as _, ViaResult as _,
        ViaValue as _,
    };
    let __taskward_key = (&&some::path::__private::KeyOf::new(())).owned();
    let __taskward_key = some::path::__private::Keyed::new(__taskward_key);
    let __taskward_shape = (&&some::path::__private::ResultOf::<Alias>::NEW).shape();
    let clone = some::path::__private::cloner(__taskward_shape);
    let __taskward_run = |_: &some::path::__private::Context| {
        async move {
            if let ::core::option::Option::Some(__taskward_made) = ::core::option::Option::None::<
                Alias,
            > {
                return __taskward_made;
            }
            load().await
        }
    };
    let __taskward_call = some::path::__private::single_flight(
        &FLIGHTS,
        __taskward_key,
        clone,
        __taskward_run,
        const { &some::path::__private::Place::of_function("elsewhere") },
    );
    __taskward_call.await
}