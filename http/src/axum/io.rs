//! The stream of a connection. Dropping it ends a context, and it can be shut from outside.

use std::io;
use std::pin::Pin;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as Task, Poll, Waker};

use pin_project_lite::pin_project;
use taskward::{Canceller, ClientGone};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

/// The right to shut the stream. The connection's task owns it and shuts the stream when it ends,
/// even if a WebSocket handler has taken the stream.
#[derive(Debug)]
pub(super) struct Shut(Arc<Valve>);

impl Shut {
    /// Waits until the stream is dropped.
    pub(super) async fn closed(&self) {
        self.0.is_closed.notified().await;
    }
}

impl Drop for Shut {
    fn drop(&mut self) {
        self.0.shut();
    }
}

#[derive(Debug, Default)]
struct Valve {
    is_shut: AtomicBool,
    /// The wakers of the last reader and the last writer that had to wait.
    waiting: Mutex<[Option<Waker>; 2]>,
    is_closed: Notify,
}

#[derive(Clone, Copy)]
enum Side {
    Read,
    Write,
}

impl Valve {
    /// Makes every later use of the stream fail.
    fn shut(&self) {
        self.is_shut.store(true, Release);
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.into_iter().flatten().for_each(Waker::wake);
    }

    fn check(&self) -> io::Result<()> {
        if self.is_shut.load(Acquire) {
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the service has shut down"));
        }
        Ok(())
    }

    /// Registers the waker of a pending stream. Fails if the stream has been shut meanwhile.
    fn wait(&self, side: Side, task: &Task<'_>) -> io::Result<()> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = &mut waiting[side as usize];
        match slot {
            Some(known) => known.clone_from(task.waker()),
            None => *slot = Some(task.waker().clone()),
        }
        drop(waiting);
        self.check()
    }

    fn pass<T>(
        &self,
        side: Side,
        task: &mut Task<'_>,
        poll: impl FnOnce(&mut Task<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        self.check()?;
        let polled = poll(task);
        if polled.is_pending() {
            self.wait(side, task)?;
        }
        polled
    }
}

/// Ends the connection's context when the stream is dropped.
#[derive(Debug)]
struct Open {
    canceller: Canceller,
    valve: Arc<Valve>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.valve.is_closed.notify_one();
        self.canceller.cancel_with(ClientGone);
    }
}

pin_project! {
    #[derive(Debug)]
    pub(super) struct Stream<I> {
        #[pin]
        inner: I,
        open: Open,
    }
}

impl<I> Stream<I> {
    /// `canceller` belongs to the connection's context.
    pub(super) fn new(inner: I, canceller: Canceller) -> (Self, Shut) {
        let valve = Arc::<Valve>::default();
        (Self { inner, open: Open { canceller, valve: valve.clone() } }, Shut(valve))
    }
}

impl<I: AsyncRead> AsyncRead for Stream<I> {
    fn poll_read(self: Pin<&mut Self>, task: &mut Task<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        this.open.valve.pass(Side::Read, task, |task| this.inner.poll_read(task, into))
    }
}

impl<I: AsyncWrite> AsyncWrite for Stream<I> {
    fn poll_write(self: Pin<&mut Self>, task: &mut Task<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.project();
        this.open.valve.pass(Side::Write, task, |task| this.inner.poll_write(task, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        this.open.valve.pass(Side::Write, task, |task| this.inner.poll_flush(task))
    }

    fn poll_shutdown(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_shutdown(task)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        task: &mut Task<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.project();
        this.open.valve.pass(Side::Write, task, |task| this.inner.poll_write_vectored(task, bytes))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}
