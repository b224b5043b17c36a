//! [`ContextService`], made by a [`ContextLayer`](crate::ContextLayer).

use std::future::Future;
use std::marker::PhantomData;
use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Arc;
use std::task::{Context as Task, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use taskward::Context;
use tower_service::Service;

use crate::body::ContextBody;
use crate::future::ContextFuture;
use crate::guard::Guard;
use crate::in_trace::InTrace;
use crate::mode::{Dropping, Owned};
use crate::owned::OwnedFuture;
use crate::panics::CatchPanic;
use crate::reply::{self, Protocol};
use crate::response::Answer;
use crate::settings::Settings;

/// A service whose requests have a [`Context`]. Made by [`ContextLayer`](crate::ContextLayer).
#[derive(Debug)]
pub struct ContextService<S, M = Dropping> {
    inner: S,
    settings: Arc<Settings>,
    mode: PhantomData<M>,
}

impl<S, M> ContextService<S, M> {
    pub(crate) fn new(inner: S, settings: Arc<Settings>) -> Self {
        Self { inner, settings, mode: PhantomData }
    }

    /// Puts a context into the extensions of a request, or refuses the request.
    fn admit<B>(&self, request: &mut Request<B>) -> ControlFlow<Response<Bytes>, (Answer, Context)> {
        let protocol = Protocol::of(request.headers());
        let (ctx, canceller) = match self.settings.admit(request.headers(), request.extensions()) {
            Ok(admitted) => admitted,
            Err(header) => {
                let mut refusal = reply::malformed(protocol, &header);
                if let Some(id) = self.settings.id(request.headers()) {
                    id.write(refusal.headers_mut());
                }
                return Break(refusal);
            }
        };
        let answer = Answer::new(protocol, request.method(), &ctx, Guard::new(canceller));
        if let Err(why) = ctx.check() {
            return Break(answer.interrupted(why));
        }
        request.extensions_mut().insert(ctx.clone());
        Continue((answer, ctx))
    }
}

/// Calls a handler, whose panics and spans are those of its request.
fn call<F>(ctx: &Context, call: impl FnOnce() -> F) -> CatchPanic<InTrace<F>> {
    CatchPanic::call(|| InTrace::call(ctx, call))
}

impl<S: Clone, M> Clone for ContextService<S, M> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), self.settings.clone())
    }
}

impl<S, B, R> Service<Request<B>> for ContextService<S, Dropping>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body<Data = Bytes>,
{
    type Response = Response<ContextBody<R>>;
    type Error = S::Error;
    type Future = ContextFuture<S::Future>;

    fn poll_ready(&mut self, task: &mut Task<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        match self.admit(&mut request) {
            Continue((answer, ctx)) => {
                let handler = call(&ctx, || self.inner.call(request));
                ContextFuture::new(answer, ctx, handler)
            }
            Break(refusal) => ContextFuture::refused(refusal),
        }
    }
}

impl<S, B, R> Service<Request<B>> for ContextService<S, Owned>
where
    S: Service<Request<B>, Response = Response<R>, Error: Send + 'static>,
    S::Future: Future + Send + 'static,
    R: Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<ContextBody<R>>;
    type Error = S::Error;
    type Future = OwnedFuture<R, S::Error>;

    fn poll_ready(&mut self, task: &mut Task<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        match self.admit(&mut request) {
            Continue((answer, ctx)) => {
                let handler = call(&ctx, || self.inner.call(request));
                OwnedFuture::spawn(self.settings.handlers(), answer, ctx, handler)
            }
            Break(refusal) => OwnedFuture::refused(refusal),
        }
    }
}
