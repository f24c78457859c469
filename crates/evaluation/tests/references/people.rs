//! The same people twice, surveys, coders, money and carbon.

use std::path::Path;

use fingerpost_statistics::carbon::{Factor, carbon};
use fingerpost_statistics::coding::{cohen, themes, weights};
use fingerpost_statistics::economics::{Outcome, Verdict, evaluate, social_return};
use fingerpost_statistics::interval::Interval;
use fingerpost_statistics::mcnemar::{Cells, mcnemar};
use fingerpost_statistics::paired_change::{
    Reliability, Settings, any_better, paired_change, reliable_change_index, standard_error_of_difference,
};
use fingerpost_statistics::pre_post::scale_change;
use fingerpost_statistics::survey::{Design, mean, ratio, total};
use fingerpost_statistics::wilcoxon::{Zeros, signed_rank};

use crate::support::Command::{Like, Run};
use crate::support::{Case, Sheet};

pub fn cases(folder: &Path) -> Vec<Case> {
    vec![
        yes_no(folder),
        ranks(folder),
        change(folder),
        reliable(folder),
        kappa(folder),
        survey(folder),
        vaccine(folder),
        social(folder),
        rotherham_like(folder),
        coders(folder),
        rotherham(folder),
    ]
}

fn yes_no(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "11_mcnemar_agresti",
        "A yes-or-no question before and after (McNemar)",
        "Agresti 1990, p. 350: 17.36, and 16.82 with the correction, by arithmetic",
        &[Like("pre-post survey.csv --key code --before knows_before --after knows_after --yes-no")],
    )
    .noted(
        "The case subtracts the second answer from the first; a change here is after less before, so signs are turned.",
    );
    let cells = Cells { yes_yes: 794, yes_no: 150, no_yes: 86, no_no: 570 };
    let found = mcnemar(cells, 0.95).unwrap();
    case.same("chi squared", found.chi_squared, "/chi2");
    case.same("chi squared, corrected", found.chi_squared_corrected, "/chi2_corrected");
    case.same("p, exact", found.p_exact, "/p_exact");
    case.same("difference of shares", -found.difference, "/diff_marginal");
    case.same("its lower 95 % limit (Wald)", -found.wald.upper, "/wald95/0");
    case
}

fn ranks(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "12_wilcoxon_hollander",
        "Scores before and after (Wilcoxon's signed ranks), exact and with ties and zeros",
        "Hollander and Wolfe 1973, p. 29; R's help page prints V = 40, p = 0.01953",
        &[Like("pre-post survey.csv --key code --before before --after after --highest 5")],
    )
    .noted("The case has no key for the people, and answers are paired by key only; the method itself is asked.");
    let input = case.csv("input.csv");
    let fall: Vec<f64> = input.numbers("x").iter().zip(input.numbers("y")).map(|(x, y)| x - y).collect();
    let found = signed_rank(&fall, Zeros::Drop, 0.95).unwrap();
    case.same("V", found.v, "/V");
    case.same("p, one-sided, exact", found.p_greater, "/p_greater");
    case.same("estimate (Hodges and Lehmann)", found.estimate, "/hl");
    let likert = case.csv("likert.csv");
    let (before, after) = (likert.numbers("pre"), likert.numbers("post"));
    let dropped = scale_change(&before, &after, 5.0, Zeros::Drop, 0.95).unwrap();
    case.same("ties and zeros: V", dropped.test.v, "/likert/V");
    case.same("ties and zeros: p, corrected", dropped.test.p, "/likert/p_cc");
    let pratt = scale_change(&before, &after, 5.0, Zeros::Pratt, 0.95).unwrap();
    case.same("ties and zeros: p, Pratt", pratt.test.p, "/likert/pratt_p");
    case
}

