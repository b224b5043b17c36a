//! The options of attributes: names, forms, and suggestions for misspelt ones.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
pub(crate) use taskward_rules::nearest;

use crate::diagnostics::Error;

/// The name and the options of an attribute.
pub(crate) trait Keys {
    /// The name as the user writes it, without the path.
    const NAME: &'static str;
    /// The attribute's own options; `crate` and `allow` belong to every attribute.
    const KEYS: &'static [Key];
}

/// An option of an attribute. Attributes declare their options as constants, list them in
/// [`Keys::KEYS`], and read them with the same constants.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    /// The form to write, for messages.
    pub(crate) usage: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Form {
    /// `key`
    Flag,
    /// `key = value`
    Value,
    /// `key(item, item)`
    List,
    /// A value without a key.
    Positional,
}

/// The options of every attribute.
const COMMON: &[Key] = &[Key::CRATE, Key::ALLOW];

impl Key {
    pub(crate) const CRATE: Self = Self::value("crate", "crate = path::to::taskward");
    pub(crate) const ALLOW: Self = Self::list("allow", "allow(rule, …)");

    pub(crate) const fn flag(name: &'static str) -> Self {
        Self { name, form: Form::Flag, usage: name }
    }

    pub(crate) const fn value(name: &'static str, usage: &'static str) -> Self {
        Self { name, form: Form::Value, usage }
    }

    pub(crate) const fn list(name: &'static str, usage: &'static str) -> Self {
        Self { name, form: Form::List, usage }
    }

    pub(crate) const fn positional(usage: &'static str) -> Self {
        Self { name: "", form: Form::Positional, usage }
    }

    fn all<A: Keys>() -> impl Iterator<Item = &'static Key> {
        A::KEYS.iter().chain(COMMON)
    }

    pub(crate) fn find<A: Keys>(name: &Ident) -> Option<&'static Key> {
        Self::all::<A>().find(|key| key.form != Form::Positional && name == key.name)
    }

    /// An error for an option that is written in another form.
    pub(crate) fn wrong(&self, written: impl ToTokens) -> Error {
        let what = match self.form {
            Form::Flag => "takes no value",
            Form::Value | Form::Positional => "needs a value",
            Form::List => "needs a list",
        };
        Error::new(written, format!("`{}` {what}", self.name)).help(format!("write `{}`", self.usage))
    }

    pub(crate) fn takes_positional<A: Keys>() -> bool {
        A::KEYS.iter().any(|key| key.form == Form::Positional)
    }
}

/// Splits `key`, `key = value` and `key(list)`; returns `None` for anything else.
pub(crate) fn shape(argument: &[TokenTree]) -> Option<(Ident, Form, TokenStream)> {
    let (TokenTree::Ident(name), rest) = argument.split_first()? else { return None };
    let (form, value) = match rest {
        [] => (Form::Flag, TokenStream::new()),
        [group] if parenthesised(group).is_some() => (Form::List, parenthesised(group)?),
        _ if is_equals(rest) => (Form::Value, rest[1..].iter().cloned().collect()),
        _ => return None,
    };
    Some((name.clone(), form, value))
}

/// The content of a parenthesised group.
fn parenthesised(token: &TokenTree) -> Option<TokenStream> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
        _ => None,
    }
}

/// Returns whether the tokens begin with `=`.
pub(super) fn is_equals(tokens: &[TokenTree]) -> bool {
    // `==` starts an expression.
    let equals = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == '=');
    equals(tokens.first()) && !equals(tokens.get(1))
}

/// Returns whether the name is close to one of the options.
pub(crate) fn is_misspelt<A: Keys>(name: &Ident) -> bool {
    nearest(&name.to_string(), Key::all::<A>().map(|key| key.name)).is_some()
}

/// Returns a help if another attribute, or another form, does what the option asks for.
fn hint<A: Keys>(written: &str) -> Option<&'static str> {
    match written {
        "flavor" | "worker_threads" | "start_paused" if A::NAME == "taskward::race_test" => {
            Some("remove it: a race test runs on one thread with a paused clock; write `real_time` for a running clock")
        }
        "leaks" | "settle" | "blocked" if A::NAME == "taskward::race_test" || A::NAME == "taskward::cancel_test" => {
            Some("remove it: each run ends with all its tasks; `#[taskward::test]` has this option")
        }
        "unhandled_panic" if A::NAME == "taskward::test" => {
            Some("remove it: a panic in a detached task fails the test anyway")
        }
        "timeout" | "deadline" | "limit" if A::NAME == "with_timeout" => {
            Some("write the limit without a name: `#[with_timeout(\"5s\")]`")
        }
        "timeout" | "deadline" => Some("add the attribute `#[with_timeout(\"5s\")]`"),
        "grace" => Some("add the attribute `#[cancellable(grace = \"2s\")]`"),
        "workers" => Some("add the attribute `#[worker_pool(workers = 8)]`"),
        _ => None,
    }
}

/// An error for an unknown option, with the place where it belongs, the nearest name, or a list of
/// all options.
pub(crate) fn unknown<A: Keys>(name: &Ident) -> Error {
    let error = Error::new(name, format!("`#[{}]` has no option `{name}`", A::NAME));
    let written = name.to_string();
    if let Some(hint) = hint::<A>(&written) {
        error.help(hint)
    } else if let Some(meant) = nearest(&written, Key::all::<A>().map(|key| key.name)) {
        let usage = Key::all::<A>().find(|key| key.name == meant).map_or(meant, |key| key.usage);
        error.help(format!("did you mean `{usage}`?"))
    } else {
        let usages: Vec<_> = Key::all::<A>().map(|key| format!("`{}`", key.usage)).collect();
        error.help(format!("its options are {}", usages.join(", ")))
    }
}
