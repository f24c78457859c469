//! What others claim of social prescribing, kept apart from what a project measured. None of it had a control group; a place may put
//! better figures in, with their range and where they stand.

use crate::project::whole;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::Line;
use serde::Serialize;

fingerpost_domain::coded! {
    /// What is claimed.
    pub enum Claim {
        /// Fewer appointments with a GP.
        Appointments = "appointments",
        /// Lower cost of secondary care.
        SecondaryCare = "secondary_care",
        /// Carbon dioxide for each appointment that is not needed.
        Carbon = "carbon",
    }
}

impl Claim {
    /// What is claimed, in words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Appointments => "Fewer appointments with a GP",
            Self::SecondaryCare => "Lower cost of secondary care",
            Self::Carbon => "Carbon dioxide for each appointment that is not needed",
        }
    }

    /// The unit of the figure.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Appointments | Self::SecondaryCare => "%",
            Self::Carbon => "kg CO2e",
        }
    }

    /// The largest figure that is believed, in thousandths of the unit.
    const fn most(self) -> u32 {
        match self {
            Self::Appointments | Self::SecondaryCare => 100_000,
            Self::Carbon => 1_000_000,
        }
    }

    /// The figure of the guide from which the steps of a project come.
    ///
    /// # Panics
    /// Never: the words are short.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the words are short, and a test reads them")]
    pub fn published(self) -> Factor {
        let value = match self {
            Self::Appointments => 40_000,
            Self::SecondaryCare => 27_000,
            Self::Carbon => 9_900,
        };
        let words =
            "A guide to quality improvement with social prescribing; no range and no control group is given there";
        let source = Line::parse(words).ok().flatten().expect("a short line");
        Factor { value, range: None, source, printed: true }
    }
}

/// A figure that is claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// The figure, in thousandths of its unit.
    pub value: u32,
    /// From and to, in thousandths, where somebody says so.
    pub range: Option<(u32, u32)>,
    /// Where it stands.
    pub source: Line<200>,
    /// It is printed in the evidence.
    pub printed: bool,
}

/// Thousandths as people write them: 9900 is "9.9".
#[must_use]
pub fn decimal(thousandths: u32) -> String {
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn thousandths(typed: &str, most: u32) -> Result<Option<u32>, String> {
    let typed = typed.trim();
    let wrong = || format!("Type a number from 0 to {}, with up to three digits after the point", decimal(most));
    if typed.is_empty() {
        return Ok(None);
    }
    let (whole_part, fraction) = typed.split_once('.').unwrap_or((typed, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let units = whole(whole_part, (0, most / 1000)).ok().flatten().ok_or_else(wrong)?;
    let parts: u32 = format!("{fraction:0<3}").parse().map_err(|_| wrong())?;
    Some(units * 1000 + parts).filter(|value| *value <= most).map(Some).ok_or_else(wrong)
}

/// A figure as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each field is the part of the form of the same name")]
pub struct FactorAnswers {
    pub value: String,
    pub lower: String,
    pub upper: String,
    pub source: String,
    pub printed: bool,
}

impl From<&Factor> for FactorAnswers {
    fn from(factor: &Factor) -> Self {
        let end = |of: fn((u32, u32)) -> u32| factor.range.map(of).map(decimal).unwrap_or_default();
        Self {
            value: decimal(factor.value),
            lower: end(|range| range.0),
            upper: end(|range| range.1),
            source: factor.source.to_string(),
            printed: factor.printed,
        }
    }
}

impl FactorAnswers {
    /// The figure, or what is wrong with it: its range has both ends and holds it, and it says where it stands.
    ///
    /// # Errors
    /// [`Problems`], named `value-carbon` and so on.
    pub fn check(&self, claim: Claim) -> Result<Factor, Problems> {
        let mut problems = Problems::none();
        let field = |name: &str| format!("{name}-{}", claim.code());
        let value = problems.need(field("value"), thousandths(&self.value, claim.most()), "Type the figure");
        let lower = problems.take(field("lower"), thousandths(&self.lower, claim.most())).flatten();
        let upper = problems.take(field("upper"), thousandths(&self.upper, claim.most())).flatten();
        let range = match (lower, upper) {
            (Some(lower), Some(upper)) => Some((lower, upper)),
            (None, None) => None,
            _ => {
                if problems.is_empty() {
                    problems.add(field("lower"), "Type both ends of the range, or neither");
                }
                None
            }
        };
        if let (Some((lower, upper)), Some(value)) = (range, value)
            && !(lower..=upper).contains(&value)
        {
            problems.add(field("lower"), format!("The range must hold {}", decimal(value)));
        }
        let source = problems.need(field("source"), Line::parse(&self.source), "Say where the figure stands");
        match (value, source) {
            (Some(value), Some(source)) if problems.is_empty() => {
                Ok(Factor { value, range, source, printed: self.printed })
            }
            _ => Err(problems),
        }
    }
}

/// "Fewer appointments with a GP: 40 %, no range given. A guide …".
#[must_use]
pub fn claim_words(claim: Claim, factor: &Factor) -> String {
    let unit = if claim.unit() == "%" { "%".to_owned() } else { format!(" {}", claim.unit()) };
    let own = FactorAnswers::from(factor)
        != FactorAnswers { printed: factor.printed, ..FactorAnswers::from(&claim.published()) };
    let told = if own { "Claimed elsewhere, not measured here" } else { "Claimed elsewhere, no control group" };
    let range = match factor.range {
        Some((lower, upper)) => format!("{}{unit} to {}{unit}", decimal(lower), decimal(upper)),
        None => "no range given".to_owned(),
    };
    format!(
        "{}: {}{unit} ({range}). {told}. {}.",
        claim.label(),
        decimal(factor.value),
        factor.source.as_str().trim_end_matches('.')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_figures_stand_as_they_were_published() {
        let words: Vec<String> = Claim::ALL.iter().map(|claim| claim_words(*claim, &claim.published())).collect();
        assert!(
            words[0].starts_with(
                "Fewer appointments with a GP: 40% (no range given). Claimed elsewhere, no control group."
            )
        );
        assert!(words[2].contains(": 9.9 kg CO2e ("));
        let own = Factor { range: Some((3_000, 50_000)), ..Claim::Appointments.published() };
        assert!(claim_words(Claim::Appointments, &own).contains("(3% to 50%). Claimed elsewhere, not measured here."));
        for claim in Claim::ALL {
            assert_eq!(FactorAnswers::from(&claim.published()).check(*claim), Ok(claim.published()));
        }
    }

    #[test]
    fn a_range_has_two_ends_and_holds_its_figure() {
        let typed = |value: &str, lower: &str, upper: &str| {
            let (value, lower, upper) = (value.to_owned(), lower.to_owned(), upper.to_owned());
            let typed = FactorAnswers { value, lower, upper, source: "Our own audit".into(), printed: true };
            typed.check(Claim::Appointments)
        };
        let found = typed("12.5", "-3", "20");
        assert!(found.is_err(), "no negative share");
        assert_eq!(typed("12.5", "3", "20.125").unwrap().range, Some((3_000, 20_125)));
        assert_eq!(typed("12.5", "", "").unwrap().range, None);
        for wrong in [
            typed("12.5", "3", ""),
            typed("12.5", "13", "20"),
            typed("101", "", ""),
            typed("", "", ""),
            typed("1.2345", "", ""),
            typed("1e3", "", ""),
            typed("1.2.3", "", ""),
        ] {
            assert!(wrong.is_err(), "{wrong:?}");
        }
    }
}