fn change(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "13_paired_change_btheb",
        "Change of each person, with those lost to follow-up",
        "data of Beating the Blues (Proudfoot 2003, R package HSAUR); formulas of Jacobson and Truax 1991",
        &[Like(
            "change scores.csv --person person --before before --after after --lower-is-better --reliability 0.8 --reliability-source 'a parameter of the case'",
        )],
    )
    .noted("The reliability of 0.80 is a parameter of the case, not a property of the questionnaire. All four visits are compared in the crate.");
    let input = case.csv("input.csv");
    let settings = Settings {
        higher_is_better: false,
        reliability: Some(Reliability { r: 0.8, source: "a parameter of the case".to_owned() }),
        ..Settings::default()
    };
    let found = paired_change(&input.numbers("bdi.pre"), &input.options("bdi.2m"), &settings).unwrap();
    case.same("two months: people lost", found.lost as f64, "/bdi.2m/lost");
    case.same("mean change", found.mean_change, "/bdi.2m/mean_change");
    case.same("its lower 95 % limit", found.interval.lower, "/bdi.2m/ci95/0");
    case.same("p", found.p, "/bdi.2m/p");
    case.same("effect size (Hedges)", found.hedges, "/bdi.2m/hedges_gz");
    let better = found.reliable.unwrap().better.count as f64;
    case.same("people reliably improved", better, "/bdi.2m/reliably_improved");
    case
}

fn reliable(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "14_reliable_change_published",
        "Reliable change of one person",
        "Jacobson and Truax 1991: 4.74 and -3.16; the formula was verified, the printed values are from memory and follow from it",
        &[Like(
            "change scores.csv --person person --before before --after after --reliability 0.8 --reliability-source 'the manual of the measure'",
        )],
    );
    let error = standard_error_of_difference(7.5, 0.8).unwrap();
    case.same("standard error of a difference", error, "/Sdiff");
    case.same("index of reliable change", reliable_change_index(47.5, 32.5, 7.5, 0.8).unwrap(), "/RC");
    case
}

fn kappa(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "16_kappa_cohen",
        "How far two coders agree (Cohen), plain and weighted",
        "Cohen 1968: 0.49, and 0.35 weighted, as in the help page of psych",
        &[
            Like("kappa items.csv --first first --second second"),
            Like("kappa items.csv --first first --second second --weighting quadratic"),
        ],
    )
    .noted("The limits that psych prints for the weighted kappa are not compared: see the limits.");
    let table = |sheet: &Sheet| -> Vec<f64> {
        let columns = ["V1", "V2", "V3"].map(|name| sheet.numbers(name));
        (0..9).map(|cell| columns[cell % 3][cell / 3]).collect()
    };
    let counts = table(&case.csv("input.csv"));
    let plain: Vec<f64> = (0..9).map(|cell| f64::from(u8::from(cell / 3 == cell % 3))).collect();
    let found = cohen(&counts, &plain).unwrap();
    case.same("kappa", found.kappa, "/kappa");
    case.same("its lower 95 % limit", found.interval.lower, "/confid/0/0");
    case.same("agreement", found.observed, "/po");
    let agreement: Vec<f64> =
        table(&case.csv("disagreement_weights.csv")).iter().map(|weight| 1.0 - weight / 6.0).collect();
    case.same("kappa with Cohen's weights", cohen(&counts, &agreement).unwrap().kappa, "/weighted");
    case.same("kappa with squared weights", cohen(&counts, &weights(3, 2.0)).unwrap().kappa, "/quadratic_weighted");
    case
}

