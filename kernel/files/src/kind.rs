//! What a file is, by its first bytes.

/// The kinds of files that are taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub mime: &'static str,
    pub extension: &'static str,
}

const TAKEN: &[Kind] = &[
    Kind { mime: "image/jpeg", extension: "jpg" },
    Kind { mime: "image/png", extension: "png" },
    Kind { mime: "image/webp", extension: "webp" },
    Kind { mime: "video/mp4", extension: "mp4" },
    Kind { mime: "application/pdf", extension: "pdf" },
];

/// The kind of these bytes; `None` when they are nothing that is taken in, whatever the sender claims.
pub fn kind_of(bytes: &[u8]) -> Option<Kind> {
    let found = infer::get(bytes)?;
    TAKEN.iter().copied().find(|kind| kind.mime == found.mime_type())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide_and_not_the_name() {
        assert_eq!(kind_of(&[0xff, 0xd8, 0xff, 0xe0, 0, 0]).unwrap().mime, "image/jpeg");
        assert_eq!(kind_of(b"<script>alert(1)</script>"), None);
        assert_eq!(kind_of(b"MZ\x90\x00"), None);
        assert_eq!(kind_of(b""), None);
    }
}
