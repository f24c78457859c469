//! Invented tables, one set for each method, with the columns that its help names.

use std::fmt::Write as _;
use std::path::Path;

/// Numbers that look drawn and are the same each time.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

fn table(head: &str, rows: usize, mut row: impl FnMut(usize, &mut Dice) -> String) -> String {
    let (mut text, mut dice) = (format!("{head}\n"), Dice(7));
    for at in 0..rows {
        writeln!(text, "{}", row(at, &mut dice)).unwrap();
    }
    text
}

fn month(at: usize) -> String {
    format!("{}-{:02}-01", 2020 + at / 12, at % 12 + 1)
}

fn people() -> String {
    table(
        "id,referred,age,female,imd,visits_before,wellbeing_before,wellbeing_after,visits,years,practice,sessions,income",
        240,
        |at, d| {
            let (referred, age, female) = (u64::from(d.next(10) < 4), 30 + d.next(60), d.next(2));
            let (imd, visits, before) = (1 + d.next(10), d.next(12), 2 + d.next(5));
            let after = if d.next(9) == 0 { String::new() } else { (before + d.next(3) + referred).to_string() };
            let (seen, years) = (d.next(8), 1 + d.next(2));
            format!(
                "{at},{referred},{age},{female},{imd},{visits},{before},{after},{seen},{years},P{},{},{}",
                at % 12,
                d.next(7),
                10_000 + d.next(40_000)
            )
        },
    )
}