fn survey(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "24_survey_stratified",
        "Stratified survey with a finite population: mean, total, ratio",
        "vignette of R's survey on Californian schools: 662.29 (9.4089) and 3687178 (114642)",
        &[
            Run("survey input.csv --value api00 --weight pw --stratum stype --population fpc"),
            Run("survey input.csv --estimate total --value enroll --weight pw --stratum stype --population fpc"),
            Run(
                "survey input.csv --estimate ratio --value api.stu --divided-by enroll --weight pw --stratum stype --population fpc",
            ),
        ],
    );
    let input = case.csv("input.csv");
    let (strata, weights, people) = (input.text("stype"), input.numbers("pw"), input.numbers("fpc"));
    let design = Design { weights: &weights, strata: Some(&strata), clusters: None, population: Some(&people) };
    let api = mean(&input.numbers("api00"), &design, 0.95).unwrap();
    case.same("mean", api.estimate, "/mean");
    case.same("its standard error", api.se, "/se");
    let enrolled = total(&input.numbers("enroll"), &design, 0.95).unwrap();
    case.same("total", enrolled.estimate, "/total");
    case.same("its standard error", enrolled.se, "/se_total");
    let share = ratio(&input.numbers("api.stu"), &input.numbers("enroll"), &design, 0.95).unwrap();
    case.same("ratio", share.estimate, "/ratio");
    case.same("its standard error", share.se, "/se_ratio");
    case
}

fn vaccine(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "26_icer_bcea_vaccine",
        "Cost for each unit of effect from drawn pairs, net benefit, acceptability",
        "documentation of BCEA: 20098 for each quality-adjusted life year",
        &[Like("cost drawn.csv --effect more_effect --cost more_cost --prices 20000,25000,30000 --price-year 2008")],
    )
    .noted(
        "A fifth of the draws lie where the ratio has no meaning, so the command prints the net benefit and no ratio.",
    );
    let input = case.csv("input.csv");
    let less = |one: &str, other: &str| -> Vec<f64> {
        input.numbers(one).iter().zip(input.numbers(other)).map(|(one, other)| one - other).collect()
    };
    let found = evaluate(&less("e1", "e0"), &less("c1", "c0"), &[10_000.0, 20_000.0, 25_000.0]).unwrap();
    case.same("mean difference of effects", found.effect, "/delta_e");
    case.same("mean difference of costs", found.cost, "/delta_c");
    let Verdict::Ratio(icer) = found.verdict else { panic!("no ratio") };
    case.same("their ratio", icer, "/icer");
    case.same("net benefit at 20,000", found.net_benefit[1].mean, "/eib/1/eib");
    case.same("acceptable at 25,000", found.net_benefit[2].acceptable, "/eib/2/ceac");
    case.same("share of draws with more effect and more cost", found.quadrants.north_east, "/quadrants/NE");
    case
}

fn social(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "27_sroi_carbon",
        "Social return on investment, and carbon of appointments avoided",
        "nothing; arithmetic (our own case) by stages 4 and 5 of the guide of the SROI Network; 9.9 kg CO2e for an appointment is the factor of the brief",
        &[
            Like("sroi outcomes.csv --investment 48500 --price-year 2025/26"),
            Run("carbon --avoided 223.2 --lower 0 --upper 400 --basis compared"),
        ],
    );
    let input = case.csv("input.csv");
    let column = |name: &str| input.numbers(name);
    let outcomes: Vec<Outcome> = (0..input.len())
        .map(|row| Outcome {
            name: input.text("outcome")[row].to_owned(),
            quantity: column("quantity")[row],
            proxy: column("proxy")[row],
            deadweight: column("deadweight")[row],
            displacement: column("displacement")[row],
            attribution: column("attribution")[row],
            drop_off: column("dropoff")[row],
            years: column("years")[row] as u32,
        })
        .collect();
    let found = social_return(&outcomes, 48_500.0, 0.035).unwrap();
    case.same("present value of less isolation", found.present_values[0], "/pv/0");
    case.same("present value of all", found.total, "/total");
    case.same("return for each pound", found.ratio, "/sroi");
    case.same("net return for each pound", found.net_ratio, "/net_sroi");
    let avoided = 310.0 * 0.8 * 0.9;
    let kg = carbon(avoided, Interval { lower: 0.0, upper: 400.0 }, &Factor::default()).unwrap().kg;
    case.same("carbon of 223.2 appointments, kg", kg, "/carbon_kg");
    case
}

