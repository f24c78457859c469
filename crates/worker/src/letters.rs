//! Letters on paper: each becomes a PDF in a folder, for a window envelope. Whoever empties the folder prints and posts
//! them: a person in the office, or the collector of a printing service.

use std::path::PathBuf;

use fingerpost_print::Message;

use crate::post::{PostError, into_folder};
use crate::words::Letter;

/// Where letters go.
#[derive(Debug, Clone)]
pub(crate) enum Letters {
    /// Nowhere: nobody empties a folder.
    NotSetUp,
    /// Into a folder, a file a letter.
    Folder(PathBuf),
}

impl Letters {
    /// Puts a letter where it is printed. `id` names the file: a repetition replaces it.
    ///
    /// # Errors
    /// [`PostError`], saying whether to try again.
    pub(crate) async fn send(
        &self,
        id: &str,
        (name, lines, large): (&str, &[String], bool),
        letter: &Letter,
    ) -> Result<(), PostError> {
        let Self::Folder(folder) = self else { return Err(PostError::NotSetUp) };
        let paper = Message {
            to: std::iter::once(name.to_owned()).chain(lines.iter().cloned()).collect(),
            from: letter.from.clone().unwrap_or_default(),
            title: letter.subject.clone(),
            lines: letter
                .body
                .split("\n\n")
                .map(|part| part.trim().replace('\n', " "))
                .filter(|part| !part.is_empty())
                .collect(),
            large,
        };
        let set = tokio::task::spawn_blocking(move || paper.pdf()).await;
        let pdf = set.ok().and_then(Result::ok).ok_or(PostError::Message)?;
        into_folder(folder, &format!("{id}.pdf"), pdf).await
    }
}
