//! One attempt at a job, from its claim to its end.

use std::time::Duration;

use taskward::{Canceller, Context};
use tokio::time::Instant;

use crate::engine::types::{BatchId, Claimed, End, Outcome};
use crate::error::JobsError;
use crate::job::Report;
use crate::portable::{Carrier, Envelope};
use crate::spec::{Spec, milliseconds};

/// A running job.
pub(super) struct Attempt {
    pub(super) number: i32,
    pub(super) batch: Option<BatchId>,
    pub(super) started: Instant,
    attempts: i32,
    deadline: Option<Instant>,
    canceller: Canceller,
    end: Ended,
}

/// The reason for which a server ends the context of a job.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Not,
    /// The batch was cancelled.
    Cancelled,
    /// Another worker has it.
    Lost,
}

impl Attempt {
    /// Returns the attempt, and its context below `ctx`.
    pub(super) fn begin(claimed: &Claimed, carriers: &[Carrier], ctx: &Context) -> Result<(Self, Context), JobsError> {
        let started = Instant::now();
        let (mut ctx, canceller) = ctx.with_cancel();
        let remaining = claimed.remaining_ms.map(|left| Duration::from_millis(u64::try_from(left).unwrap_or(0)));
        let deadline = remaining.and_then(|left| started.checked_add(left));
        if let Some(deadline) = deadline {
            ctx = ctx.with_deadline_cause(deadline, "the deadline of the batch passed");
        }
        if let Some(envelope) = &claimed.envelope {
            ctx = Envelope::unpack(envelope, carriers, ctx)?;
        }
        ctx = taskward::__private::with_attempt(&ctx, claimed.attempt.unsigned_abs());
        let (number, attempts, batch) = (claimed.attempt, claimed.attempts, claimed.batch);
        Ok((Self { number, batch, started, attempts, deadline, canceller, end: Ended::Not }, ctx))
    }

    /// Ends the context: the batch was cancelled.
    pub(super) fn cancel(&mut self, reason: &str) {
        if self.end == Ended::Not {
            self.end = Ended::Cancelled;
            self.canceller.cancel_with(JobsError::Cancelled { reason: reason.to_owned() });
        }
    }

    /// Ends the context: the lease was over, and another worker took the job.
    pub(super) fn lose(&mut self) {
        if self.end == Ended::Not {
            self.end = Ended::Lost;
            self.canceller.cancel_with("the lease of the job was lost to another worker");
        }
    }

    /// Decides how the attempt ends. `is_drained`: the server stops, and the grace is over.
    pub(super) fn end(self, report: Report, spec: &Spec, is_drained: bool) -> End {
        let Report { outcome, value } = report;
        if outcome == Outcome::Output {
            return End::Result(outcome, value);
        }
        let is_late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        match self.end {
            Ended::Cancelled => return End::Cancelled,
            // For the other worker to say; if there is none, the database refuses this.
            Ended::Lost => return End::Release,
            Ended::Not if is_drained && !is_late => return End::Release,
            Ended::Not => {}
        }
        if is_late {
            return End::Result(outcome, value);
        }
        if outcome == Outcome::Undecodable || self.number >= self.attempts {
            return End::Dead(value.clone(), outcome, value);
        }
        let pause = spec.pause(self.number.unsigned_abs());
        let resumes = Instant::now().checked_add(pause);
        // An attempt that could not begin is not worth waiting for.
        if resumes.is_none_or(|at| self.deadline.is_some_and(|deadline| at >= deadline)) {
            return End::Result(outcome, value);
        }
        End::Retry(milliseconds(pause), value)
    }
}
