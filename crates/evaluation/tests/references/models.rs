//! Waiting times, repeated measures, counts, and gaps that were filled.

use std::path::Path;

use fingerpost_statistics_models::design::{Design, codes};
use fingerpost_statistics_models::glm::{Family, GlmOptions, fit};
use fingerpost_statistics_models::imputation::pool_estimates;
use fingerpost_statistics_models::interrupted::{SegmentOptions, segmented, segmented_counts};
use fingerpost_statistics_models::linear::{Covariance, ols};
use fingerpost_statistics_models::mixed::{MixedOptions, Repeated, repeated_measures};
use fingerpost_statistics_models::survival::{Limits, kaplan_meier, log_rank};

use crate::support::Command::{Like, Run};
use crate::support::{Case, USUAL};

pub fn cases(folder: &Path) -> Vec<Case> {
    vec![waiting(folder), repeated(folder), sicily(folder), school(folder), pooled(folder)]
}

fn waiting(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "15_km_lung",
        "Time until something happens, with those for whom it has not yet (Kaplan and Meier; log-rank)",
        "R's survival on the lung cancer data: median 310, 285 to 363, in its documentation",
        &[Run("waiting input.csv --time time --event status --over 2 --group sex")],
    );
    let rows = case.csv("input.csv");
    let (time, sex) = (rows.numbers("time"), rows.numbers("sex"));
    let event: Vec<bool> = rows.numbers("status").iter().map(|status| *status == 2.0).collect();
    let curve = kaplan_meier(&time, &event, Limits::Log, 0.95).unwrap();
    case.same("median", curve.median().time, "/all/median");
    case.same("its upper 95 % limit", curve.median().upper, "/all/0.95UCL");
    case.same("still alive after 365 days", curve.at(365.0).survival, "/surv_at_365/surv");
    case.same("its standard error", curve.at(365.0).standard_error, "/surv_at_365/std.err");
    case.same("restricted mean", curve.restricted_mean(1022.0).unwrap().0, "/all/rmean");
    let groups: Vec<usize> = sex.iter().map(|sex| *sex as usize).collect();
    case.same(
        "log-rank chi squared of the sexes",
        log_rank(&time, &event, &groups).unwrap().chi_squared,
        "/logrank_chi2",
    );
    case
}

fn repeated(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "20_mmrm_fev",
        "Repeated measures of the same people, unstructured covariance, REML (MMRM)",
        "listing of SAS PROC MIXED in the repository of mmrm: -2 log-likelihood 3386.45, ARMCD 3.7745 (1.0741)",
        &[Run("repeated input.csv --outcome FEV1 --person USUBJID --visit AVISIT --terms 'RACE,SEX,ARMCD*AVISIT'")],
    )
    .noted("R's nlme and SAS agree to about 1e-4 with each other: each stops short of the maximum.");
    let rows = case.csv("input.csv").known("FEV1");
    let visit = rows.text("AVISIT");
    let mut design = Design::with_intercept(rows.len())
        .contrasts("RACE", &rows.text("RACE"), &["Asian", "Black or African American", "White"])
        .and_then(|design| design.contrasts("SEX", &rows.text("SEX"), &["Male", "Female"]))
        .and_then(|design| design.contrasts("ARMCD", &rows.text("ARMCD"), &["PBO", "TRT"]))
        .and_then(|design| design.contrasts("AVISIT", &visit, &["VIS1", "VIS2", "VIS3", "VIS4"]))
        .unwrap();
    for later in ["AVISITVIS2", "AVISITVIS3", "AVISITVIS4"] {
        design = design.product("ARMCDTRT", later).unwrap();
    }
    let visits: Vec<usize> = visit.iter().map(|name| name[3..].parse::<usize>().unwrap() - 1).collect();
    let people = codes(&rows.text("USUBJID"));
    let options = MixedOptions::default();
    let found =
        repeated_measures(&rows.numbers("FEV1"), &design, &people, &visits, Repeated::Unstructured, options).unwrap();
    case.beside("-2 REML log-likelihood (SAS)", found.minus_two_log_likelihood, 3_386.449_877_22, 1e-8);
    case.within("REML log-likelihood (nlme)", -found.minus_two_log_likelihood / 2.0, "/logLikREML", 1e-8);
    let treated = found.term("ARMCDTRT").unwrap();
    case.within("treated, first visit (nlme)", treated.estimate, "/coef/4/Value", 1e-3);
    case.within("its standard error (nlme)", treated.standard_error, "/coef/4/Std.Error", 1e-3);
    case.beside("its degrees of freedom (SAS, printed whole)", treated.df, 146.0, 4e-3);
    case.within("fourth visit (nlme)", found.term("AVISITVIS4").unwrap().estimate, "/coef/7/Value", 1e-3);
    case
}

