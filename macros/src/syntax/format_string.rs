//! The identifiers that format strings capture.

use proc_macro2::{Literal, TokenTree};
use syn::{Lit, LitStr};

/// The string of a literal, if it is one.
pub(crate) fn string(token: &TokenTree) -> Option<LitStr> {
    let TokenTree::Literal(literal) = token else { return None };
    match Lit::new(literal.clone()) {
        Lit::Str(text) => Some(text),
        _ => None,
    }
}

/// The names that a format string captures.
pub(crate) fn captured(text: &LitStr) -> Vec<String> {
    let value = text.value();
    places(&value).into_iter().map(|(start, end)| value[start..end].to_owned()).collect()
}

/// The format string with the captured name `from` replaced by `to`. `None` if it does not capture
/// `from`.
pub(crate) fn renamed(text: &LitStr, from: &str, to: &str) -> Option<Literal> {
    let mut value = text.value();
    let places = places(&value);
    let mut found = false;
    for (start, end) in places.into_iter().rev().filter(|&(start, end)| text.value().get(start..end) == Some(from)) {
        value.replace_range(start..end, to);
        found = true;
    }
    found.then(|| {
        let mut literal = Literal::string(&value);
        literal.set_span(text.span());
        literal
    })
}

/// The ranges of the captured names: the argument in front of `:`, and `name$` in a width or a
/// precision.
fn places(text: &str) -> Vec<(usize, usize)> {
    let (bytes, mut found, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'{', Some(b'{')) | (b'}', Some(b'}')) => at += 2,
            (b'{', _) => {
                let Some(end) = text[at..].find('}').map(|length| at + length) else { break };
                let argument = &text[at + 1..end];
                let name = argument.split(':').next().unwrap_or_default();
                if is_name(name.trim()) {
                    let start = at + 1 + (name.len() - name.trim_start().len());
                    found.push((start, start + name.trim().len()));
                }
                let mut from = at + 1 + name.len();
                while let Some(dollar) = text[from..end].find('$').map(|length| from + length) {
                    let start =
                        text[..dollar].rfind(|c: char| !(c == '_' || c.is_alphanumeric())).map_or(0, |at| at + 1);
                    if is_name(&text[start..dollar]) {
                        found.push((start, dollar));
                    }
                    from = dollar + 1;
                }
                at = end + 1;
            }
            _ => at += 1,
        }
    }
    found
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c == '_' || c.is_alphabetic()) && text.chars().all(|c| c == '_' || c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> LitStr {
        LitStr::new(text, proc_macro2::Span::call_site())
    }

    #[test]
    fn names_are_captured_as_arguments_widths_and_precisions() {
        assert_eq!(
            captured(&text("{id} {{not}} {0} {:?} {user:>width$.digits$} {self:?}")),
            ["id", "user", "width", "digits", "self"]
        );
        assert!(captured(&text("the db_permit")).is_empty());
    }

    #[test]
    fn a_captured_name_can_be_replaced() {
        let renamed = renamed(&text("{{self}} {self:?} {id}"), "self", "__self").unwrap();
        assert_eq!(renamed.to_string(), "\"{{self}} {__self:?} {id}\"");
    }
}