/// The tables of a method.
pub fn of(method: &str) -> Vec<(&'static str, String)> {
    let one = |name, text| vec![(name, text)];
    match method {
        "rate" => vec![
            ("referrals.csv", table("practice,date", 400, |at, d| format!("P{},2026-03-{:02}", d.next(20), at % 28 + 1))),
            ("practices.csv", table("practice,list_size,imd_decile", 21, |at, d| format!("P{at},{},{}", 2_000 + d.next(9_000), at % 10 + 1))),
        ],
        "proportion" => one("coded.csv", table("practice,coded,offered", 6, |at, d| format!("P{at},{},60", d.next(60)))),
        "mean" => one("scores.csv", table("wellbeing", 30, |at, d| if at == 3 { "NA".to_owned() } else { d.next(11).to_string() })),
        "iif" => one("networks.csv", table("network,registered,referred,declined", 5, |at, d| format!("U{at},41200,{},{}", 300 + d.next(400), d.next(40)))),
        "dsr" | "isr" => one("ages.csv", table("area,age,referrals,people,england_referrals,england_people", 38, |at, d| {
            format!("{},{},{},{},{},3200000", if at < 19 { "Northtown" } else { "Southtown" }, at % 19, 1 + d.next(9), 900 + d.next(900), 3_000 + d.next(900))
        })),
        "funnel" => one("practices.csv", table("practice,referred,registered", 30, |at, d| { let n = 2_000 + d.next(9_000); format!("P{at},{},{n}", n / 100 + d.next(40)) })),
        "xmr" => one("monthly.csv", table("practice,month,referrals", 60, |at, d| format!("P{},{},{}", at / 30, month(at % 30), 10 + d.next(9)))),
        "shewhart" | "run" => one("monthly.csv", table("month,coded,offered,referrals", 30, |at, d| format!("{},{},60,{}", month(at), 20 + d.next(20), 10 + d.next(9)))),
        "interrupted" => one("monthly.csv", table("month,admissions,people", 59, |at, d| format!("{},{},120000", month(at), 400 + d.next(60) - at as u64))),
        "pre-post" => one("survey.csv", table("code,before,after", 30, |at, d| {
            let before = 1 + d.next(4);
            let after = if at % 7 == 0 { String::new() } else { (before + d.next(2)).to_string() };
            format!("k{at},{before},{after}")
        })),
        "repeat" => one("audit.csv", "when,referrals,list\nbaseline,31,8200\nrepeat,52,8230\nre-audit,49,8300\n".to_owned()),
        "change" => one("scores.csv", table("person,measure,before,after", 60, |at, d| {
            let before = 1 + d.next(6);
            let after = if at % 9 == 0 { String::new() } else { (before + d.next(4)).to_string() };
            format!("p{},{},{before},{after}", at / 2, if at % 2 == 0 { "wellbeing" } else { "loneliness" })
        })),
        "match" | "weight" | "standardise" | "rate-ratio" | "impute" | "concentration" => one("people.csv", people()),
        "did" => one("weeks.csv", table("outcome,referred,after,practice", 320, |at, d| {
            let (referred, after) = (u64::from(at % 16 < 8), u64::from(at / 16 % 2 == 1));
            format!("{},{referred},{after},P{}", 4 + d.next(6) + referred * 3 - referred * after, at % 16)
        })),
        "panel" => one("panel.csv", table("practice,quarter,rate,live", 160, |at, d| {
            let (unit, quarter) = (at / 8, at % 8 + 1);
            let live = u64::from(unit < 10 && quarter > 4);
            format!("P{unit},{quarter},{}.{},{live}", 4 + live, d.next(10))
        })),
        "mixed" => one("scores.csv", table("person,week,arm,score", 160, |at, d| {
            let (person, week) = (at / 4, (at % 4) * 4);
            let own = (person * 7 % 5) as u64;
            format!("p{person},{week},{},{}.{}", if person % 2 == 0 { "link worker" } else { "usual" }, 3 + own + week as u64 * (1 + own % 3) / 6 + d.next(2), d.next(10))
        })),
        "repeated" => one("scores.csv", table("person,visit,arm,score", 120, |at, d| {
            format!("p{},{},{},{}.{}", at / 3, at % 3 + 1, if at / 3 % 2 == 0 { "link worker" } else { "usual" }, 3 + d.next(4), d.next(10))
        })),
        "regression" => one("visits.csv", table("visits,years,age,sex,practice", 300, |at, d| {
            let burst = if d.next(5) == 0 { 9 } else { 0 };
            format!("{},{},{},{},P{}", d.next(5) + burst, 1 + d.next(2), 30 + d.next(60), if d.next(2) == 0 { "F" } else { "M" }, at % 20)
        })),
        "before-after" => one("visits.csv", table("person,before,after,referred", 120, |at, d| {
            let referred = u64::from(at % 2 == 0);
            format!("p{at},{},{},{referred}", 4 + d.next(5) + referred * 2, 4 + d.next(5) + referred)
        })),
        "inequality" => one("tenths.csv", table("tenth,people,rate,se", 10, |at, d| format!("{},41000,{}.{},0.4", at + 1, 9 - at / 2, d.next(10)))),
        "waiting" => one("waits.csv", table("days,seen,practice", 80, |at, d| format!("{},{},P{}", 1 + d.next(60), u64::from(d.next(5) > 0), at % 2))),
        "cost" => one("trial.csv", table("qaly,cost,referred", 120, |at, d| format!("0.{},{},{}", 60 + d.next(30), 300 + d.next(300), at % 2))),
        "sroi" => one("outcomes.csv", "name,quantity,proxy,deadweight,displacement,attribution,drop_off,years\nLess lonely,60,1100,0.25,0.05,0.3,0.2,3\n".to_owned()),
        "protect" | "noise" => one("counts.csv", table("practice,outcome,people", 12, |at, d| format!("P{},o{},{}", at / 4, at % 4, if at == 5 { 3 } else { 12 + d.next(40) }))),
        "survey" => one("answers.csv", table("score,weight,region,in_region", 60, |at, d| format!("{},44.2,{},{}", d.next(11), if at % 2 == 0 { "north" } else { "south" }, 4_421))),
        "rake" => vec![
            ("answers.csv", table("id,age,sex", 60, |at, d| format!("{at},{},{}", if d.next(3) == 0 { "65+" } else { "18-64" }, if d.next(2) == 0 { "F" } else { "M" }))),
            ("targets.csv", "margin,group,people\nage,65+,2100\nage,18-64,7900\nsex,F,5200\nsex,M,4800\n".to_owned()),
        ],
        "themes" => one("codes.csv", table("respondent,theme,first,second", 60, |at, d| format!("r{},{},{},{}", at / 3, ["holistic", "signposting", "link"][at % 3], d.next(2), d.next(2)))),
        "kappa" => one("items.csv", table("first,second,yes,no,unclear", 50, |_, d| {
            let first = d.next(3);
            let second = if d.next(4) == 0 { d.next(3) } else { first };
            let yes = d.next(4);
            format!("{},{},{yes},{},1", ["a", "b", "c"][first as usize], ["a", "b", "c"][second as usize], 3 - yes)
        })),
        _ => vec![],
    }
}

/// The tables of a method as files in a folder.
pub fn write(folder: &Path, method: &str) {
    for (name, text) in of(method) {
        std::fs::write(folder.join(name), text).unwrap();
    }
}
