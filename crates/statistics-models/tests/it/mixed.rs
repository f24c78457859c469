//! Mixed models against SAS PROC MIXED and R's nlme (Apache-2.0 data), SAS's printed example, and closed forms.

use fingerpost_statistics::answer::Outcome;
use fingerpost_statistics::refusal::RefusalKind;
use fingerpost_statistics_models::design::{Design, codes};
use fingerpost_statistics_models::inference::Term;
use fingerpost_statistics_models::mixed::{
    MixedFit, MixedOptions, Repeated, random_effects, repeated_measures, repeated_measures_answer,
};

use crate::support::{close, data, printed, stream};

/// Potthoff & Roy 1964, Biometrika 51:313: pituitary to pterygomaxillary fissure in mm at 8, 10, 12 and 14 years, 11 girls and
/// then 16 boys.
const GROWTH: [[f64; 4]; 27] = [
    [21.0, 20.0, 21.5, 23.0],
    [21.0, 21.5, 24.0, 25.5],
    [20.5, 24.0, 24.5, 26.0],
    [23.5, 24.5, 25.0, 26.5],
    [21.5, 23.0, 22.5, 23.5],
    [20.0, 21.0, 21.0, 22.5],
    [21.5, 22.5, 23.0, 25.0],
    [23.0, 23.0, 23.5, 24.0],
    [20.0, 21.0, 22.0, 21.5],
    [16.5, 19.0, 19.0, 19.5],
    [24.5, 25.0, 28.0, 28.0],
    [26.0, 25.0, 29.0, 31.0],
    [21.5, 22.5, 23.0, 26.5],
    [23.0, 22.5, 24.0, 27.5],
    [25.5, 27.5, 26.5, 27.0],
    [20.0, 23.5, 22.5, 26.0],
    [24.5, 25.5, 27.0, 28.5],
    [22.0, 22.0, 24.5, 26.5],
    [24.0, 21.5, 24.5, 25.5],
    [23.0, 20.5, 31.0, 26.0],
    [27.5, 28.0, 31.0, 31.5],
    [23.0, 23.0, 23.5, 25.0],
    [21.5, 23.5, 24.0, 28.0],
    [17.0, 24.5, 26.0, 29.5],
    [22.5, 25.5, 25.5, 26.0],
    [23.0, 24.5, 26.0, 30.0],
    [22.0, 21.5, 23.5, 25.0],
];

const ML: MixedOptions = MixedOptions { reml: false, level: 0.95 };

fn growth() -> (Vec<f64>, Design, Vec<usize>, Vec<usize>) {
    let cells = (0..27).flat_map(|child| (0..4).map(move |visit| (child, visit)));
    let (person, visit): (Vec<usize>, Vec<usize>) = cells.unzip();
    let y = person.iter().zip(&visit).map(|(child, visit)| GROWTH[*child][*visit]).collect();
    let girl: Vec<bool> = person.iter().map(|child| *child < 11).collect();
    let age: Vec<f64> = visit.iter().map(|visit| 8.0 + 2.0 * *visit as f64).collect();
    let design = Design::with_intercept(108)
        .flag("girl", &girl)
        .and_then(|design| design.column("age", &age))
        .and_then(|design| design.product("girl", "age"))
        .unwrap();
    (y, design, person, visit)
}

fn component(fit: &MixedFit, name: &str) -> f64 {
    fit.components.iter().find(|part| part.name == name).unwrap().estimate
}

