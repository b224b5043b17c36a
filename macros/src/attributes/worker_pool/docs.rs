//! The documentation of the added function.

use super::options::{OnError, Options, Order};
use crate::item::Function;

pub(super) fn lines(function: &Function, options: &Options) -> Vec<String> {
    let (name, method) = (function.name(), function.sig.receiver().is_some());
    let link = if method || options.associated { format!("Self::{name}") } else { name.clone() };
    let text = if options.stream { of_stream(&name, &link, options) } else { of_all(&name, &link, options) };
    let jobs = options.jobs.as_ref().map(|_| of_jobs(&name)).unwrap_or_default();
    let text = format!("{text}{jobs}");
    text.lines().map(str::to_owned).collect()
}

fn of_jobs(name: &str) -> String {
    format!(
        "\n\n# Jobs\n\nIf `ctx` carries a `taskward_jobs::Jobs`, the items go to the processes that serve `{name}_job`."
    )
}

fn of_all(name: &str, link: &str, options: &Options) -> String {
    let workers = if options.local.is_some() { "in the caller's task" } else { "on a pool of workers" };
    let order = match options.order {
        Order::Input => "in the order of the items",
        Order::Completion => "in the order in which the calls finish",
    };
    let returns = match options.on_error {
        OnError::Fail => format!(
            "Returns the outputs {order}. The first error cancels the other calls, and is returned when all workers have stopped."
        ),
        OnError::Collect => format!(
            "Returns every item's result, {order}. If `ctx` ends, each item that has not finished has an error."
        ),
    };
    format!(
        "Calls [`{name}`]({link}) for each of `items` {workers}, and waits for all of them.\n\n{returns}\n\n\
         # Errors\n\nReturns the errors of `{name}`, and an error if `ctx` ends.\n\n\
         # Panics\n\nPanics if a call of `{name}` panics, with its message, when all workers have stopped. Panics if the number of workers is 0.\n\n\
         # Cancellation safety\n\nDropping the future stops the workers; finished outputs are lost."
    )
}

fn of_stream(name: &str, link: &str, options: &Options) -> String {
    let workers = if options.local.is_some() { "while the stream is polled" } else { "on a pool of workers" };
    let order = match options.order {
        Order::Input => "in the order of the items",
        Order::Completion => "in the order in which the calls finish",
    };
    let ends = match options.on_error {
        OnError::Fail => "The first failure or the end of `ctx` is the last result.",
        OnError::Collect => "Failures do not end the stream; the end of `ctx` is the last result.",
    };
    format!(
        "Calls [`{name}`]({link}) for each of `items` {workers}.\n\nYields the results {order}. {ends} The stream does nothing unless it is polled.\n\n\
         # Panics\n\nPolling the stream panics if a call of `{name}` panics, with its message, when all workers have stopped. Panics if the number of workers is 0.\n\n\
         # Cancellation safety\n\nNo result is lost between two polls. Dropping the stream stops the workers."
    )
}
