//! Rates, shares, charts and funnels.

use std::path::Path;

use fingerpost_statistics::concentration::grouped;
use fingerpost_statistics::disclosure::{Noise, below, exact, protect, two_way};
use fingerpost_statistics::equity::{Scale, Simulation, slope};
use fingerpost_statistics::funnel::overdispersion::{Transform, Trim, overdispersion};
use fingerpost_statistics::funnel::{Measure, funnel};
use fingerpost_statistics::iif::{PC_01, achievement};
use fingerpost_statistics::mean::mean;
use fingerpost_statistics::proportion::{categories, wilson};
use fingerpost_statistics::rate::{byar, exact_poisson, rate};
use fingerpost_statistics::run_chart::run_chart;
use fingerpost_statistics::shewhart::{Kind, control_chart};
use fingerpost_statistics::standardised::{EUROPEAN_2013, direct, expected, indirect};
use fingerpost_statistics::xmr::{Better, Settings, Variation, chart};

use crate::support::Command::{Like, Run};
use crate::support::{Case, USUAL};

pub fn cases(folder: &Path) -> Vec<Case> {
    vec![
        rates(folder),
        standardised(folder),
        inequality(folder),
        xmr(folder),
        shewhart(folder),
        run(folder),
        spread(folder),
        concentration(folder),
        protected(folder),
        noise(folder),
        frequency(folder),
        indicator(folder),
    ]
}

fn rates(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "01_rates_wilson_byar",
        "Rates (exact below 10 events, Byar from 10 on), shares (Wilson), means (Student)",
        "the sheets with which the public health office (OHID) tests PHEindicatormethods print these limits",
        &[
            Like("rate --events referrals.csv --by practice --population practices.csv"),
            Like("proportion coded.csv --group practice --count coded --total offered"),
            Run("mean mean_input.csv --value values"),
        ],
    );
    let two = rate(2, 820.0, 1000.0, 0.95).unwrap();
    case.same("2 events among 820 people, rate per 1,000", two.rate, "/rate_per_1000_820_2/rate");
    case.same("its upper limit, exact", two.interval.upper, "/rate_per_1000_820_2/exact95/1");
    case.same("9 events, lower 99.8 % limit, exact", exact_poisson(9, 0.998).unwrap().lower, "/exact_examples/3/l998");
    case.same("65 events, upper 95 % limit, Byar", byar(65, 0.95).unwrap().upper, "/byar_examples/1/u95");
    case.same(
        "23 of 25, lower 95 % limit, Wilson",
        wilson(23, 25, 0.95).unwrap().interval.lower,
        "/wilson_examples/2/ci95/0",
    );
    let all = mean(&case.csv("mean_input.csv").numbers("values"), 0.95).unwrap();
    let printed = case.csv("mean_expected.csv").only("area", "No grouping").numbers("upper95_0cl")[0];
    case.beside("upper 95 % limit of a mean, Student", all.interval.upper, printed, USUAL);
    case
}

fn standardised(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "02_dsr_isr",
        "Directly standardised rate (Dobson's limits), indirectly standardised ratio",
        "result sheets of the public health office (OHID); one row of them is misprinted ten times too high and not used",
        &[
            Like("dsr ages.csv --group area --age age --events count --population people --per 100000"),
            Like(
                "isr ages.csv --group area --events count --population people --reference-events england_count --reference-population england_people",
            ),
        ],
    );
    let (input, reference) = (case.csv("input.csv"), case.csv("reference.csv"));
    for (at, area) in ["testdata_big", "testdata_small"].into_iter().enumerate() {
        let rows = input.only("area", area);
        let people = rows.numbers("pop");
        let found = direct(&rows.counts("count"), &people, &EUROPEAN_2013, 100_000.0, 0.95).unwrap();
        case.same(&format!("{area}: rate per 100,000"), found.rate, &format!("/dsr_per_100000/{at}/value"));
        let pointer = format!("/dsr_per_100000/{at}/upper95_0cl");
        case.same(&format!("{area}: its upper 95 % limit"), found.interval.upper, &pointer);
        let hoped = expected(&people, &reference.numbers("refcount"), &reference.numbers("refpop")).unwrap();
        let ratio = indirect(rows.counts("count").iter().sum(), hoped, 0.95).unwrap();
        case.same(&format!("{area}: observed over expected"), ratio.ratio, &format!("/isr/{at}/value"));
    }
    case
}

