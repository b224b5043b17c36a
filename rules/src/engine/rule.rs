//! A rule, and its findings.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::walk::fn_body::FnBody;

/// A rule about the body of one function.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) check: fn(&FnBody<'_>, &mut Findings),
}

/// A violation of a rule.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The name of the rule.
    pub rule: &'static str,
    /// The tokens that violate the rule.
    pub at: TokenStream,
    /// The error message.
    pub message: String,
    /// The code to write instead.
    pub help: String,
}

/// The findings of one rule.
pub(crate) struct Findings {
    rule: &'static str,
    found: Vec<Finding>,
}

impl Findings {
    pub(crate) fn of(rule: &'static str) -> Self {
        Self { rule, found: Vec::new() }
    }

    pub(crate) fn add(&mut self, at: impl ToTokens, message: impl Into<String>, help: impl Into<String>) {
        let (at, message, help) = (at.into_token_stream(), message.into(), help.into());
        self.found.push(Finding { rule: self.rule, at, message, help });
    }

    pub(crate) fn into_vec(self) -> Vec<Finding> {
        self.found
    }
}
