//! What the models share: the columns of a design as they are typed, and options that many have.

use clap::{Args, ValueEnum};
use fingerpost_statistics::refusal::Refusal;
use fingerpost_statistics_models::design::Design;
use fingerpost_statistics_models::glm::Family;

use crate::InputError;
use crate::columns::{Any, Columns, Kind};

/// How sure an interval is.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Level {
    /// How sure an interval is
    #[arg(long, value_name = "NUMBER", default_value_t = 0.95)]
    pub level: f64,
}

/// Refuses a number of an option that is not above zero.
pub(crate) fn above_zero(option: &str, value: f64) -> Result<f64, InputError> {
    if value > 0.0 && value.is_finite() {
        return Ok(value);
    }
    Err(InputError::of(option, format!("{value} is not above zero")))
}

/// Models of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Counts {
    /// Variance equal to the mean
    Poisson,
    /// Variance scaled by what is seen
    QuasiPoisson,
    /// Variance that grows faster than the mean
    NegativeBinomial,
}

impl From<Counts> for Family {
    fn from(counts: Counts) -> Self {
        match counts {
            Counts::Poisson => Self::Poisson,
            Counts::QuasiPoisson => Self::QuasiPoisson,
            Counts::NegativeBinomial => Self::NegativeBinomial,
        }
    }
}

/// The terms of a model as typed: `age`, or `arm*visit` for both and their product; `age*age` adds a square. A column of numbers is
/// one; a column of names, or of numbers in `group(education)`, becomes one of 0 and 1 for each name but the first.
#[derive(Debug)]
pub(crate) struct Terms(Vec<Vec<String>>);

impl Terms {
    pub(crate) fn read(typed: &[String]) -> Self {
        Self(typed.iter().map(|term| term.split('*').map(|name| name.trim().to_owned()).collect()).collect())
    }

    /// The columns, each once, in the order in which they come.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = vec![];
        for name in self.0.iter().flatten() {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// What to ask of the table for them.
    pub(crate) fn wanted(&self) -> Vec<(&str, Kind)> {
        self.names().into_iter().map(|name| (grouped(name).unwrap_or(name), Kind::Any)).collect()
    }

    /// The design with an intercept, from columns that were read from `first` on.
    pub(crate) fn design(&self, rows: usize, columns: &mut Columns, first: usize) -> Result<Design, InputError> {
        self.added_to(Design::with_intercept(rows), columns, first)
    }

    /// The columns of the terms behind those of a design.
    pub(crate) fn added_to(
        &self,
        mut design: Design,
        columns: &mut Columns,
        first: usize,
    ) -> Result<Design, InputError> {
        let mut parts: Vec<(&str, Vec<String>)> = vec![];
        for (at, name) in self.names().into_iter().enumerate() {
            let before = design.width();
            let read = match grouped(name) {
                Some(column) => columns.groups(first + at, column)?,
                None => columns.any(first + at, name)?,
            };
            design = match read {
                Any::Numbers(values) => design.column(name, &values),
                Any::Groups(labels) => design.factor(grouped(name).unwrap_or(name), &labels.each()),
            }
            .map_err(|refusal| at_option(&refusal))?;
            parts.push((name, design.names().get(before..).unwrap_or_default().to_vec()));
        }
        let part = |name: &str| parts.iter().find(|(known, _)| *known == name).map(|(_, columns)| columns.clone());
        for term in &self.0 {
            let Some((one, others)) = term.split_first() else { continue };
            let mut products = part(one).unwrap_or_default();
            for other in others {
                let mut longer = vec![];
                for left in &products {
                    for right in part(other).unwrap_or_default() {
                        design = design.product(left, &right).map_err(|refusal| at_option(&refusal))?;
                        longer.push(format!("{left}:{right}"));
                    }
                }
                products = longer;
            }
        }
        Ok(design)
    }
}

/// The column of `group(column)`: numbers that are names of groups.
fn grouped(term: &str) -> Option<&str> {
    term.strip_prefix("group(")?.strip_suffix(')').map(str::trim)
}

/// A design that cannot be made is a fault of the options.
pub(crate) fn at_option(refusal: &Refusal) -> InputError {
    InputError::of("the columns of the model", refusal.message.clone())
}
