//! What the page says besides its numbers.

pub const TITLE: &str = "# Statistics: our answers beside those of others

Made by `crates/evaluation/tests/references`; do not edit. `UPDATE_SNAPSHOTS=1 cargo test -p fingerpost-evaluation --test references`
writes it anew. The test fails when a difference is larger than its tolerance, when a command below is not understood or gives no
answer, and when this page is not what is made.";

pub const HOW_TO_READ: &str = "## How to read it

- A case is data of somebody else, or of our own where none is published, with the numbers that another program gives for them: R 4.2.2
  and its packages, SAS, a sheet of a public body, or plain arithmetic. \"Published\" says where somebody printed a number of the case;
  where it says nothing, nobody did, and theirs is arithmetic done apart from this program.
- *ours* is what this program answers, *theirs* what the case expects, both to seven digits, or to five where the tolerance is wider
  than 1e-5. *difference* is the next power of ten above the difference of the two as a share of theirs, from all digits. Nothing finer
  than 1e-11 is told apart: expected numbers have fifteen digits, machines differ in the last of ours, and the page is the same on all.
- *tolerance* is what the difference may be. It is 1e-9 where nothing stands in the way. A wider one means that the other program
  rounds, stops early or simulates, and the case says which.
- Agreement says that the arithmetic is that of the other program. It does not say that the method suits your question, and it is no
  proof where both could be wrong in the same way.
- Shown are the chief numbers of each case. The tests of `crates/statistics` and `crates/statistics-models` compare more of each case,
  and hold the methods to textbook numbers, closed forms and invariances that need no case.
- The cases are not part of the checkout: some of their data have other licences. Without them the test says LEFT OUT and passes.";

pub const LIMITS: &str = "- Matching without a caliper finds an effect that is not there a little too often when people were picked by what they are matched
  on (see the end of the page). `match` warns; 0.2 is usual.
- Dates are read with the day before the month: 03/04/2025 is the third of April. A month that is missing is named by `xmr`, `run`
  and `shewhart`, whose points beside it count as neighbours, and refused by `interrupted` and Newey-West errors; a missing day
  may be a holiday, and is only named. Where most points do not follow at one step, and of weeks written as 202452, nothing is said to be missing.
- Errors of few clusters, and counts of few people, come out too small. In 600 studies each without any effect, normal limits found one
  in 27, 16 and 11 of a hundred with 4, 6 and 10 clusters, and in 8 to 10 with 5 to 20 people in a group. Limits are now Student's
  with one degree of freedom less than there are clusters, and the answer warns below 40 clusters and 30 people: a warning is not a cure.
- `waiting`, `survey` and the models keep their columns: ten million rows want gigabytes. `rate` counts as it reads, in 40 MiB.
- Cases 03 and 10 are not at hand. Funnels of rates and of proportions, and overdispersed funnels of a share (arcsine) and of a ratio
  of two counts, have no reference. They are tested on their own arithmetic only.
- FunnelPlotR takes z as 1.959964 and 3.090232; here it is the exact quantile. Its widened limits are compared to 1e-7.
- The limits that psych prints for the weighted kappa (-0.34 to 1) disagree with Fleiss, Cohen and Everitt. They are not compared. Ours
  agree with the delta method, found by small steps.
- The picks of MatchIt 4.5.1, the version of the distribution, are not compared: it left the caliper out on the case and did not pick
  the nearest control by its own definition. Two matchers written apart from ours are the reference. A newer MatchIt was not at hand.
- The intervals of case 18 use 1.96 in place of the exact quantile.
- SAS stops 6e-6 short of the maximum of -2 log-likelihood in case 20 and nlme about 1e-4 short in its estimates, so estimates of that
  case are held to 1e-3.
- R's `glm` takes standard errors from the step before its last (cases 21 and 22), and `glm.nb` stops early (case 22).
- Simulated limits (case 05, bootstraps of cost and effect) depend on random numbers. Those of case 05 are held to 1 %, the bootstrap to
  a standard error that is known.
- Further cells hidden in a table are the cheapest choice up to 16 candidates. Beyond that they are a good choice that leaves none
  hidden in vain, and the answer says so.
- Mixed models with random slopes have no published reference here. They are tested for their invariances. With a random intercept alone
  they are held to SAS's printed example.
- The filling of gaps draws numbers or picks donors. There is no imputer for yes-or-no columns (no logistic one). The pooling is
  compared (case 23), the filling is not.
- Cases S1 to S6 are shaped to printed numbers, and all but S1 have invented rows: they show that the printed number comes out of raw
  rows, not that our rows are those of the study.
- Not compared with a case, but in the tests of the crates: counts and their repeats (`repeat`) with R's help page, panels (`panel`) with a
  published study, event studies with the means they are made of, raking (`rake`) with its margins, Fleiss' kappa with Scott's pi.
- Where a case is asked in another form than the command reads, the method is compared and the command is only checked to be understood.
  Every other command is run, and one of the numbers of its case has to be in its answer.";

/// An analysis with how it is asked.
pub struct Analysis {
    pub what: &'static str,
    pub commands: &'static [&'static str],
    pub cases: &'static [&'static str],
}