fn low_baseline() -> Settings {
    Settings { low_baseline: Some(2.0), ..Settings::default() }
}

fn rotherham_like(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "S3_rotherham_like",
        "Change on eight measures of 280 people",
        "Dayson and Bashir 2014 (Rotherham): 83 % on any measure, 61 and 54 % of those who began low; invented people with these shares",
        &[Run(
            "change outcomes_long.csv --person client --measure measure --before baseline --after followup --low-baseline 2",
        )],
    );
    let table = case.csv("outcomes_long.csv");
    let (people, before, after) = (table.text("client"), table.numbers("baseline"), table.options("followup"));
    let any = any_better(&people, &before, &after, &low_baseline()).unwrap();
    case.same("better on any measure", any.count as f64, "/any_improved");
    case.same("its upper 95 % limit, per cent", 100.0 * any.interval.upper, "/any_wilson95/1");
    for (measure, what) in [("feeling_positive", "feeling positive"), ("work_volunteering", "work and volunteering")] {
        let rows = table.only("measure", measure);
        let found = paired_change(&rows.numbers("baseline"), &rows.options("followup"), &low_baseline()).unwrap();
        let low = found.low_baseline.unwrap().progress.better;
        case.same(&format!("{what}: mean after"), found.mean_after, &format!("/measures/{measure}/mean_follow"));
        let pointer = format!("/measures/{measure}/low_pct");
        case.same(&format!("{what}: better of those who began low, per cent"), 100.0 * low.share, &pointer);
    }
    case
}

fn coders(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "S5_thematic_matrix",
        "Themes that two coders found in what 23 people said",
        "nothing but the form, table 1 of Moore and others 2022; the codes are invented",
        &[Run("themes codes_long.csv --respondent respondent --theme definition --first coder_a --second coder_b")],
    );
    let input = case.csv("codes_long.csv");
    let (people, names) = (input.text("respondent"), input.text("definition"));
    let found = themes(&people, &names, &input.flags("coder_a"), &input.flags("coder_b")).unwrap();
    let theme = |name: &str| found.iter().find(|theme| theme.name == name).unwrap();
    let worker = theme("link worker");
    case.same("link worker: found by both", worker.both as f64, "/link worker/both");
    case.same("link worker: agreement", worker.agreement, "/link worker/agreement");
    case.same("link worker: kappa", worker.kappa.unwrap(), "/link worker/kappa");
    case.same("all: agreement", theme("all").agreement, "/ALL/agreement");
    case.same("all: kappa", theme("all").kappa.unwrap(), "/ALL/kappa");
    case
}

fn rotherham(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "S6_rotherham_published",
        "The percentages that the Rotherham guide prints",
        "the guide: 82 % on any measure, eight pairs of percentages; people made up so that all of them come out",
        &[Run(
            "change outcomes_long.csv --person client --measure domain --before baseline --after follow_up --low-baseline 2",
        )],
    )
    .noted("How many people began low is not published and is part of the making.");
    let table = case.csv("outcomes_long.csv");
    let (people, before, after) = (table.text("client"), table.numbers("baseline"), table.options("follow_up"));
    let any = any_better(&people, &before, &after, &low_baseline()).unwrap();
    case.same("better on any measure", any.count as f64, "/any_domain_progressed");
    case.same("the same, per cent", 100.0 * any.share, "/any_domain_pct");
    for (domain, what) in [("money", "money"), ("lifestyle", "lifestyle")] {
        let rows = table.only("domain", domain);
        let found = paired_change(&rows.numbers("baseline"), &rows.options("follow_up"), &low_baseline()).unwrap();
        let low = found.low_baseline.unwrap().progress.better;
        let all = 100.0 * found.progress.better.share;
        case.same(&format!("{what}: better, per cent"), all, &format!("/domains/{domain}/pct"));
        let pointer = format!("/domains/{domain}/low_pct");
        case.same(&format!("{what}: better of those who began low, per cent"), 100.0 * low.share, &pointer);
    }
    case
}