#[test]
fn growth_with_an_unstructured_covariance_comes_out_as_sas_prints_it() {
    // SAS/STAT User's Guide, The MIXED Procedure, Example "Repeated Measures", METHOD=ML TYPE=UN; Verbeke & Molenberghs 2000,
    // ch. 17: -2 log likelihood 419.477, and 416.509 with a mean for each sex and age.
    let (y, design, person, visit) = growth();
    let fit = repeated_measures(&y, &design, &person, &visit, Repeated::Unstructured, ML).unwrap();
    printed(fit.minus_two_log_likelihood, "419.477");
    let ages: Vec<String> = visit.iter().map(usize::to_string).collect();
    let mut means = Design::with_intercept(108)
        .column("girl", design.named("girl").unwrap())
        .unwrap()
        .factor("age", &ages)
        .unwrap();
    for age in ["age1", "age2", "age3"] {
        means = means.product("girl", age).unwrap();
    }
    let saturated = repeated_measures(&y, &means, &person, &visit, Repeated::Unstructured, ML).unwrap();
    printed(saturated.minus_two_log_likelihood, "416.509");
    for (name, estimate, error) in [
        ("(Intercept)", "15.8423", "0.9356"),
        ("girl", "1.5831", "1.4658"),
        ("age", "0.8268", "0.07911"),
        ("girl:age", "-0.3504", "0.1239"),
    ] {
        printed(fit.term(name).unwrap().estimate, estimate);
        printed(fit.term(name).unwrap().standard_error, error);
    }
    printed(component(&fit, "variance(1)"), "5.1192");
    printed(component(&fit, "covariance(2, 1)"), "2.4409");
    printed(component(&fit, "variance(2)"), "3.9279");
    printed(component(&fit, "variance(4)"), "4.6180");
}

#[test]
fn growth_with_compound_symmetry_comes_out_as_sas_prints_it_and_as_a_random_intercept() {
    let (y, design, person, visit) = growth();
    let fit = repeated_measures(&y, &design, &person, &visit, Repeated::CompoundSymmetry, ML).unwrap();
    printed(fit.minus_two_log_likelihood, "428.639");
    let random = random_effects(&y, &design, &person, &Design::with_intercept(108), ML).unwrap();
    close(random.minus_two_log_likelihood, fit.minus_two_log_likelihood, 1e-10);
    close(component(&random, "variance((Intercept))"), component(&fit, "covariance"), 1e-7);
    for (a, b) in random.terms.iter().zip(&fit.terms) {
        close(a.standard_error, b.standard_error, 1e-8);
        close(a.df, b.df, 1e-6);
    }
}

#[test]
fn a_balanced_random_intercept_has_the_variances_of_its_analysis_of_variance() {
    // REML of balanced data is the method of moments: residual = mean square within, between = (MS between - MS within) / 4.
    let (y, _, person, visit) = growth();
    let times: Vec<String> = visit.iter().map(usize::to_string).collect();
    let design = Design::with_intercept(108).factor("visit", &times).unwrap();
    let fit = random_effects(&y, &design, &person, &Design::with_intercept(108), MixedOptions::default()).unwrap();
    let grand = y.iter().sum::<f64>() / 108.0;
    let child: Vec<f64> = GROWTH.iter().map(|row| row.iter().sum::<f64>() / 4.0).collect();
    let at: Vec<f64> = (0..4).map(|v| GROWTH.iter().map(|row| row[v]).sum::<f64>() / 27.0).collect();
    let between = 4.0 * child.iter().map(|mean| (mean - grand).powi(2)).sum::<f64>() / 26.0;
    let within = (0..27)
        .flat_map(|c| (0..4).map(move |v| (c, v)))
        .map(|(c, v)| (GROWTH[c][v] - child[c] - at[v] + grand).powi(2))
        .sum::<f64>()
        / 78.0;
    close(component(&fit, "residual"), within, 1e-8);
    close(component(&fit, "variance((Intercept))"), (between - within) / 4.0, 1e-8);
    close(fit.term("visit1").unwrap().standard_error, (2.0 * within / 27.0).sqrt(), 1e-8);
    close(fit.term("visit1").unwrap().df, 78.0, 1e-6);
}