const fn of(what: &'static str, commands: &'static [&'static str], cases: &'static [&'static str]) -> Analysis {
    Analysis { what, commands, cases }
}

pub const ANALYSES: &[Analysis] = &[
    of(
        "Referral rate per 1,000, exact below 10 events, Byar from 10 on",
        &["rate --events referrals.csv --by practice --population practices.csv"],
        &["01"],
    ),
    of(
        "Shares with Wilson's limits",
        &["proportion coded.csv --group practice --count coded --total offered"],
        &["01", "S1"],
    ),
    of(
        "Indicator IIF PC-01",
        &["iif networks.csv --network network --registered registered --referred referred"],
        &["S2"],
    ),
    of(
        "Mean; directly and indirectly standardised rates",
        &[
            "mean people.csv --value wellbeing_after",
            "dsr ages.csv --group area --age age --events referrals --population people",
            "isr ages.csv --group area --events referrals --population people --reference-events england_referrals --reference-population england_people",
        ],
        &["01", "02"],
    ),
    of(
        "Funnel",
        &["funnel practices.csv --unit practice --count referred --denominator list_size --measure proportion"],
        &["09"],
    ),
    of(
        "Funnel with limits for overdispersion (Spiegelhalter 2005)",
        &[
            "funnel practices.csv --unit practice --count referred --denominator expected --measure ratio --spread log-ratio --ends truncate",
        ],
        &["09"],
    ),
    of(
        "XmR chart of NHS Making Data Count",
        &["xmr practice-months.csv --group practice --date month --value referrals --better higher --target 20"],
        &["06"],
    ),
    of(
        "Shewhart's charts: p, u, c, I, MR, Laney's p'",
        &["shewhart monthly.csv --chart p --date month --value coded --size offered"],
        &["07", "08"],
    ),
    of("Run chart (Schilling; Anhoej)", &["run monthly.csv --date month --value referrals --change 37"], &["08"]),
    of(
        "Survey before and after: McNemar, Wilcoxon, Pratt",
        &[
            "pre-post survey.csv --key code --before knows_before --after knows_after --yes-no",
            "pre-post survey.csv --key code --before before --after after --highest 5",
        ],
        &["11", "12"],
    ),
    of(
        "A count and its repeats, exact",
        &["repeat audit.csv --time when --count referrals --exposure list --baseline baseline"],
        &[],
    ),
    of(
        "Change of each person, losses, reliable change (Jacobson and Truax)",
        &["change scores.csv --person person --measure measure --before before --after after --low-baseline 2"],
        &["13", "14", "S3", "S6"],
    ),
    of(
        "Matched comparison, effect on the treated",
        &[
            "match people.csv --treat referred --outcome wellbeing_after --covariates age,female,imd,visits_before --caliper 0.2",
        ],
        &["17"],
    ),
    of(
        "Weighting, and standardisation by a model (g-formula)",
        &[
            "weight people.csv --treat referred --outcome wellbeing_after --covariates age,female,imd,visits_before --effect-on stabilised",
            "standardise people.csv --treat referred --outcome wellbeing_after --covariates age,female,imd --differs-by age",
        ],
        &["17", "18"],
    ),
    of(
        "Difference in differences; panels and event studies",
        &[
            "did contacts.csv --outcome visits --exposed referred --after after --cluster practice",
            "panel panel.csv --unit practice --period quarter --outcome rate --exposed live",
        ],
        &["19", "S4"],
    ),
    of(
        "Repeated measures (MMRM) and mixed models",
        &[
            "repeated repeated.csv --outcome score --person person --visit visit --terms 'arm*visit'",
            "mixed repeated.csv --outcome score --person person --terms 'arm*week' --slope week",
        ],
        &["20"],
    ),
    of(
        "Interrupted time series",
        &["interrupted monthly.csv --date month --value admissions --person-time people --before 36 --harmonics 2"],
        &["21"],
    ),
    of(
        "Use of services: rate ratios, before and after, regression of counts",
        &[
            "rate-ratio people.csv --events visits --person-time years --exposed referred --family negative-binomial",
            "before-after appointments.csv --before before --after after --exposed referred",
            "regression people.csv --family negative-binomial --outcome visits --terms age,sex --person-time years",
        ],
        &["22", "S4"],
    ),
    of(
        "Gaps filled many times over (Rubin; Barnard and Rubin)",
        &["impute people.csv --outcome wellbeing_after --covariates wellbeing_before,age,referred --imputations 40"],
        &["23"],
    ),
    of(
        "Equity: slope and relative index, concentration index",
        &[
            "inequality tenths.csv --group tenth --population people --value rate --standard-error se --edition 'IMD 2019'",
            "concentration people.csv --value visits --rank-by income",
        ],
        &["05", "25"],
    ),
    of(
        "Waiting time (Kaplan and Meier; log-rank)",
        &["waiting waits.csv --time days --event seen --group practice --target 14"],
        &["15"],
    ),
    of(
        "Economics: net benefit, cost for each unit of effect, social return",
        &[
            "cost trial.csv --effect qaly --cost cost --treat referred --prices 20000,30000 --price-year 2025/26",
            "sroi outcomes.csv --investment 48000 --price-year 2025/26",
        ],
        &["26", "27"],
    ),
    of("Carbon of appointments avoided", &["carbon --avoided 180 --lower 20 --upper 340 --basis compared"], &["27"]),
    of(
        "Disclosure control: tables made safe, noise of a known size",
        &[
            "protect counts.csv --row practice --column outcome --count people --rule below-5",
            "noise cells.csv --cell practice --count people --epsilon 1 --seed 48151623",
        ],
        &["28", "29"],
    ),
    of(
        "Surveys: strata, clusters, raking",
        &[
            "survey answers.csv --value score --weight weight --stratum region --population in_region",
            "rake answers.csv --margins age,sex --targets targets.csv",
        ],
        &["24"],
    ),
    of(
        "Themes and coders (Cohen, Fleiss)",
        &[
            "themes codes.csv --respondent respondent --theme theme --first first --second second",
            "kappa items.csv --first first --second second",
        ],
        &["16", "S5"],
    ),
];
