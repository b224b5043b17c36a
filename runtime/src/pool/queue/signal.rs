//! An instruction for all workers, read before each item.

use std::sync::atomic::Ordering::{Acquire, Release};

use crate::sync::AtomicU8;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    GoOn,
    /// Another worker is idle.
    Share,
    Stop,
}

/// An atomic load is cheaper than checking the context, which reads the clock.
pub(super) struct AtomicSignal(AtomicU8);

impl AtomicSignal {
    const GO_ON: u8 = 0;
    const SHARE: u8 = 1;
    const STOP: u8 = 2;

    pub(super) fn new() -> Self {
        Self(AtomicU8::new(Self::GO_ON))
    }

    #[inline]
    pub(super) fn get(&self) -> Signal {
        match self.0.load(Acquire) {
            Self::GO_ON => Signal::GoOn,
            Self::SHARE => Signal::Share,
            _ => Signal::Stop,
        }
    }

    pub(super) fn set(&self, signal: Signal) {
        let signal = match signal {
            Signal::GoOn => Self::GO_ON,
            Signal::Share => Self::SHARE,
            Signal::Stop => Self::STOP,
        };
        self.0.store(signal, Release);
    }
}
