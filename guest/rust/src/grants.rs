//! What a workload will ask for, written into the component for those who run it.

/// `grants!("dataset:train", "model:backbone?", "output:weights");`, once, outside functions: the names that the workload
/// opens and saves under; `?` marks what only some runs ask for. `cloister inspect` lists them, and a run that lacks one
/// names all that are missing. It permits nothing.
#[macro_export]
macro_rules! grants {
    ($($grant:literal),* $(,)?) => {
        const _: () = {
            const GRANTS: &[&str] = &[$($grant),*];
            // Nothing refers to a custom section, so the linker must be told to keep it.
            #[used]
            #[unsafe(link_section = "cloister:grants")]
            static SECTION: [u8; $crate::private::grants_section_size(GRANTS)] = $crate::private::grants_section(GRANTS);
        };
    };
}

/// Bytes of the section: each entry in double quotes and followed by a comma.
pub const fn grants_section_size(grants: &[&str]) -> usize {
    let (mut size, mut at) = (0, 0);
    while at < grants.len() {
        size += grants[at].len() + 3;
        at += 1;
    }
    size
}

/// The section's contents.
pub const fn grants_section<const SIZE: usize>(grants: &[&str]) -> [u8; SIZE] {
    let mut section = [0; SIZE];
    let (mut end, mut at) = (0, 0);
    while at < grants.len() {
        let grant = grants[at].as_bytes();
        assert!(is_grant(grant), "a grant is KIND:NAME or KIND:NAME?, KIND being dataset, model or output");
        end = append(&mut section, end, b"\"");
        end = append(&mut section, end, grant);
        end = append(&mut section, end, b"\",");
        at += 1;
    }
    section
}

const fn append<const SIZE: usize>(section: &mut [u8; SIZE], end: usize, bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() {
        section[end + at] = bytes[at];
        at += 1;
    }
    end + bytes.len()
}

const fn is_grant(text: &[u8]) -> bool {
    is_of_kind(text, b"dataset:") || is_of_kind(text, b"model:") || is_of_kind(text, b"output:")
}

/// The host's rule for names of grants.
const fn is_of_kind(text: &[u8], kind: &[u8]) -> bool {
    let optional = !text.is_empty() && text[text.len() - 1] == b'?';
    let end = if optional { text.len() - 1 } else { text.len() };
    if end <= kind.len() || end - kind.len() > 64 || text[kind.len()] == b'.' {
        return false;
    }
    let mut at = 0;
    while at < end {
        let fits = if at < kind.len() {
            text[at] == kind[at]
        } else {
            text[at].is_ascii_alphanumeric() || matches!(text[at], b'_' | b'.' | b'-')
        };
        if !fits {
            return false;
        }
        at += 1;
    }
    true
}
