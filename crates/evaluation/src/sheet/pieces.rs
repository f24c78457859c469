//! A table in pieces of whole lines, so that several can be read at once and none has to be kept.

use std::io::{self, Read};
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memchr2, memrchr};

use crate::in_order::Spare;

/// Bytes of a piece, about: enough to be worth a thread, little enough to keep a few.
pub(super) const PIECE: usize = 1 << 17;

/// Whole lines of a table, as they stand in the file.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// The lines.
    pub bytes: Vec<u8>,
    /// The line on which the first of them stands; the first of a file is 1.
    pub line: u64,
}

impl Piece {
    /// No quotes, and lines that end with LF or CR LF: every line is a row, every separator parts two cells.
    pub fn is_plain(&self) -> bool {
        memchr(b'"', &self.bytes).is_none()
            && memchr_iter(b'\r', &self.bytes).all(|at| self.bytes.get(at + 1).is_none_or(|next| *next == b'\n'))
    }
}

/// What is still to be read of a table.
pub(super) struct Pieces {
    source: Box<dyn Read>,
    /// Where lines that were read may leave their buffers.
    pub spare: Arc<Spare>,
    /// What was read and put back.
    first: Option<Piece>,
    /// The beginning of a line whose end has not been read.
    begun: Vec<u8>,
    line: u64,
    ended: bool,
}

impl Pieces {
    /// From the start of a source.
    pub fn of(source: Box<dyn Read>) -> Self {
        Self { source, spare: Arc::default(), first: None, begun: Vec::new(), line: 1, ended: false }
    }

    /// Whether nothing is left.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The next lines; none at the end.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub fn next(&mut self) -> io::Result<Option<Piece>> {
        if self.first.is_some() || self.ended {
            return Ok(self.first.take());
        }
        let mut bytes = self.spare.take();
        bytes.reserve(PIECE + self.begun.len());
        bytes.append(&mut self.begun);
        loop {
            let unread = bytes.len();
            let read = self.source.by_ref().take(PIECE as u64).read_to_end(&mut bytes)?;
            if read < PIECE {
                self.ended = true;
                break;
            }
            if let Some(at) = bytes.get(unread..).and_then(|new| memrchr(b'\n', new)) {
                self.begun = bytes.split_off(unread + at + 1);
                break;
            }
            // No table of lines: it is read on in another way, and not kept whole.
            if bytes.get(unread..).is_some_and(|new| memchr2(b'\r', 0, new).is_some()) {
                break;
            }
        }
        let line = self.line;
        self.line += memchr_iter(b'\n', &bytes).count() as u64;
        Ok((!bytes.is_empty()).then_some(Piece { bytes, line }))
    }

    /// Puts a piece back: it is the next one.
    pub fn put_back(&mut self, piece: Piece) {
        self.first = Some(piece);
    }

    /// A piece and all that follows it, as one source.
    pub fn after(self, piece: Piece) -> impl Read {
        io::Cursor::new(piece.bytes).chain(io::Cursor::new(self.begun)).chain(self.source)
    }
}
