//! The pictures of the guide, as rustdoc shows them: in the page, as data URLs.
//!
//! rustdoc copies no files, so a link to an SVG is dead there. `runtime/docs/pictures/links.md`
//! defines each picture's label as a data URL, and is included before the page, whose own
//! definition is the file beside it: for a reader of the repository.
//! `UPDATE_EXPECT=1 cargo test -p taskward-tests --test pictures` writes the file anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/docs/pictures")
}

/// The pictures' names and texts, by name.
fn pictures() -> Vec<(String, String)> {
    let mut pictures: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "svg"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    pictures.sort();
    assert!(!pictures.is_empty());
    pictures
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
    expect_file![folder().join("links.md")].assert_eq(&links);
}

#[test]
fn a_picture_has_a_title_a_description_and_colours_for_dark_pages() {
    for (name, svg) in pictures() {
        for part in ["<title id=\"title\">", "<desc id=\"desc\">", "prefers-color-scheme: dark", "class=\"card\""] {
            assert!(svg.contains(part), "{name}.svg has no `{part}`");
        }
        let shown = format!("../pictures/{name}.svg");
        let guide = fs::read_dir(folder().join("../guide")).unwrap();
        let mut pages = guide.map(|page| fs::read_to_string(page.unwrap().path()).unwrap());
        assert!(pages.any(|page| page.contains(&shown)), "no page of the guide shows {name}.svg");
    }
}
