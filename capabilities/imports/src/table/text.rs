//! Which encoding a text is in, and the text as UTF-8.

use std::io::{self, Read, SeekFrom};

use anyhow::Context as _;
use encoding_rs::{CoderResult, Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use shian_base::Result;

use super::{Source, unreadable};

const CHUNK: usize = 64 * 1024;

/// The encoding of the whole text: what its first bytes say, else UTF-8 if it is, else GB18030 if it is.
///
/// A text that ends in the middle of a letter still counts: its last row is refused, not the file.
pub fn encoding_of(source: &mut dyn Source) -> Result<&'static Encoding> {
    let mut head = Vec::new();
    source.seek(SeekFrom::Start(0)).context("reading the file")?;
    (&mut *source).take(3).read_to_end(&mut head).context("reading the file")?;
    if let Some((encoding, _)) = Encoding::for_bom(&head) {
        if encoding == UTF_16LE || encoding == UTF_16BE {
            return Ok(encoding);
        }
        return fault_in(source, UTF_8)?.map_or(Ok(UTF_8), |at| {
            Err(unreadable("imports.encoding", format!("标明是 UTF-8，但第 {at} 个字节不是 UTF-8")))
        });
    }
    let Some(in_utf8) = fault_in(source, UTF_8)? else { return Ok(UTF_8) };
    let Some(in_gbk) = fault_in(source, GB18030)? else { return Ok(GB18030) };
    Err(unreadable(
        "imports.encoding",
        format!("文件编码无法识别：第 {in_utf8} 个字节不是 UTF-8，第 {in_gbk} 个字节不是 GBK；请另存为 UTF-8"),
    ))
}

/// About where the text stops being of this encoding; `None` when it is all through.
fn fault_in(source: &mut dyn Source, encoding: &'static Encoding) -> Result<Option<u64>> {
    source.seek(SeekFrom::Start(0)).context("reading the file")?;
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (mut raw, mut out) = (vec![0u8; CHUNK], vec![0u8; CHUNK * 4]);
    let mut before = 0u64;
    loop {
        let len = source.read(&mut raw).context("reading the file")?;
        if len == 0 {
            return Ok(None);
        }
        // A picture or a program is no text, even where its bytes happen to be letters.
        if let Some(at) = raw[..len].iter().position(|byte| *byte == 0) {
            return Ok(Some(before + at as u64 + 1));
        }
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(&raw[..len], &mut out, false);
        if let DecoderResult::Malformed(_, _) = result {
            return Ok(Some(before + read as u64));
        }
        before += len as u64;
    }
}

/// The text as UTF-8, whatever it was; what cannot be read is U+FFFD.
pub struct Utf8<'a> {
    source: &'a mut dyn Source,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_from: usize,
    raw_to: usize,
    out: Vec<u8>,
    out_from: usize,
    ended: bool,
}

impl<'a> Utf8<'a> {
    pub fn new(source: &'a mut dyn Source, encoding: &'static Encoding) -> io::Result<Self> {
        source.seek(SeekFrom::Start(0))?;
        let decoder = encoding.new_decoder_with_bom_removal();
        let raw = vec![0; CHUNK];
        Ok(Self { source, decoder, raw, raw_from: 0, raw_to: 0, out: Vec::new(), out_from: 0, ended: false })
    }
}

impl Read for Utf8<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.out_from == self.out.len() && !self.ended {
            if self.raw_from == self.raw_to {
                self.raw_to = self.source.read(&mut self.raw)?;
                self.raw_from = 0;
            }
            let is_last = self.raw_to == 0;
            self.out.resize(CHUNK * 3 + 16, 0);
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(&self.raw[self.raw_from..self.raw_to], &mut self.out, is_last);
            self.out.truncate(written);
            self.out_from = 0;
            self.raw_from += read;
            self.ended = is_last && result == CoderResult::InputEmpty;
        }
        let len = into.len().min(self.out.len() - self.out_from);
        into[..len].copy_from_slice(&self.out[self.out_from..self.out_from + len]);
        self.out_from += len;
        Ok(len)
    }
}
