//! What the generator says of a world: the shape of the C++ interface, and why it refuses.
use std::fs;
use std::path::{Path, PathBuf};

use cloister_wit::{HostBindings, HostOptions, host, write_folder};

/// A folder of one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn bind(name: &str, wit: &str, denied: &[&str]) -> anyhow::Result<HostBindings> {
    let folder = Folder::new(name);
    fs::write(folder.0.join("test.wit"), format!("package cloister:sample@0.1.0;\n{wit}")).unwrap();
    let denied: Vec<String> = denied.iter().map(|name| (*name).to_owned()).collect();
    host(&HostOptions { wit: &folder.0, world: "w", denied: &denied })
}

/// The header of interface `i`, its white space made even.
fn header(name: &str, body: &str) -> String {
    let bindings = bind(name, &format!("interface i {{ {body} }}\nworld w {{ import i; }}"), &[]).unwrap();
    let (_, text) = bindings.cpp.into_iter().find(|(path, _)| path == "cloister/bindings/sample/i.h").unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn refusal(name: &str, wit: &str, denied: &[&str]) -> String {
    match bind(name, wit, denied) {
        Ok(_) => panic!("accepted"),
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn parameters_are_views_and_results_own() {
    let text = header(
        "views",
        "record r { name: string, size: u32 } f: func(a: r, b: list<u8>, c: string) -> tuple<r, list<u8>, list<s64>>;",
    );
    assert!(text.contains("struct RView { std::string_view name; std::uint32_t size{}; };"), "{text}");
    assert!(text.contains("struct R { std::string name; std::uint32_t size{}; };"), "{text}");
    assert!(
        text.contains(
            "virtual sandbox::Call<std::tuple<R, sandbox::Bytes, std::vector<std::int64_t>>> \
             f(const RView& a, std::span<const std::uint8_t> b, std::string_view c) = 0;"
        ),
        "{text}"
    );
}

#[test]
fn a_type_without_lists_is_one_type() {
    let text = header("plain", "record r { size: u32 } f: func(a: r) -> r;");
    assert!(text.contains("virtual sandbox::Call<R> f(const R& a) = 0;"), "{text}");
    assert!(!text.contains("RView"), "{text}");
}

#[test]
fn handles_move_or_are_lent() {
    let text = header(
        "handles",
        "resource r { constructor(); static-one: static func() -> r; look: func(); } f: func(a: list<borrow<r>>, b: list<r>, c: option<r>);",
    );
    for expected in [
        "virtual sandbox::Call<void> drop_r(sandbox::Own<R> handle) = 0;",
        "virtual sandbox::Call<sandbox::Own<R>> r_new() = 0;",
        "virtual sandbox::Call<sandbox::Own<R>> r_static_one() = 0;",
        "virtual sandbox::Call<void> r_look(sandbox::Borrow<R> self) = 0;",
        "f(std::span<const sandbox::Borrow<R>> a, std::span<sandbox::Own<R>> b, std::optional<sandbox::Own<R>> c) = 0;",
    ] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
}

#[test]
fn a_denied_interface_needs_no_host() {
    let wit = "interface i { resource r; f: func(); }\nworld w { import i; }";
    let bindings = bind("denied", wit, &["cloister:sample/i"]).unwrap();
    let (_, header) = &bindings.cpp[0];
    assert!(header.contains("struct R;") && !header.contains("class Host"), "{header}");
    assert!(bindings.rust.contains("cloister:sample/i is not granted to workloads"), "{}", bindings.rust);
}

#[test]
fn what_cannot_cross_is_refused_by_name() {
    let stream = refusal("stream", "interface i { f: func(a: stream<u8>); }\nworld w { import i; }", &[]);
    assert!(stream.contains("`stream` is not supported") && stream.contains("cloister:sample/i@0.1.0.f"), "{stream}");
    let free = refusal("free", "world w { import f: func(); }", &[]);
    assert!(free.contains("imports `f` directly"), "{free}");
    let asynchronous = refusal("async", "interface i { f: async func(); }\nworld w { import i; }", &[]);
    assert!(asynchronous.contains("neither a plain function"), "{asynchronous}");
    let host = refusal("host", "interface i { record host { a: u8 } f: func(a: host); }\nworld w { import i; }", &[]);
    assert!(host.contains("needs for itself"), "{host}");
}

#[test]
fn names_that_would_meet_are_refused() {
    let wit = "interface i { resource r { constructor(); new: static func() -> r; } }\nworld w { import i; }";
    assert!(refusal("collision", wit, &[]).contains("would be named r_new"));
}

#[test]
fn a_misspelt_denied_interface_is_refused() {
    let wit = "interface i { f: func(); }\nworld w { import i; }";
    assert!(refusal("misspelt", wit, &["cloister:sample/j"]).contains("does not import it"));
}

#[test]
fn output_folders_hold_only_what_was_generated() {
    let folder = Folder::new("output");
    let path = folder.0.join("out");
    write_folder(&path, &[("a/x.h".to_owned(), "1".to_owned()), ("y.h".to_owned(), "2".to_owned())]).unwrap();
    let before = fs::metadata(path.join("y.h")).unwrap().modified().unwrap();
    write_folder(&path, &[("y.h".to_owned(), "2".to_owned())]).unwrap();
    assert!(!path.join("a/x.h").exists());
    assert_eq!(before, fs::metadata(path.join("y.h")).unwrap().modified().unwrap());
}
