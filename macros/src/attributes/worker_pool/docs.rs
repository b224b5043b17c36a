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
        "\n\n# Jobs\n\nIf `ctx` carries a `taskward_jobs::Jobs`, the items are sent to the processes that serve `{name}_job`."
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
            "Returns the outputs {order}. The first error cancels the other calls, and is returned once all workers have stopped."
        ),
        OnError::Collect => format!(
            "Returns every item's result, {order}. An item whose call `ctx` interrupted, or kept from starting, has an error that says so."
        ),
    };
    format!(
        "Calls [`{name}`]({link}) for each of `items` {workers}, and waits for all of them.\n\n{returns}\n\n\
         # Errors\n\nThose of `{name}`, and the end of `ctx`.\n\n\
         # Panics\n\nIf a call of `{name}` panics, with its message, once all workers have stopped; and if there are no workers.\n\n\
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
        OnError::Fail => "The first failure ends the stream, and so does the end of `ctx`: it is the last result.",
        OnError::Collect => "Failures do not end the stream. The end of `ctx` does: it is the last result.",
    };
    format!(
        "Calls [`{name}`]({link}) for each of `items` {workers}.\n\nYields the results {order}. {ends} Nothing happens until the stream is polled, and no item is taken when it is not.\n\n\
         # Panics\n\nIf a call of `{name}` panics, in the poll of the stream, with its message, once all workers have stopped; and if there are no workers.\n\n\
         # Cancellation safety\n\nNothing is lost between two polls. Dropping the stream stops the workers."
    )
}
