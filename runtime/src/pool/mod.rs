pub(crate) mod generated {}