#[test]
fn autoregression_with_two_visits_is_compound_symmetry() {
    let (y, design, person, visit) = growth();
    let rows: Vec<usize> = (0..108).filter(|row| visit[*row] < 2).collect();
    let of = |values: &[usize]| rows.iter().map(|row| values[*row]).collect::<Vec<_>>();
    let y: Vec<f64> = rows.iter().map(|row| y[*row]).collect();
    let fit = |kind| {
        repeated_measures(&y, &design.rows_at(&rows), &of(&person), &of(&visit), kind, MixedOptions::default()).unwrap()
    };
    let (ar, cs) = (fit(Repeated::Autoregressive), fit(Repeated::CompoundSymmetry));
    close(ar.minus_two_log_likelihood, cs.minus_two_log_likelihood, 1e-10);
    close(component(&ar, "variance") * component(&ar, "rho"), component(&cs, "covariance"), 1e-7);
    for (a, b) in ar.terms.iter().zip(&cs.terms) {
        close(a.standard_error, b.standard_error, 1e-8);
        close(a.df, b.df, 1e-6);
    }
}

fn lung() -> (Vec<f64>, Design, Design, Vec<usize>, Vec<usize>) {
    let rows = data("fev.csv");
    let y = rows.numbers("FEV1");
    let keep: Vec<usize> = (0..y.len()).filter(|row| y[*row].is_finite()).collect();
    let of = |name: &str| {
        let all = rows.text(name);
        keep.iter().map(|row| all[*row].clone()).collect::<Vec<_>>()
    };
    let visit = of("AVISIT");
    let small = Design::with_intercept(keep.len())
        .contrasts("ARMCD", &of("ARMCD"), &["PBO", "TRT"])
        .and_then(|design| design.contrasts("SEX", &of("SEX"), &["Male", "Female"]))
        .unwrap();
    let full = Design::with_intercept(keep.len())
        .contrasts("RACE", &of("RACE"), &["Asian", "Black or African American", "White"])
        .and_then(|design| design.contrasts("SEX", &of("SEX"), &["Male", "Female"]))
        .and_then(|design| design.contrasts("ARMCD", &of("ARMCD"), &["PBO", "TRT"]))
        .and_then(|design| design.contrasts("AVISIT", &visit, &["VIS1", "VIS2", "VIS3", "VIS4"]))
        .and_then(|design| design.product("ARMCDTRT", "AVISITVIS2"))
        .and_then(|design| design.product("ARMCDTRT", "AVISITVIS3"))
        .and_then(|design| design.product("ARMCDTRT", "AVISITVIS4"))
        .unwrap();
    let code = visit.iter().map(|name| name[3..].parse::<usize>().unwrap() - 1).collect();
    (keep.iter().map(|row| y[*row]).collect(), full, small, codes(&of("USUBJID")), code)
}

/// SAS stops a little short of the maximum, so estimates are held to two thousandths of their standard error, errors to one
/// thousandth; degrees of freedom are printed whole.
#[track_caller]
fn as_sas(term: &Term, estimate: &str, error: &str, df: &str) {
    let [estimate, error, df] = [estimate, error, df].map(|text| text.parse::<f64>().unwrap());
    assert!((term.estimate - estimate).abs() < 2e-3 * error, "{} is not {estimate}", term.estimate);
    close(term.standard_error, error, 1e-3);
    assert!((term.df - df).abs() < 0.55, "{} is not {df}", term.df);
}

