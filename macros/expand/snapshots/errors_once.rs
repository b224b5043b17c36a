// #[once]
// async fn argument(n: u8) -> Result<&'static Config, Error> { load(n).await }

::core::compile_error! {
    "the cached value of `argument` would depend on the first caller's argument\nhelp: use a value that all callers share, such as a field with `#[once(self.field)]`; to share calls with equal arguments, write `#[single_flight(key = …)]`"
}
async fn argument(n: u8) -> Result<&'static Config, Error> {
    {
        let work = async move {
            if let ::core::option::Option::Some(__taskward_made) = ::core::option::Option::None::<
                <Result<
                    &'static Config,
                    Error,
                > as ::taskward::__private::OnceOutput<'_>>::Made,
            > {
                return __taskward_made;
            }
            load(n).await
        };
        ::core::mem::drop(work);
        ::core::unreachable!()
    }
}

// #[once]
// async fn owned() -> Result<Config, Error> { load().await }

::core::compile_error! {
    "`owned` stores the value, so callers get a reference to it\nhelp: write `-> Result<&'static Config, Error>`, and leave the body unchanged"
}
async fn owned() -> Result<Config, Error> {
    load().await
}