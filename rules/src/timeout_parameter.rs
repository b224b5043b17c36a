//! `timeout_parameter`: a time limit in a separate parameter. Documented in
//! `docs/timeout_parameter.md`.
//!
//! Modelled on ASYNC109 of flake8-async.

use syn::{GenericArgument, PathArguments, Type};

use crate::engine::function::ungroup;
use crate::engine::rule::{Findings, Rule};
use crate::walk::fn_body::FnBody;

pub(crate) const RULE: Rule = Rule { name: "timeout_parameter", check };

/// Names of a limit for the whole call; `idle_timeout` and `poll_interval` mean other things.
const NAMES: [&str; 6] = ["timeout", "deadline", "time_limit", "timeout_ms", "timeout_secs", "_timeout"];

const TYPES: [&str; 6] = ["Duration", "Instant", "SystemTime", "u64", "u32", "Timeout"];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    let knows_limits = code.ctx.as_ref().is_some_and(|ctx| !ctx.is_token);
    if !code.is_async || !knows_limits || code.limit_uses_params {
        return;
    }
    for param in &code.params {
        if let syn::Pat::Ident(name) = &*param.pat
            && NAMES.iter().any(|known| name.ident == known)
            && is_time(&param.ty)
        {
            findings.add(
                &name.ident,
                format!("`{}` duplicates the time limit of `{}`", name.ident, code.ctx_name()),
                "remove it: the caller passes `ctx.with_timeout(limit)`",
            );
        }
    }
}

/// Returns whether the type is `Duration`, `Option<Duration>` or `impl Into<Option<Duration>>`.
fn is_time(ty: &Type) -> bool {
    let in_arguments = |arguments: &PathArguments| match arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().any(|argument| match argument {
            GenericArgument::Type(ty) => is_time(ty),
            _ => false,
        }),
        _ => false,
    };
    match ungroup(ty) {
        Type::Reference(reference) => is_time(&reference.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            TYPES.iter().any(|known| last.ident == known) || last.ident == "Option" && in_arguments(&last.arguments)
        }),
        _ => false,
    }
}
