//! The search for the covariance: Newton steps on the observed information where it points to a maximum, Fisher scoring
//! elsewhere, halved until the likelihood grows. It ends at a maximum inside, or in a refusal.

use faer::Mat;
use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use super::likelihood::{At, evaluate};
use super::structure::{Block, Shape};
use super::{Component, MixedFit, MixedOptions};
use crate::design::Design;
use crate::linear::scaled;
use crate::{algebra, check};

const MOST_STEPS: u64 = 200;
/// Squared length of the last step in standard errors of the components.
const SETTLED: f64 = 1e-16;

pub(super) fn fit(
    y: &[f64],
    design: &Design,
    person: &[usize],
    visit: &[usize],
    shape: Shape,
    options: MixedOptions,
) -> Result<MixedFit, Refusal> {
    check::level(options.level)?;
    check::same_length("The outcome", y.len(), design.rows())?;
    check::same_length("The list of people", person.len(), y.len())?;
    check::finite("The outcome", y)?;
    check::design(design)?;
    let blocks = blocks(&shape, design, person, visit)?;
    seen_together(&shape, &blocks)?;
    let plain = algebra::least_squares(y, None, design)?;
    let fitted = algebra::predict(design, &plain.beta);
    let rss: f64 = y.iter().zip(&fitted).map(|(value, fit)| (value - fit).powi(2)).sum();
    let variance = rss / (y.len() - design.width()) as f64;
    if rss <= 1e-24 * algebra::dot(y, y) {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "The columns reproduce the outcome exactly; there is no variance to share out.",
        ));
    }
    let (theta, at, iterations) = search(&shape, &blocks, y, variance, options.reml)?;
    let information = scaled(&at.observed, 0.5);
    let spread = algebra::inverse_spd(&information).ok_or_else(not_settled)?;
    let components = shape
        .names()
        .into_iter()
        .zip(&theta)
        .enumerate()
        .map(|(k, (name, estimate))| Component { name, estimate: *estimate, standard_error: spread[(k, k)].sqrt() })
        .collect();
    let slopes: Vec<Mat<f64>> = at.moved.iter().map(|moved| &at.covariance * moved * &at.covariance).collect();
    let mut fit = MixedFit {
        terms: Vec::new(),
        beta: at.beta,
        covariance: algebra::rows_of(&at.covariance),
        components,
        minus_two_log_likelihood: at.value,
        n: y.len() as u64,
        persons: blocks.len() as u64,
        iterations,
        level: options.level,
        slopes,
        spread,
    };
    // A coefficient is the combination with weight 1 on itself.
    fit.terms = design
        .names()
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let weights: Vec<f64> = (0..design.width()).map(|j| f64::from(u8::from(j == at))).collect();
            fit.combination(name, &weights)
        })
        .collect::<Result<_, _>>()?;
    Ok(fit)
}

/// Rows gathered by person, in the order of the codes; within a person by visit.
fn blocks(shape: &Shape, design: &Design, person: &[usize], visit: &[usize]) -> Result<Vec<Block>, Refusal> {
    let mut by_person = std::collections::BTreeMap::<usize, Vec<usize>>::new();
    for (row, code) in person.iter().enumerate() {
        by_person.entry(*code).or_default().push(row);
    }
    if by_person.len() < 2 {
        return Err(Refusal::new(RefusalKind::OneGroup, "A mixed model needs at least two people."));
    }
    if by_person.len() == person.len() {
        return Err(Refusal::new(
            RefusalKind::TooFew,
            "Nobody was seen twice, so nothing can be said of change within people.",
        ));
    }
    let mut blocks = Vec::with_capacity(by_person.len());
    for rows in by_person.into_values() {
        let mut seen = std::collections::HashSet::new();
        if let Some(row) = rows.iter().find(|row| !seen.insert(visit.get(**row))) {
            return Err(Refusal::at(
                RefusalKind::Duplicate,
                *row,
                format!("Row {} repeats a person and visit; keep one measurement for each.", row + 1),
            ));
        }
        blocks.push(shape.block(rows, visit, design));
    }
    Ok(blocks)
}

/// An unstructured covariance needs every pair of visits in at least two people.
fn seen_together(shape: &Shape, blocks: &[Block]) -> Result<(), Refusal> {
    let Shape::Unstructured { visits } = shape else { return Ok(()) };
    for high in 0..visits.len() {
        for low in 0..=high {
            let both =
                blocks.iter().filter(|block| block.visits.contains(&high) && block.visits.contains(&low)).count();
            if both < 2 {
                return Err(Refusal::new(
                    RefusalKind::TooFew,
                    format!(
                        "Visits {} and {} were both seen in fewer than two people, so their covariance is unknown; use compound_symmetry or ar1.",
                        low + 1,
                        high + 1
                    ),
                ));
            }
        }
    }
    Ok(())
}

fn search(
    shape: &Shape,
    blocks: &[Block],
    y: &[f64],
    variance: f64,
    reml: bool,
) -> Result<(Vec<f64>, At, u64), Refusal> {
    let mut theta = shape.start(variance);
    let mut at = evaluate(shape, &theta, blocks, y, reml).ok_or_else(not_settled)?;
    for iteration in 1..=MOST_STEPS {
        let newton = algebra::inverse_spd(&at.observed);
        let Some(inverse) = newton.as_ref().or(algebra::inverse_spd(&at.expected).as_ref()).cloned() else {
            return Err(ended(shape, &theta));
        };
        let step: Vec<f64> = algebra::times(&inverse, &at.slope).iter().map(|part| -part).collect();
        let length = -algebra::dot(&step, &at.slope);
        if newton.is_some() && length < SETTLED {
            return Ok((theta, at, iteration));
        }
        let mut share = 1.0;
        let next = loop {
            let tried: Vec<f64> = theta.iter().zip(&step).map(|(value, part)| value + share * part).collect();
            match evaluate(shape, &tried, blocks, y, reml) {
                Some(next) if next.value <= at.value + 1e-12 * at.value.abs().max(1.0) => break Some((tried, next)),
                _ if share < 1e-10 => break None,
                _ => share /= 2.0,
            }
        };
        match next {
            Some((tried, next)) => (theta, at) = (tried, next),
            // No step helps: at a maximum up to rounding, or at the boundary.
            None if newton.is_some() && length < 1e-8 => return Ok((theta, at, iteration)),
            None => return Err(ended(shape, &theta)),
        }
    }
    Err(ended(shape, &theta))
}

fn ended(shape: &Shape, theta: &[f64]) -> Refusal {
    match shape.at_boundary(theta) {
        Some(name) => Refusal::new(
            RefusalKind::Assumption,
            format!(
                "People do not differ in {name} beyond chance, so its variance is estimated at zero; leave this random column out."
            ),
        ),
        None => not_settled(),
    }
}

fn not_settled() -> Refusal {
    Refusal::new(
        RefusalKind::NotConverged,
        "The covariance did not settle; use a simpler one (compound_symmetry, a random intercept alone) or more people.",
    )
}