fn inequality(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "05_sii_open",
        "Slope and relative index of inequality over tenths of deprivation",
        "columns sii and rii of the sheet of the public health office (OHID)",
        &[Run(
            "inequality input.csv --group Quantile --population Population --value Value --standard-error StandardError --edition 'as in the case'",
        )],
    )
    .noted("The limits are simulated there and here, with other random numbers.");
    let input = case.csv("input.csv");
    let (people, values, errors) =
        (input.numbers("Population"), input.numbers("Value"), input.numbers("StandardError"));
    let found = slope(&people, &values, &errors, Scale::Plain, &Simulation::default()).unwrap();
    case.same("slope index", found.sii, "/sii");
    case.same("relative index", found.rii, "/rii");
    case.within("lower limit of the slope index", found.sii_interval.lower, "/sii_lowercl_1", 0.01);
    case.within("upper limit of the slope index", found.sii_interval.upper, "/sii_uppercl_1", 0.01);
    case
}

fn xmr(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "06_xmr_making_data_count",
        "XmR chart by the rules of NHS Making Data Count",
        "vignette of NHSRplotthedots: 4.6, 1.94, -0.72 with screening, 6.95, 1.94, -3.06 without, as the Excel tool",
        &[
            Run("xmr vignette_18pts.csv --date period --value data"),
            Run("xmr vignette_18pts.csv --date period --value data --no-screening"),
            Run("xmr ae_RQM_type1.csv --date period --value breaches --better lower"),
        ],
    );
    let values = case.csv("vignette_18pts.csv").numbers("data");
    let screened = chart(&values, &Settings::default()).unwrap();
    let kept = chart(&values, &Settings { screen: false, ..Settings::default() }).unwrap();
    case.same("vignette: mean", screened.mean[0], "/vignette_screened/mean_col");
    case.same("vignette: upper limit, screened", screened.upper[0], "/vignette_screened/upl");
    case.same("vignette: upper limit, as the Excel tool", kept.upper[0], "/vignette_excel/upl");
    let breaches = case.csv("ae_RQM_type1.csv").numbers("breaches");
    let drawn = chart(&breaches, &Settings { better: Better::Lower, ..Settings::default() }).unwrap();
    case.same("a hospital's breaches: upper limit", drawn.upper[0], "/rqm_breaches/summary/upl");
    let count = |kind: Variation| {
        (0..breaches.len()).filter(|at| drawn.variation(*at, &breaches, Better::Lower) == kind).count() as f64
    };
    let pointer = "/rqm_breaches/summary/special_cause_improvement";
    case.same("its points that show improvement", count(Variation::Improvement), pointer);
    case.same("its points of concern", count(Variation::Concern), "/rqm_breaches/summary/special_cause_concern");
    case
}

fn shewhart(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "07_shewhart_montgomery",
        "Shewhart's p, c, u, I and moving range charts",
        "Montgomery, Introduction to Statistical Quality Control, examples 6.5, 7.1, 7.3 and 7.4; the expected digits are those of qicharts2",
        &[
            Run(
                "shewhart tbl_07_03.csv --chart p --date sample --value count --size size --baseline 30 --exclude 15,23",
            ),
            Run("shewhart tbl_07_08.csv --chart c --date sample --value count --baseline 26 --exclude 6,20"),
            Run("shewhart tbl_07_10.csv --chart u --date sample --value count --size size"),
            Run("shewhart tbl_06_07.csv --chart i --date weeks --value cost --baseline 20"),
        ],
    );
    let table = case.csv("tbl_07_03.csv");
    let (counts, sizes) = (table.numbers("count"), table.numbers("size"));
    let all = control_chart(Kind::P, &counts[..30], &sizes[..30], None, &[]).unwrap();
    case.same("7.1: centre of 30 samples (printed 0.2313)", all.centre, "/p_7.1_all30/0/cl");
    let revised = control_chart(Kind::P, &counts[..30], &sizes[..30], None, &[14, 22]).unwrap();
    case.same("7.1: without samples 15 and 23 (printed 0.2150)", revised.centre, "/p_7.1_excl_15_23/0/cl");
    case.same("7.1: its upper limit (printed 0.3893)", revised.limits[0].upper, "/p_7.1_excl_15_23/0/ucl");
    let flaws = control_chart(Kind::C, &case.csv("tbl_07_08.csv").numbers("count"), &[], Some(26), &[5, 19]).unwrap();
    case.same("7.3: upper limit of c", flaws.limits[0].upper, "/c_7.3/0/ucl");
    let units = case.csv("tbl_07_10.csv");
    let errors = control_chart(Kind::U, &units.numbers("count"), &units.numbers("size"), None, &[]).unwrap();
    case.same("7.4: upper limit of u (printed 0.1894)", errors.limits[0].upper, "/u_7.4/0/ucl");
    let single = control_chart(Kind::I, &case.csv("tbl_06_07.csv").numbers("cost"), &[], Some(20), &[]).unwrap();
    case.same("6.5: upper limit of I (printed 321.22)", single.limits[0].upper, "/i_6.5/0/ucl");
    case
}

