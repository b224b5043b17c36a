//! The guide's links and pictures, in rustdoc and on a page of the repository.
//!
//! A page ends with definitions of its labels, as files: for a reader of the repository. rustdoc
//! needs paths of items, and copies no pictures. So it gets other definitions before the page, and
//! the first definition of a label wins: `guide/links.md`, and `pictures/links.md` with the
//! pictures as data URLs. `UPDATE_EXPECT=1 cargo test -p taskward-tests --test guide` updates
//! `pictures/links.md`.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use expect_test::expect_file;

use self::files::{files, root};

mod files;

fn docs() -> PathBuf {
    root().join("runtime/docs")
}

fn pictures() -> impl Iterator<Item = (String, String)> {
    files("runtime/docs/pictures", "svg")
        .into_iter()
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap()))
}

fn pages() -> impl Iterator<Item = (PathBuf, String)> {
    let pages = files("runtime/docs/guide", "md").into_iter().filter(|path| !path.ends_with("links.md"));
    pages.map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
}

/// The definitions of link labels, as labels and targets.
fn definitions(text: &str) -> Vec<(&str, &str)> {
    let lines = text.lines().filter_map(|line| line.strip_prefix('['));
    lines.filter_map(|line| line.split_once("]: ")).collect()
}

/// The labels of links such as `[text][label]`.
fn used(text: &str) -> Vec<&str> {
    text.split("][").skip(1).map(|rest| rest.split(']').next().unwrap()).collect()
}

/// Percent-encodes the bytes that cannot stand in a URL, or would end a link of Markdown.
fn encoded(svg: &str) -> String {
    let mut url = String::from("data:image/svg+xml,");
    for byte in svg.lines().map(str::trim).collect::<Vec<_>>().join(" ").bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~:/=;,".contains(&byte) {
            url.push(char::from(byte));
        } else {
            write!(url, "%{byte:02X}").unwrap();
        }
    }
    url
}

#[test]
fn rustdoc_shows_the_pictures_of_the_folder() {
    let mut links = String::new();
    for (name, svg) in pictures() {
        writeln!(links, "[picture_{name}]: {}", encoded(&svg)).unwrap();
    }
    expect_file![docs().join("pictures/links.md")].assert_eq(&links);
}

#[test]
fn a_picture_is_shown_has_a_title_and_a_description_and_colours_for_dark_pages() {
    for (name, svg) in pictures() {
        for part in ["<title id=\"title\">", "<desc id=\"desc\">", "prefers-color-scheme: dark", "class=\"card\""] {
            assert!(svg.contains(part), "{name}.svg has no `{part}`");
        }
        let label = format!("picture_{name}");
        assert!(pages().any(|(_, page)| used(&page).contains(&&*label)), "no page shows {name}.svg");
    }
}

/// The pages whose code needs other crates, with the pages of those crates that test it.
const TESTED_ELSEWHERE: [(&str, &[&str]); 2] =
    [("services.md", &["http/README.md", "http/docs/reqwest.md"]), ("machines.md", &["jobs/README.md"])];

#[test]
fn code_for_other_crates_is_tested_there() {
    for (page, tested) in TESTED_ELSEWHERE {
        let tested = tested.iter().map(|path| fs::read_to_string(root().join(path)).unwrap());
        let tested = tested.collect::<String>();
        let page = fs::read_to_string(docs().join("guide").join(page)).unwrap();
        let blocks: Vec<_> = page.split("```ignore\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
        assert!(!blocks.is_empty());
        for line in blocks.iter().flat_map(|block| block.lines()).filter(|line| !line.trim().is_empty()) {
            assert!(tested.lines().any(|other| other == line), "no test has the line `{line}`");
        }
    }
}

#[test]
fn each_label_is_defined_and_used() {
    for (path, page) in pages() {
        let definitions = definitions(&page);
        for label in used(&page) {
            let is_defined = definitions.iter().any(|(defined, _)| *defined == label);
            assert!(is_defined, "{}: `{label}` is not defined", path.display());
        }
        for (label, _) in definitions {
            assert!(used(&page).contains(&label), "{}: nothing uses `{label}`", path.display());
        }
        assert!(!page.contains("](crate::"), "{}: a link that only rustdoc knows", path.display());
    }
}
