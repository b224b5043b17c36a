//! stub
use crate::args::{Args, Key};
use crate::diagnostics::Errors;
use crate::function::Function;
use crate::krate::Krate;
use crate::pipeline::Attribute;
use crate::rules::Allowed;
use proc_macro2::TokenStream;
pub(crate) struct WorkerPool;
impl Attribute for WorkerPool {
    const NAME: &'static str = "worker_pool";
    const KEYS: &'static [Key] = &[];
    fn parse(_: &mut Args, _: &mut Errors) -> Self {
        Self
    }
    fn check(&self, _: &Function, _: &Allowed, _: &mut Errors) {}
    fn expand(&self, function: Function, _: &Krate) -> TokenStream {
        function.to_tokens()
    }
}