fn run(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "08_run_chart_open",
        "Run chart (Anhoej's rules) and Laney's p' chart",
        "the accidents of the vignette of qicharts2 (Mohammed 2013)",
        &[
            Like("run monthly.csv --date month --value share"),
            Run("shewhart input.csv --chart laney-p --date i --value r --size n"),
        ],
    );
    let table = case.csv("input.csv");
    let (counts, sizes) = (table.numbers("r"), table.numbers("n"));
    let shares: Vec<f64> = counts.iter().zip(&sizes).map(|(r, n)| r / n).collect();
    let found = run_chart(&shares).unwrap();
    case.same("median", found.median, "/run/0/cl");
    case.same("longest run", found.runs.longest as f64, "/run/0/longest.run");
    case.same("longest run that chance allows", found.runs.longest_expected as f64, "/run/0/longest.run.max");
    case.same("crossings", found.runs.crossings as f64, "/run/0/n.crossings");
    case.same("fewest crossings that chance allows", found.runs.crossings_expected as f64, "/run/0/n.crossings.min");
    let laney = control_chart(Kind::LaneyP, &counts, &sizes, None, &[]).unwrap();
    case.same("p': upper limit of the first point", laney.limits[0].upper, "/pprime/0/ucl");
    case
}

fn spread(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "09_funnel_overdispersion_medpar",
        "Funnel of a ratio, plain and with limits for overdispersion (Spiegelhalter 2005)",
        "the model of FunnelPlotR's vignette on medpar; spread from its od_adjustment.R",
        &[
            Run("funnel aggregated.csv --unit provnum --count numerator --denominator denominator --measure ratio"),
            Run(
                "funnel aggregated.csv --unit provnum --count numerator --denominator denominator --measure ratio --spread square-root",
            ),
        ],
    )
    .noted(
        "FunnelPlotR takes z as 1.959964, so its widened limits agree to 1e-7. For SHMI it rounds expected numbers to two decimals; \
         the comparison does too.",
    );
    let input = case.csv("aggregated.csv");
    let (observed, hoped) = (input.numbers("numerator"), input.numbers("denominator"));
    let rounded: Vec<f64> = hoped.iter().map(|n| (n * 100.0).round() / 100.0).collect();
    let shmi = overdispersion(&observed, &rounded, Transform::LogRatio, Trim::Truncate).unwrap();
    case.same("SHMI: phi", shmi.phi, "/SHMI/phi");
    case.same("SHMI: tau squared", shmi.tau_squared, "/SHMI/tau2");
    let at = input.text("provnum").iter().position(|unit| *unit == "30001").unwrap();
    let widened = shmi.limits(0.95).unwrap()[at];
    case.within("SHMI: hospital 30001, upper 95 % limit, widened", widened.upper, "/SHMI/sample/0/OD95UCL", 1e-7);
    let plain = funnel(&input.counts("numerator"), &hoped, Measure::Ratio).unwrap();
    case.same("hospital 30001, upper 95 % limit, plain", plain.limits_95[at].upper, "/CQC/sample/0/UCL95");
    let cqc = overdispersion(&observed, &hoped, Transform::SquareRootRatio, Trim::Winsorise(0.1)).unwrap();
    case.same("CQC: phi", cqc.phi, "/CQC/phi");
    case.same("CQC: tau squared", cqc.tau_squared, "/CQC/tau2");
    case
}

fn concentration(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "25_concentration_index_grouped",
        "Concentration index from fifths of wealth",
        "nothing; arithmetic (our own case)",
        &[Like("concentration people.csv --value visits --rank-by income")],
    )
    .noted("Its standard error is checked in the crate against the delta method, not here.");
    let input = case.csv("input.csv");
    let (births, deaths) = (input.numbers("births"), input.numbers("deaths"));
    case.same("deaths under five by wealth", grouped(&births, &deaths, true, 0.95).unwrap().index, "/CI");
    let turned = |values: &[f64]| values.iter().rev().copied().collect::<Vec<_>>();
    let other = grouped(&turned(&births), &turned(&deaths), true, 0.95).unwrap();
    let theirs = -case.at("/CI");
    case.beside("the same ranked from the other end", other.index, theirs, USUAL);
    case
}