#[test]
fn lung_function_comes_out_as_sas_and_nlme_say() {
    let (y, full, _, person, visit) = lung();
    let fit = repeated_measures(&y, &full, &person, &visit, Repeated::Unstructured, MixedOptions::default()).unwrap();
    // SAS prints 3386.44987722, where it stops; the maximum is 6e-6 further.
    close(fit.minus_two_log_likelihood, 3386.44987722, 1e-8);
    assert!(fit.minus_two_log_likelihood <= 3386.44987722);
    // nlme stops about 1e-4 short of it; a coefficient near zero is held to its standard error instead.
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/fev_expected.json");
    let expected: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for (term, theirs) in fit.terms.iter().zip(expected["coef"].as_array().unwrap()) {
        assert_eq!(theirs["_row"], term.name.as_str());
        let error = theirs["Std.Error"].as_f64().unwrap();
        assert!((term.estimate - theirs["Value"].as_f64().unwrap()).abs() < 1e-3 * error, "{}", term.name);
        close(term.standard_error, error, 1e-3);
    }
    for (name, estimate, error, df) in [
        ("(Intercept)", "30.7774", "0.8865", "219"),
        ("ARMCDTRT", "3.7745", "1.0741", "146"),
        ("AVISITVIS2", "4.8396", "0.8016", "144"),
        ("AVISITVIS3", "10.3422", "0.8227", "156"),
        ("AVISITVIS4", "15.0537", "1.3129", "138"),
        ("ARMCDTRT:AVISITVIS2", "-0.04231", "1.1292", "139"),
        ("ARMCDTRT:AVISITVIS3", "-0.6939", "1.1876", "158"),
        ("ARMCDTRT:AVISITVIS4", "0.6240", "1.8510", "130"),
        ("RACEBlack or African American", "1.5305", "0.6244", "169"),
        ("RACEWhite", "5.6436", "0.6656", "157"),
        ("SEXFemale", "0.3262", "0.5319", "166"),
    ] {
        let term = fit.term(name).unwrap();
        as_sas(term, estimate, error, df);
    }
    for (name, value) in [
        ("variance(1)", "40.5509"),
        ("variance(2)", "26.5692"),
        ("covariance(2, 1)", "14.3982"),
        ("variance(4)", "95.5528"),
    ] {
        close(component(&fit, name), value.parse().unwrap(), 1e-3);
    }
}

#[test]
fn a_difference_at_one_visit_has_sas_s_error_and_degrees_of_freedom() {
    let (y, full, _, person, visit) = lung();
    let fit = repeated_measures(&y, &full, &person, &visit, Repeated::Unstructured, MixedOptions::default()).unwrap();
    let mut weights = vec![0.0; 11];
    weights[4] = 1.0;
    weights[8] = 1.0;
    let difference = fit.combination("treated at visit 2", &weights).unwrap();
    as_sas(&difference, "3.7322", "0.8588", "145");
    close(difference.lower, 2.0348, 1e-3);
    close(difference.upper, 5.4296, 1e-3);
}

#[test]
fn the_small_lung_model_comes_out_as_sas_prints_it() {
    let (y, _, small, person, visit) = lung();
    let fit = repeated_measures(&y, &small, &person, &visit, Repeated::Unstructured, MixedOptions::default()).unwrap();
    close(fit.minus_two_log_likelihood, 3666.96698281, 1e-8);
    assert!(fit.minus_two_log_likelihood <= 3666.96698281);
    for (name, estimate, error, df, lower, upper) in [
        ("(Intercept)", "41.0762", "0.5504", "156", 39.9890, 42.1634),
        ("ARMCDTRT", "3.8265", "0.6421", "161", 2.5584, 5.0945),
        ("SEXFemale", "-0.1404", "0.6434", "161", -1.4108, 1.1301),
    ] {
        let term = fit.term(name).unwrap();
        as_sas(term, estimate, error, df);
        assert!((term.lower - lower).abs() < 2e-3 * term.standard_error);
        assert!((term.upper - upper).abs() < 2e-3 * term.standard_error);
    }
}

#[test]
fn two_complete_visits_are_the_paired_t_test() {
    let before = [5.0, 6.1, 4.4, 7.2, 5.5, 6.8, 4.9];
    let after = [5.9, 6.5, 5.2, 7.1, 6.9, 7.7, 5.0];
    let y = [before, after].concat();
    let later: Vec<bool> = (0..14).map(|i| i >= 7).collect();
    let person: Vec<usize> = (0..14).map(|i| i % 7).collect();
    let visit: Vec<usize> = (0..14).map(|i| i / 7).collect();
    let design = Design::with_intercept(14).flag("later", &later).unwrap();
    let fit = repeated_measures(&y, &design, &person, &visit, Repeated::Unstructured, MixedOptions::default()).unwrap();
    let change: Vec<f64> = before.iter().zip(&after).map(|(b, a)| a - b).collect();
    let mean = change.iter().sum::<f64>() / 7.0;
    let error = (change.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / 42.0).sqrt();
    let term = fit.term("later").unwrap();
    close(term.estimate, mean, 1e-9);
    close(term.standard_error, error, 1e-8);
    close(term.df, 6.0, 1e-6);
}

