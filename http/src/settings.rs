//! The settings of a layer, and the contexts made with them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::{Extensions, HeaderMap, HeaderName};
use taskward::__private::{Limit, request_context, request_limit};
use taskward::{Canceller, Context, ShuttingDown, TaskGroup};
use tokio::time::Instant;

use crate::connection::Connection;
use crate::deadline::{self, Malformed};
use crate::request_id::RequestId;

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    service: Context,
    /// The shorter one of the route's limit and the server's maximum.
    limit: Option<(Duration, Arc<Limit>)>,
    pub(crate) headers: Vec<HeaderName>,
    pub(crate) reads_headers: bool,
    pub(crate) lenient: bool,
    pub(crate) request_id: Option<HeaderName>,
    drain: Option<Duration>,
    /// Made by the first request.
    parent: Arc<OnceLock<Parent>>,
}

/// The parent context of all requests, and the group of their handlers in the owned mode.
#[derive(Debug)]
struct Parent {
    drain: Duration,
    ctx: Context,
    handlers: OnceLock<TaskGroup<()>>,
}

impl Settings {
    pub(crate) fn new(service: &Context) -> Self {
        Self {
            service: service.clone(),
            limit: None,
            headers: Vec::new(),
            reads_headers: true,
            lenient: false,
            request_id: None,
            drain: None,
            parent: Arc::default(),
        }
    }

    #[track_caller]
    pub(crate) fn limit(&mut self, limit: Duration) {
        if self.limit.as_ref().is_none_or(|(known, _)| limit < *known) {
            self.limit = Some((limit, Arc::new(request_limit(limit))));
        }
    }

    pub(crate) fn drain(&mut self, drain: Duration) {
        self.drain = Some(drain);
        // A clone has another drain, so it needs its own parent.
        self.parent = Arc::default();
    }

    /// Makes the context of a request, with the right to cancel it.
    pub(crate) fn admit(
        &self,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<(Context, Canceller), Malformed> {
        let callers = if self.reads_headers { deadline::read(headers, &self.headers, self.lenient)? } else { None };
        let own = self.limit.as_ref();
        let time = match (callers, own) {
            (Some(callers), Some((own, _))) => Some(callers.min(*own)),
            (callers, own) => callers.or(own.map(|(own, _)| *own)),
        };
        let at = time.and_then(|time| Instant::now().checked_add(time));
        let limit = || match own {
            Some((limit, label)) if time == Some(*limit) => label.clone().into(),
            _ => request_limit(time.unwrap_or_default()).into(),
        };
        // A layer around this one has made a context.
        let (mut ctx, canceller) = match extensions.get::<Context>() {
            Some(outer) => request_context(outer, at, limit),
            None => request_context(&self.parent(), at, limit),
        };
        if let Some(id) = self.id(headers) {
            ctx = ctx.with_value(id);
        }
        #[cfg(feature = "opentelemetry")]
        {
            ctx = crate::propagation::extract(ctx, headers);
        }
        Ok((ctx, canceller))
    }

    /// Returns the id of a request, if the layer sets one.
    pub(crate) fn id(&self, headers: &HeaderMap) -> Option<RequestId> {
        Some(RequestId::read(headers, self.request_id.as_ref()?))
    }

    fn parent(&self) -> Context {
        let current = Context::current();
        match current.value::<Connection>() {
            Some(connection) if connection.service == self.service => connection.ctx.clone(),
            Some(connection) => self.drained(Some(connection.drain)),
            None => self.drained(None),
        }
    }

    /// The context of the service with its drain, for requests whose connection is unknown.
    fn drained(&self, servers: Option<Duration>) -> Context {
        let drain = self.drain.or(servers).unwrap_or_default();
        let parent = self.made(drain);
        if parent.drain == drain { parent.ctx.clone() } else { with_drain(&self.service, drain) }
    }

    fn made(&self, drain: Duration) -> &Parent {
        let make = || Parent { drain, ctx: with_drain(&self.service, drain), handlers: OnceLock::new() };
        self.parent.get_or_init(make)
    }

    /// The group of handlers that go on after their client has disconnected.
    pub(crate) fn handlers(&self) -> &TaskGroup<()> {
        let current = Context::current();
        let servers = current.value::<Connection>().map(|connection| connection.drain);
        let parent = self.made(self.drain.or(servers).unwrap_or_default());
        parent.handlers.get_or_init(|| TaskGroup::new(&parent.ctx).name("handlers").isolate_panics())
    }
}

/// A context that ends `drain` after that of the service, or with it if `drain` is zero.
pub(crate) fn lingering(service: &Context, drain: Duration) -> Context {
    if drain.is_zero() { service.clone() } else { service.linger_cause(drain, ShuttingDown) }
}

/// A lingering context for requests whose connection is unknown.
fn with_drain(service: &Context, drain: Duration) -> Context {
    let ctx = lingering(service, drain);
    ctx.with_value(Connection { service: service.clone(), drain, ctx: ctx.clone() })
}
