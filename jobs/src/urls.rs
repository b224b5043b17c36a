//! The URLs of a job queue.

/// One URL or several: `&str`, `String`, an array or a `Vec` of them.
pub trait Urls: Send {
    /// Returns the URLs.
    fn into_urls(self) -> Vec<String>;
}

impl Urls for &str {
    fn into_urls(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl Urls for String {
    fn into_urls(self) -> Vec<String> {
        vec![self]
    }
}

impl Urls for &String {
    fn into_urls(self) -> Vec<String> {
        vec![self.clone()]
    }
}

impl<U: Urls, const N: usize> Urls for [U; N] {
    fn into_urls(self) -> Vec<String> {
        self.into_iter().flat_map(U::into_urls).collect()
    }
}

impl<U: Urls> Urls for Vec<U> {
    fn into_urls(self) -> Vec<String> {
        self.into_iter().flat_map(U::into_urls).collect()
    }
}

impl<U: Urls + Clone + Sync> Urls for &[U] {
    fn into_urls(self) -> Vec<String> {
        self.iter().cloned().flat_map(U::into_urls).collect()
    }
}