fn sicily(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "21_its_sicily",
        "Interrupted time series: the smoking ban of Sicily",
        "Lopez Bernal and others 2017: rate ratio 0.894, and 0.885 (0.839 to 0.933) with the season",
        &[
            Run("interrupted input.csv --date time --value aces --person-time stdpop --before 36 --level-only"),
            Run("interrupted input.csv --date time --value aces --person-time stdpop --before 36 --level-only --harmonics 2"),
        ],
    )
    .noted("R takes standard errors from the weights of the step before its last, here 1.4e-7 off, and the dispersion, here 2e-6 off.");
    let rows = case.csv("input.csv");
    let (events, people) = (rows.numbers("aces"), rows.numbers("stdpop"));
    let level = SegmentOptions { slope_change: false, ..SegmentOptions::monthly(36) };
    let plain = segmented_counts(&events, &people, level).unwrap();
    case.same("rate ratio", plain.estimates.term("level").unwrap().ratio().0, "/model2/1/rr");
    case.within("dispersion", plain.dispersion.unwrap(), "/disp2", 1e-5);
    let season = segmented_counts(&events, &people, SegmentOptions { harmonics: 2, ..level }).unwrap();
    let ratio = season.estimates.term("level").unwrap().ratio();
    case.same("rate ratio with the season", ratio.0, "/model3/1/rr");
    case.within("its upper 95 % limit", ratio.2, "/model3/1/hi", 1e-6);
    let rate: Vec<f64> = events.iter().zip(&people).map(|(count, people)| 1e5 * count / people).collect();
    let line =
        segmented(&rate, SegmentOptions { lag: Some(3), adjusted: false, ..SegmentOptions::monthly(36) }).unwrap();
    let step = line.estimates.term("level").unwrap();
    case.same("least squares: change of level", step.estimate, "/ols/coef/smokban");
    case.same("its standard error (Newey and West, lag 3)", step.standard_error, "/ols/nw_lag3/2");
    case
}

fn school(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "22_nb_quine",
        "Counts: Poisson and negative binomial rate ratios",
        "Venables and Ripley, MASS, section 7.4: theta 1.275 (0.161)",
        &[
            Run("regression input.csv --family negative-binomial --outcome Days --terms Eth,Sex,Age,Lrn"),
            Run("regression input.csv --family poisson --outcome Days --terms Eth,Sex,Age,Lrn"),
        ],
    )
    .noted("R stops its search at 1e-8 of the log-likelihood, which leaves about five digits of theta.");
    let rows = case.csv("input.csv");
    let days = rows.numbers("Days");
    let mut design = Design::with_intercept(days.len());
    for name in ["Eth", "Sex", "Age", "Lrn"] {
        design = design.factor(name, &rows.text(name)).unwrap();
    }
    let binomial = fit(Family::NegativeBinomial, &days, &design, GlmOptions::default()).unwrap();
    let theta = binomial.theta.as_ref().unwrap();
    case.within("theta", theta.value, "/nb_main/theta", 1e-5);
    case.within("its standard error", theta.standard_error, "/nb_main/se_theta", 1e-5);
    case.same("twice the log-likelihood", 2.0 * binomial.log_likelihood, "/nb_main/twologlik");
    let ratio = binomial.estimates.term("EthN").unwrap().ratio();
    case.within("rate ratio of EthN", ratio.0, "/nb_main/coef/1/rr", 1e-5);
    let poisson = fit(Family::Poisson, &days, &design, GlmOptions::default()).unwrap();
    let ratio = poisson.estimates.term("EthN").unwrap().ratio();
    case.same("Poisson: rate ratio of EthN", ratio.0, "/poisson/1/rr");
    case.same("Poisson: dispersion (Pearson)", poisson.dispersion, "/pearson_disp");
    case
}

fn pooled(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "23_multiple_imputation_rubin",
        "Answers of five filled tables pooled (Rubin; Barnard and Rubin)",
        "van Buuren's nhanes example, pooled by mice 3.15 from five fixed tables",
        &[Like("impute people.csv --outcome wellbeing_after --covariates wellbeing_before,age,referred --imputations 40")],
    )
    .noted("The pooling is compared, not the filling: two imputers draw other numbers. The filling is tested in the crate by what it must keep.");
    let fits: Vec<_> = (1..=5)
        .map(|table| {
            let rows = case.csv(&format!("imputed_{table}.csv"));
            let design = Design::with_intercept(rows.len())
                .column("age", &rows.numbers("age"))
                .and_then(|design| design.column("bmi", &rows.numbers("bmi")))
                .unwrap();
            ols(&rows.numbers("chl"), &design, Covariance::Model, 0.95).unwrap().estimates
        })
        .collect();
    let age = &pool_estimates(&fits).unwrap()[1];
    case.same("age", age.term.estimate, "/pooled/1/estimate");
    case.same("its standard error", age.term.standard_error, "/pooled/1/std.error");
    case.same("its degrees of freedom", age.term.df, "/pooled/1/df");
    case.same("p", age.term.p, "/pooled/1/p.value");
    case.same("upper 95 % limit", age.term.upper, "/pooled/1/97.5 %");
    case.beside("share of information missing", age.missing_information, case.at("/details/1/fmi"), USUAL);
    case
}
