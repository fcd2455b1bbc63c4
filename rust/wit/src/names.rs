//! From WIT's kebab-case names to names of Rust and C++.

/// `from-bytes` -> `from_bytes`.
pub fn snake(name: &str) -> String {
    name.replace('-', "_").to_lowercase()
}

/// `sgd-options` -> `SgdOptions`.
pub fn camel(name: &str) -> String {
    // The one keyword of Rust in camel case.
    escape(name.split('-').map(capitalise).collect(), &["Self"])
}

fn capitalise(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters.flat_map(char::to_lowercase)).collect()
}

/// A C++ identifier in snake case; a keyword gets a trailing underscore.
pub fn cpp_snake(name: &str) -> String {
    escape(snake(name), CPP_KEYWORDS)
}

/// A Rust identifier in snake case; a keyword gets a trailing underscore.
pub fn rust_snake(name: &str) -> String {
    escape(snake(name), RUST_KEYWORDS)
}

fn escape(name: String, keywords: &[&str]) -> String {
    if keywords.contains(&name.as_str()) { name + "_" } else { name }
}

/// The C++ namespace and file folder of a package: `wasi:cli` -> `wasi_cli`; our own `cloister:ml` -> `ml`.
pub fn package(namespace: &str, name: &str) -> String {
    if namespace == "cloister" { cpp_snake(name) } else { format!("{}_{}", snake(namespace), snake(name)) }
}

const CPP_KEYWORDS: &[&str] = &[
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char16_t",
    "char32_t",
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "compl",
    "concept",
    "const",
    "const_cast",
    "consteval",
    "constexpr",
    "constinit",
    "continue",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "errno",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "requires",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
];

const RUST_KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_identifiers() {
        assert_eq!(snake("from-bytes"), "from_bytes");
        assert_eq!(camel("conv2d-options"), "Conv2dOptions");
        assert_eq!(camel("HTTP-error"), "HttpError");
        assert_eq!(cpp_snake("bool"), "bool_");
        assert_eq!(cpp_snake("where"), "where");
        assert_eq!(rust_snake("where"), "where_");
    }

    #[test]
    fn packages_become_namespaces() {
        assert_eq!(package("cloister", "ml"), "ml");
        assert_eq!(package("wasi", "cli"), "wasi_cli");
    }
}