fn protected(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "28_disclosure_control",
        "Small counts hidden, further cells hidden with them, and an attack from the totals",
        "nothing; tables of our own, the rule is that of NHS Digital for hospital data, before and after 2018",
        &[Like("protect counts.csv --row practice --column outcome --count people --rule below-5")],
    )
    .noted("All cells, totals and intervals of the three tables are compared in the crate.");
    let tables: [(usize, usize, &[u64]); 3] = [
        (3, 3, &[12, 3, 30, 25, 40, 18, 9, 22, 2]),
        (4, 3, &[0, 6, 8, 7, 13, 12, 3, 4, 5, 17, 22, 23]),
        (2, 2, &[20, 4, 31, 50]),
    ];
    for (at, (rows, columns, counts)) in tables.into_iter().enumerate() {
        let found = protect(counts, &two_way(rows, columns), &below(5)).unwrap();
        let name = at + 1;
        let pointer = format!("/t{name}/optimal_secondary/lost_count");
        case.same(&format!("table {name}: people in the further cells"), found.lost as f64, &pointer);
        if at < 2 {
            let pointer = format!("/t{name}/optimal_secondary/intervals/0/1");
            // The reference's attacker takes hidden cells for empty ones too; ours knows that zeros are always shown.
            let most = exact(counts, &two_way(rows, columns), &found.hidden).interval(found.primary[0]).unwrap().upper;
            case.same(&format!("table {name}: most that the first small cell can be"), most, &pointer);
        }
    }
    let (rows, columns, counts) = tables[0];
    let hidden: Vec<bool> = counts.iter().map(|count| below(5).hides(*count)).collect();
    let known = exact(counts, &two_way(rows, columns), &hidden).interval(1).unwrap();
    case.same(
        "table 1: what an attack finds without further cells",
        known.upper,
        "/t1/attack_on_lt5_with_exact_margins/0,1/1",
    );
    case
}

fn noise(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "29_dp_geometric",
        "Counts with two-sided geometric noise",
        "formula of Ghosh, Roughgarden and Sundararajan 2009",
        &[Like("noise cells.csv --cell practice --count people --epsilon 1 --seed 48151623")],
    );
    for epsilon in ["0.1", "1.0"] {
        let noise = Noise::new(epsilon.parse().unwrap(), 1.0).unwrap();
        let zero = noise.probability_of_zero();
        case.same(&format!("epsilon {epsilon}: chance of no noise"), zero, &format!("/{epsilon}/p_zero"));
        case.same(&format!("epsilon {epsilon}: variance"), noise.variance(), &format!("/{epsilon}/variance"));
        case.same(
            &format!("epsilon {epsilon}: chance of at most 5"),
            noise.within(5),
            &format!("/{epsilon}/p_abs_le_5"),
        );
    }
    case
}

fn frequency(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "S1_moore_table2",
        "How often do you refer: answers of 23 practices' staff",
        "Moore, Unwin, Evans and Howie 2022, table 2: 3, 3, 7, 5 and 5 of 23",
        &[Run(
            "proportion responses.csv --group referral_frequency --order '2-3 times a week,weekly,fortnightly,monthly,less often'",
        )],
    )
    .noted("That a practice has 820 appointments a month is inferred in the case, not printed in the paper.");
    let found = categories(&[3, 3, 7, 5, 5], 0.95).unwrap();
    let fortnightly = &found.shares[2];
    case.same("fortnightly, per cent", 100.0 * fortnightly.share, "/percent/fortnightly");
    case.same("its lower 95 % limit", 100.0 * fortnightly.interval.lower, "/wilson95/fortnightly/0");
    case.same("its upper 95 % limit", 100.0 * fortnightly.interval.upper, "/wilson95/fortnightly/1");
    let two = wilson(2, 820, 0.95).unwrap();
    case.same("2 of 820, per cent", 100.0 * two.share, "/rate_percent");
    case.same("its upper 95 % limit", 100.0 * two.interval.upper, "/rate_wilson95_percent/1");
    case
}

fn indicator(folder: &Path) -> Case {
    let mut case = Case::open(
        folder,
        "S2_iif_pc01",
        "The indicator of the networks, IIF PC-01",
        "nothing but the thresholds 1.2 and 1.6 % as Ardens describes them; invented networks. That points are linear between the thresholds is not from a page that was read",
        &[Run("iif pcn.csv --network pcn --registered registered --referred referred_12m")],
    );
    let input = case.csv("pcn.csv");
    for name in ["PCN03", "PCN04"] {
        let row = input.only("pcn", name);
        let found = achievement(&PC_01, row.counts("registered")[0], row.counts("referred_12m")[0], 0, 0.95).unwrap();
        case.same(&format!("{name}: per cent referred"), 100.0 * found.proportion.share, &format!("/{name}/pct"));
        let upper = 100.0 * found.proportion.interval.upper;
        case.same(&format!("{name}: upper 95 % limit"), upper, &format!("/{name}/wilson95/1"));
        let share = format!("/{name}/share_of_points");
        case.same(&format!("{name}: share of the points"), found.share_of_points, &share);
    }
    case
}
