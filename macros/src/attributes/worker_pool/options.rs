//! The options of `#[worker_pool]`.

use proc_macro2::Ident;
use syn::Expr;
use syn::parse::Parse;

use super::queue::Queue;
use crate::args::number::{ATTEMPTS, QUEUE, WORKERS};
use crate::args::word::{choose, is_function};
use crate::args::{Args, Key};
use crate::attributes::observe;
use crate::diagnostics::{Error, Errors};

pub(super) const KEYS: &[Key] = &[
    WORKERS.key,
    Options::NAME,
    Options::ON_ERROR,
    Options::ORDER,
    Options::STREAM,
    QUEUE.key,
    Options::LOCAL,
    Options::PROGRESS,
    Queue::JOBS,
    ATTEMPTS.key,
    Queue::BACKOFF,
    Queue::LEASE,
    Options::ASSOCIATED,
    observe::SPAN,
    observe::FIELDS,
    observe::METRICS,
];

pub(crate) struct Options {
    /// `None`: the available parallelism.
    pub(crate) workers: Option<Expr>,
    /// `None`: the function's name followed by `_all`.
    pub(crate) name: Option<Ident>,
    pub(crate) on_error: OnError,
    pub(crate) order: Order,
    /// `true` if items come from a stream, and results go into one.
    pub(crate) stream: bool,
    /// The number of queued items of a stream; `None`: the number of workers.
    pub(crate) queue: Option<Expr>,
    /// The workers share the caller's task.
    pub(crate) local: Option<Ident>,
    /// The function to call after each item.
    pub(crate) progress: Option<Expr>,
    /// The queue for the items, if the context carries one.
    pub(crate) jobs: Option<Queue>,
    /// `true` if the function belongs to an `impl` without showing it.
    pub(crate) associated: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum OnError {
    /// The first error ends the call.
    #[default]
    Fail,
    /// Every item has its result.
    Collect,
}

#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum Order {
    #[default]
    Input,
    Completion,
}

impl Options {
    const NAME: Key = Key::value("name", "name = other_name");
    const ON_ERROR: Key = Key::value("on_error", "on_error = collect");
    const ORDER: Key = Key::value("order", "order = completion");
    const STREAM: Key = Key::flag("stream");
    const LOCAL: Key = Key::flag("local");
    const PROGRESS: Key = Key::value("progress", "progress = path::to::function");
    const ASSOCIATED: Key = Key::flag("associated");

    /// The expressions that may use shared parameters.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        [&self.workers, &self.queue, &self.progress].into_iter().flatten()
    }

    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        args.refuse_positional("write the number of workers as `workers = 8`", errors);
        let stream = args.flag(Self::STREAM).is_some();
        if let (Some(queue), false) = (args.key_span(QUEUE.key), stream) {
            errors.push(Error::new(queue, "`queue` needs `stream`").help("add `stream`, or remove `queue`"));
        }
        Self {
            workers: WORKERS.parse(args, errors),
            name: args.value(Self::NAME, errors, Ident::parse),
            on_error: one_of(args, errors, Self::ON_ERROR, &ON_ERROR, HELP_ON_ERROR),
            order: one_of(args, errors, Self::ORDER, &ORDER, HELP_ORDER),
            stream,
            queue: QUEUE.parse(args, errors),
            local: args.flag(Self::LOCAL),
            progress: progress(args, errors),
            jobs: Queue::parse(args, errors),
            associated: args.flag(Self::ASSOCIATED).is_some(),
        }
    }
}

const ON_ERROR: [(&str, OnError); 2] = [("fail", OnError::Fail), ("collect", OnError::Collect)];
const HELP_ON_ERROR: &str =
    "write `fail`, the default, to return the first error, or `collect` to return every item's result";

const ORDER: [(&str, Order); 2] = [("input", Order::Input), ("completion", Order::Completion)];
const HELP_ORDER: &str =
    "write `input`, the default, for the order of the items, or `completion` for the order in which the calls finish";

/// Parses an option that takes one of two words; the first is the default.
fn one_of<T: Copy + Default>(args: &mut Args, errors: &mut Errors, key: Key, words: &[(&str, T); 2], help: &str) -> T {
    let Some(word) = args.value(key, errors, Expr::parse) else { return T::default() };
    let [(first, _), (second, _)] = words;
    let problem = |written: &str| format!("`{}` is `{first}` or `{second}`, not `{written}`", key.name);
    choose(&word, words, problem, help, errors).unwrap_or_default()
}

fn progress(args: &mut Args, errors: &mut Errors) -> Option<Expr> {
    const HELP: &str = "write the path of a `fn(Progress)`, or a shared parameter that holds a closure";
    let progress = args.value(Options::PROGRESS, errors, Expr::parse)?;
    is_function("progress", &progress, HELP, errors).then_some(progress)
}
