//! Statistics without a server: reads a table, asks a method, shows the answer for people, as JSON or as a picture.
//!
//! One module of [`methods`] for each family: its options, the columns it reads, the method that it asks. No number is reckoned
//! here; what is refused is one line that says where and what to do.

pub mod columns;
pub mod examples;
mod in_order;
pub mod methods;
mod order;
pub mod picture;
pub mod sheet;
pub mod show;

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use fingerpost_statistics::answer::{Answer, Outcome};

pub use methods::Method;
pub use sheet::InputError;

/// Why no answer was given.
#[derive(Debug, thiserror::Error)]
pub enum StatsError {
    /// The table cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The method refuses: its numbers would not hold.
    #[error("{method}: {message}")]
    Refused {
        /// The method.
        method: &'static str,
        /// Its reason.
        message: String,
    },
    /// There is no picture of this answer.
    #[error("--svg: {0} has no picture. Leave it out")]
    NoPicture(&'static str),
    /// The answer cannot be written.
    #[error("the answer cannot be written: {0}")]
    Written(#[from] std::io::Error),
}

/// Statistics on a CSV file: `fingerpost stats METHOD --help` has an example for each
#[derive(Debug, clap::Args)]
pub struct Stats {
    #[command(subcommand)]
    what: What,
    /// Print JSON: columns, every row, full precision
    #[arg(long, global = true)]
    json: bool,
    /// Draw the answer into this file
    #[arg(long, global = true, value_name = "FILE")]
    svg: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Print a table that an example of the help asks of, such as people.csv
    Example {
        /// Its name
        name: String,
    },
    #[command(flatten)]
    Ask(Method),
}

impl Stats {
    /// Reads, asks and shows. With `--json` a refusal is printed as JSON too.
    ///
    /// # Errors
    /// [`StatsError`].
    pub fn run(&self, out: impl Write) -> Result<(), StatsError> {
        let mut out = BufWriter::new(out);
        let answer = match &self.what {
            What::Ask(method) => method.answer()?,
            What::Example { name } => {
                out.write_all(examples::table(name)?.as_bytes())?;
                return out.flush().map_err(Into::into);
            }
        };
        if let Some(path) = &self.svg {
            let drawn = picture::draw(&answer);
            if let (None, Outcome::Answered { .. }) = (&drawn, &answer.outcome) {
                return Err(StatsError::NoPicture(answer.method));
            }
            if let Some(svg) = drawn {
                std::fs::write(path, svg)?;
            }
        }
        if self.json {
            show::as_json(&mut out, &answer)?;
        } else if matches!(answer.outcome, Outcome::Answered { .. }) {
            show::for_people(&mut out, &answer)?;
        }
        out.flush()?;
        refused(&answer)
    }
}

fn refused(answer: &Answer) -> Result<(), StatsError> {
    match &answer.outcome {
        Outcome::Refused { refusal } => {
            Err(StatsError::Refused { method: answer.method, message: refusal.message.clone() })
        }
        Outcome::Answered { .. } => Ok(()),
    }
}