#[test]
fn order_units_and_labels_do_not_matter_to_a_random_slope() {
    let (y, design, person, _) = growth();
    let age = design.named("age").unwrap().to_vec();
    let random = Design::with_intercept(108).column("age", &age).unwrap();
    let fit = random_effects(&y, &design, &person, &random, MixedOptions::default()).unwrap();
    let order: Vec<usize> = (0..108).map(|i| (i * 31) % 108).collect();
    let metres: Vec<f64> = order.iter().map(|row| y[*row] / 1000.0).collect();
    let relabelled: Vec<usize> = order.iter().map(|row| 500 - 3 * person[*row]).collect();
    let again =
        random_effects(&metres, &design.rows_at(&order), &relabelled, &random.rows_at(&order), MixedOptions::default())
            .unwrap();
    for (a, b) in fit.terms.iter().zip(&again.terms) {
        close(b.estimate * 1000.0, a.estimate, 1e-6);
        close(b.p, a.p, 1e-5);
        close(b.df, a.df, 1e-5);
    }
}

#[test]
fn people_who_do_not_differ_have_no_random_intercept() {
    // Every person has the same mean: the variance between people is estimated at or below zero.
    let mut next = stream(3);
    let noise: Vec<f64> = (0..60).map(|_| next()).collect();
    let person: Vec<usize> = (0..60).map(|i| i / 4).collect();
    let y: Vec<f64> = (0..60).map(|i| noise[i] - (0..4).map(|j| noise[i / 4 * 4 + j]).sum::<f64>() / 4.0).collect();
    let time: Vec<f64> = (0..60).map(|i| f64::from(i % 4)).collect();
    let design = Design::with_intercept(60).column("time", &time).unwrap();
    let refusal =
        random_effects(&y, &design, &person, &Design::with_intercept(60), MixedOptions::default()).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Assumption, "{}", refusal.message);
}

#[test]
fn what_cannot_be_answered_is_refused() {
    let (y, design, person, visit) = growth();
    let kind = |person: &[usize], visit: &[usize]| {
        repeated_measures(&y, &design, person, visit, Repeated::Unstructured, MixedOptions::default()).unwrap_err().kind
    };
    assert_eq!(kind(&person, &[0; 108]), RefusalKind::Duplicate);
    assert_eq!(kind(&[7; 108], &visit), RefusalKind::OneGroup);
    assert_eq!(kind(&(0..108).collect::<Vec<_>>(), &visit), RefusalKind::TooFew);
    // Nobody has a first and a last visit.
    let rows: Vec<usize> = (0..108).filter(|row| visit[*row] != if person[*row] % 2 == 0 { 0 } else { 3 }).collect();
    let of = |values: &[usize]| rows.iter().map(|row| values[*row]).collect::<Vec<_>>();
    let some: Vec<f64> = rows.iter().map(|row| y[*row]).collect();
    let apart = repeated_measures(
        &some,
        &design.rows_at(&rows),
        &of(&person),
        &of(&visit),
        Repeated::Unstructured,
        MixedOptions::default(),
    );
    assert_eq!(apart.unwrap_err().kind, RefusalKind::TooFew);
}

#[test]
fn the_answer_keeps_people_with_gaps_and_counts_them() {
    let (mut y, design, person, visit) = growth();
    y[5] = f64::NAN;
    y[50] = f64::NAN;
    let said = repeated_measures_answer(&y, &design, &person, &visit, Repeated::Unstructured, MixedOptions::default());
    assert_eq!((said.n, said.missing), (106, 2));
    let Outcome::Answered { warnings, tables, .. } = said.outcome else { panic!("refused") };
    assert!(warnings[0].starts_with("2 of 108 measurements"));
    assert_eq!(tables[0].1.rows(), 10);
}
