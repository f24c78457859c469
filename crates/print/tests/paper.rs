//! What is promised of paper: it is PDF/UA, it holds what it was given and nothing reads what was typed as markup.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fingerpost_print::{Bar, Evidence, Letter, Message, Part, PlanCopy, PrintedTable, Report, Step};

/// With a file to look at when `FINGERPOST_PAPER` names a folder.
fn kept(name: &str, pdf: &[u8]) {
    if let Ok(folder) = std::env::var("FINGERPOST_PAPER") {
        std::fs::write(std::path::Path::new(&folder).join(name), pdf).unwrap();
    }
}

fn letter(words: &str) -> Letter {
    let part = |heading: &str, lines: &[&str]| Part {
        heading: heading.into(),
        lines: lines.iter().map(ToString::to_string).collect(),
    };
    Letter {
        title: "How it ended".into(),
        sent: "Sent 3 November 2026 at 2.15pm".into(),
        from: "Wexley Vale Social Prescribing".into(),
        to: "Dr Anil Ferreira, Tannery Lane Surgery".into(),
        about: vec![
            ("Who".into(), "Peggy Alderthwaite, born 4 June 1947".into()),
            ("NHS number".into(), "999 000 0018".into()),
        ],
        parts: vec![
            part("Plan and requested actions", &["No action is requested."]),
            part("What matters to me", &[words]),
            part(
                "Services and care",
                &["Tannery Choir: has been there, 4 times", "Repair café: declined by the group"],
            ),
        ],
        reference: "FP-2J7K-9QW3".into(),
        invented: true,
    }
}

fn plan(larger: bool) -> PlanCopy {
    PlanCopy {
        name: "Małgorzata Żółć-Śmigły".into(),
        written: "3 November 2026".into(),
        parts: vec![
            Part {
                heading: "What matters to me".into(), lines: vec!["Śpiewać. سلام. ਸਤ ਸ੍ਰੀ ਅਕਾਲ. নমস্কার.".into()]
            },
            Part { heading: "What I want".into(), lines: vec!["Sing with other people once a week".into()] },
        ],
        steps: vec![
            Step { what: "Go and listen one evening".into(), detail: "Maya, on Tuesday".into() },
            Step { what: "Ring Ada".into(), detail: String::new() },
        ],
        after: vec![Part {
            heading: "If I want to talk sooner".into(),
            lines: vec![
                "Ring Maya Okonkwo: 01632 960 200.".into(),
                "At any other time, ring 111. In an emergency, ring 999.".into(),
            ],
        }],
        foot: "This plan is mine. Maya Okonkwo keeps a copy. Nobody else sees it unless I say so.".into(),
        larger,
        invented: true,
    }
}

fn holds(pdf: &[u8], bytes: &[u8]) -> bool {
    pdf.windows(bytes.len()).any(|window| window == bytes)
}

#[test]
fn a_letter_is_a_pdf_that_a_screen_reader_can_read() {
    let pdf = letter("I used to sing.").pdf().unwrap();
    kept("letter.pdf", &pdf);
    assert!(pdf.starts_with(b"%PDF-") && holds(&pdf, b"pdfuaid:part") && holds(&pdf, b"/Lang"));
}

/// As the document says of itself.
fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    text.split("<xmpTPg:NPages>").nth(1).unwrap().split('<').next().unwrap().parse().unwrap()
}

#[test]
fn the_longest_referral_fits_on_one_page_and_what_cannot_be_read_so_small_takes_more() {
    let words = "I used to sing in the choir at the tannery. ".repeat(46);
    let long = letter(&words[..2000]);
    assert_eq!(pages(&letter("I used to sing.").pdf_on_one_page().unwrap()), 1);
    let mut long = Letter { parts: [long.parts.clone(), long.parts.clone()].concat(), ..long };
    assert_eq!(pages(&long.pdf().unwrap()), 2);
    let one = long.pdf_on_one_page().unwrap();
    kept("one-page.pdf", &one);
    assert_eq!((pages(&one), holds(&one, b"pdfuaid:part")), (1, true));
    long.parts = [long.parts.clone(), long.parts.clone()].concat();
    let pdf = long.pdf_on_one_page().unwrap();
    assert_eq!(pages(&pdf), pages(&long.pdf().unwrap()), "at its usual size");
}

