//! A stream of items that become jobs, and the stream of their results.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use futures_util::Stream;
use futures_util::future::BoxFuture;
use pin_project_lite::pin_project;
use serde::Serialize;
use taskward::{ContextError, Progress};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::call::Call;
use super::exchange::{Order, exchange};
use crate::engine::types::ResultRow;
use crate::error::JobsError;
use crate::output::{JobOutput, decode};

/// The number of items that are sent ahead of the yielded results, without the option `queue`.
const AHEAD: usize = 1000;

type Told = Box<dyn FnMut(Progress) + Send>;

pin_project! {
    /// The results of a stream of items.
    pub(crate) struct Flow<S: Stream, R> {
        #[pin]
        source: S,
        state: State<S::Item, R>,
    }
}

/// The parts of a flow that need no pin.
struct State<T, R> {
    encode: fn(&T) -> serde_json::Result<String>,
    decode: fn(ResultRow) -> R,
    is_failure: fn(&R) -> bool,
    interrupted: fn(ContextError) -> R,
    /// Decides whether a result ends the stream.
    ends: Option<fn(&R) -> bool>,
    progress: Told,
    done: Progress,
    in_order: bool,
    ahead: usize,
    /// The numbers of taken items and of yielded results.
    taken: usize,
    yielded: usize,
    takes_more: bool,
    orders: UnboundedSender<Order>,
    results: UnboundedReceiver<ResultRow>,
    /// Results that wait for others in front of them.
    waiting: BTreeMap<usize, R>,
    /// `None`: it has ended.
    exchange: Option<BoxFuture<'static, Result<(), ContextError>>>,
    /// The reason for an early end.
    why: Option<ContextError>,
    /// The failure that is yielded when the other jobs have settled.
    last: Option<R>,
    is_over: bool,
}

impl<S: Stream<Item: Serialize>, R: JobOutput> Flow<S, R> {
    pub(crate) fn new(call: Call, source: S, fails_fast: bool, ahead: Option<usize>, progress: Told) -> Self {
        let (least, most) = source.size_hint();
        let total = most.filter(|most| *most == least);
        let (orders, received) = unbounded_channel();
        let (send, results) = unbounded_channel();
        let state = State {
            encode: |item| serde_json::to_string(item),
            decode,
            is_failure: R::is_failure,
            interrupted: R::interrupted,
            ends: fails_fast.then_some(R::is_failure),
            progress,
            done: Progress { done: 0, failed: 0, total },
            in_order: call.in_order,
            ahead: ahead.unwrap_or(AHEAD),
            taken: 0,
            yielded: 0,
            takes_more: true,
            orders,
            results,
            waiting: BTreeMap::new(),
            exchange: Some(Box::pin(exchange(call, received, send))),
            why: None,
            last: None,
            is_over: false,
        };
        Self { source, state }
    }
}

impl<S: Stream, R> Flow<S, R> {
    pub(crate) fn is_over(&self) -> bool {
        self.state.is_over
    }

    pub(crate) fn poll_next(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<R>> {
        let this = self.project();
        if this.state.is_over {
            return Poll::Ready(None);
        }
        this.state.take(this.source, task);
        let result = this.state.poll_result(task);
        this.state.is_over = matches!(result, Poll::Ready(None)) || this.state.is_over;
        result
    }
}

impl<T, R> State<T, R> {
    /// Takes items from the source, as far as there is room.
    fn take(&mut self, mut source: Pin<&mut impl Stream<Item = T>>, task: &mut Task<'_>) {
        while self.takes_more && self.taken - self.yielded < self.ahead {
            let Poll::Ready(item) = source.as_mut().poll_next(task) else { return };
            let order = match item.as_ref().map(self.encode) {
                None => Order::Close,
                Some(Ok(item)) => Order::Send(item),
                Some(Err(error)) => Order::Fail(JobsError::encode(error)),
            };
            self.takes_more = matches!(order, Order::Send(_));
            self.taken += 1;
            self.order(order);
        }
    }

    fn order(&self, order: Order) {
        // Without a receiver, the exchange has ended, and returns the reason.
        let _ = self.orders.send(order);
    }

    fn poll_result(&mut self, task: &mut Task<'_>) -> Poll<Option<R>> {
        loop {
            if let Some(exchange) = &mut self.exchange
                && let Poll::Ready(ended) = exchange.as_mut().poll(task)
            {
                self.exchange = None;
                self.why = ended.err();
            }
            while let Ok(row) = self.results.try_recv() {
                self.add(row);
            }
            if self.last.is_none()
                && let Some(result) = self.pop()
            {
                if !self.ends.is_some_and(|ends| ends(&result)) {
                    return Poll::Ready(Some(result));
                }
                self.last = Some(result);
                self.takes_more = false;
                self.order(Order::Stop);
                // It has not seen the order yet.
                continue;
            }
            if self.exchange.is_some() {
                return Poll::Pending;
            }
            self.is_over = true;
            let interrupted = self.interrupted;
            return Poll::Ready(self.last.take().or_else(|| self.why.take().map(interrupted)));
        }
    }

    fn add(&mut self, row: ResultRow) {
        let position = usize::try_from(row.position).unwrap_or(usize::MAX);
        let result = (self.decode)(row);
        let place = if self.in_order { position } else { self.done.done };
        self.done.done += 1;
        self.done.failed += usize::from((self.is_failure)(&result));
        (self.progress)(self.done);
        self.waiting.insert(place, result);
    }

    /// Returns the next result, if it is there.
    fn pop(&mut self) -> Option<R> {
        let result = self.waiting.remove(&self.yielded)?;
        self.yielded += 1;
        Some(result)
    }
}
