//! The options of `#[worker_pool]`.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::Expr;
use syn::parse::Parse;

use super::queue::Queue;
use crate::args::count::{QUEUE, WORKERS};
use crate::args::{Args, Form, Key};
use crate::attributes::observe;
use crate::diagnostics::{Error, Errors};

pub(super) const KEYS: &[Key] = &[
    Key { name: "workers", form: Form::Value, usage: "workers = 8" },
    Key { name: "name", form: Form::Value, usage: "name = other_name" },
    Key { name: "on_error", form: Form::Value, usage: "on_error = collect" },
    Key { name: "order", form: Form::Value, usage: "order = completion" },
    Key { name: "stream", form: Form::Flag, usage: "stream" },
    Key { name: "queue", form: Form::Value, usage: "queue = 16" },
    Key { name: "local", form: Form::Flag, usage: "local" },
    Key { name: "progress", form: Form::Value, usage: "progress = path::to::function" },
    Key { name: "jobs", form: Form::Value, usage: "jobs = \"queue name\"" },
    Key { name: "attempts", form: Form::Value, usage: "attempts = 5" },
    Key { name: "backoff", form: Form::Value, usage: "backoff = \"1s..1m\"" },
    Key { name: "lease", form: Form::Value, usage: "lease = \"30s\"" },
    Key { name: "associated", form: Form::Flag, usage: "associated" },
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
    /// The expressions that may use shared parameters.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        [&self.workers, &self.queue, &self.progress].into_iter().flatten()
    }

    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        args.refuse_positional("write the number of workers as `workers = 8`", errors);
        let stream = args.flag("stream").is_some();
        if let (Some(queue), false) = (args.key_span("queue"), stream) {
            errors.push(Error::new(queue, "`queue` needs `stream`").help("add `stream`, or remove `queue`"));
        }
        Self {
            workers: WORKERS.parse(args, errors),
            name: args.value("name", errors, Ident::parse),
            on_error: one_of(args, errors, "on_error", &ON_ERROR, HELP_ON_ERROR),
            order: one_of(args, errors, "order", &ORDER, HELP_ORDER),
            stream,
            queue: QUEUE.parse(args, errors),
            local: args.flag("local"),
            progress: progress(args, errors),
            jobs: Queue::parse(args, errors),
            associated: args.flag("associated").is_some(),
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
fn one_of<T: Copy + Default>(args: &mut Args, errors: &mut Errors, key: &str, words: &[(&str, T); 2], help: &str) -> T {
    let Some(word) = args.value(key, errors, Expr::parse) else { return T::default() };
    let written = word.to_token_stream().to_string();
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == written) {
        return *value;
    }
    let [(first, _), (second, _)] = words;
    let what = format!("`{key}` is `{first}` or `{second}`, not `{written}`");
    errors.push(Error::new(&word, what).help(help));
    T::default()
}

fn progress(args: &mut Args, errors: &mut Errors) -> Option<Expr> {
    let progress = args.value("progress", errors, Expr::parse)?;
    if let Expr::Lit(literal) = &progress {
        errors.push(
            Error::new(literal, "`progress` takes a function, not a literal")
                .help("write the path of a `fn(Progress)`, or a shared parameter that holds a closure"),
        );
        return None;
    }
    Some(progress)
}