#[test]
fn what_was_typed_is_shown_and_never_run() {
    let hostile = "#panic(\"x\") $x^2$ *bold* #read(\"/etc/passwd\") <label> @ref \\ \" // \u{202e} \0";
    let pdf = letter(hostile).pdf().unwrap();
    kept("hostile.pdf", &pdf);
    assert!(pdf.starts_with(b"%PDF-"));
    let strange = letter("\u{feff}王 🙂 שלום").pdf().unwrap();
    kept("strange.pdf", &strange);
    assert!(strange.starts_with(b"%PDF-"), "letters that no font of ours has do not keep a letter from arriving");
    letter(&"long words ".repeat(4_000)).pdf().unwrap();
}

#[test]
fn a_plan_is_set_in_two_sizes_in_the_letters_of_many_languages() {
    for larger in [false, true] {
        let pdf = plan(larger).pdf().unwrap();
        kept(if larger { "plan-larger.pdf" } else { "plan.pdf" }, &pdf);
        assert!(
            holds(&pdf, b"NotoSansArabic") && holds(&pdf, b"NotoSansGurmukhi"),
            "letters that the first face lacks"
        );
    }
    let bare = PlanCopy { parts: vec![], steps: vec![], after: vec![], ..plan(false) };
    assert!(bare.pdf().unwrap().starts_with(b"%PDF-"));
}

#[test]
fn evidence_is_set_with_any_number_of_months() {
    let part = |heading: &str| Part { heading: heading.into(), lines: vec!["#panic(\"x\") 22% more a month.".into()] };
    let bar = |length: f64| Bar { month: "September 2026".into(), value: "18".into(), length, after: length > 0.5 };
    let usual = Evidence {
        title: "Certificate of an improvement project".into(),
        project: "Refer the people we miss".into(),
        place: "Millrace Surgery".into(),
        printed: "Wednesday 25 November 2026".into(),
        about: vec![("Goal".into(), "From 18 to 26".into())],
        bars: vec![bar(0.0), bar(0.4), bar(1.0)],
        chart_caption: "Grey before".into(),
        goal: 0.9,
        parts: vec![part("Effective: what was counted"), part("Caring: what the staff said")],
        elsewhere: part("Claimed elsewhere, without a control group"),
        invented: false,
    };
    let pdf = usual.pdf().unwrap();
    kept("evidence.pdf", &pdf);
    assert!(pdf.starts_with(b"%PDF-") && holds(&pdf, b"pdfuaid:part"));
    let many = Evidence { bars: (0..36).map(|at| bar(f64::from(at) / 36.0)).collect(), ..usual.clone() };
    assert!(many.pdf().is_ok());
    assert!(Evidence { bars: vec![], parts: vec![], about: vec![], ..usual }.pdf().is_ok());
}

#[test]
fn a_report_holds_its_tables() {
    let table = PrintedTable {
        heading: "How often do you refer somebody?".into(),
        note: "23 answered".into(),
        head: vec!["Answer".into(), "How many".into(), "Share".into()],
        rows: vec![vec!["#panic(\"x\")".into(), "3".into(), "13.0% (4.5 to 32.1)".into()]; 40],
    };
    let usual = Report {
        kind: "Insight report".into(),
        title: "What clinicians think".into(),
        place: "Wexley Vale".into(),
        printed: "Thursday 26 November 2026".into(),
        parts: vec![Part { heading: "Barriers".into(), lines: vec!["They forget.".into()] }],
        tables: vec![table],
        invented: true,
    };
    let pdf = usual.pdf().unwrap();
    kept("report.pdf", &pdf);
    assert!(pdf.starts_with(b"%PDF-") && holds(&pdf, b"pdfuaid:part"));
    assert!(Report { parts: vec![], tables: vec![], ..usual }.pdf().is_ok());
}

#[test]
fn a_letter_to_a_person_has_its_address_in_the_window_and_is_set_large() {
    for large in [false, true] {
        let message = Message {
            to: vec!["Margaret Alderthwaite".into(), "14 Tannery Row".into(), "Market Wexley".into(), "WX4 2TN".into()],
            from: "Wexley Vale Social Prescribing".into(),
            title: "A day and a time for you".into(),
            lines: vec![
                "Hello Margaret Alderthwaite,".into(),
                "Maya Okonkwo meets you on Tuesday 1 December 2026 at 10:30am.".into(),
                "Where: at your home.".into(),
                "If it does not suit you, ring 01632 960 200. You need not answer this message.".into(),
            ],
            large,
        };
        let pdf = message.pdf().unwrap();
        assert!(pdf.starts_with(b"%PDF-"));
        kept(if large { "message-large.pdf" } else { "message.pdf" }, &pdf);
    }
}
