//! A story written down at once leaves the rows that it leaves when people press the buttons one after the other.

use std::collections::BTreeSet;

use fingerpost_domain::case::{CaseStanding, ClosingAnswers, ContactAnswers};
use fingerpost_domain::connection::{EndReason, GroupReason, OfferAnswers};
use fingerpost_domain::disclosure::ReferrerHears;
use fingerpost_domain::id::{CaseId, ServiceId, TenantId};
use fingerpost_domain::measure::{Mode, Moment, ons4};
use fingerpost_domain::plan::{GoalAnswers, PlanAnswers, StepAnswers};
use fingerpost_domain::referral::Refusal;
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::{Permission, ReadCase, ReferPerson, TakeBack, Triage, WorkCase};
use fingerpost_store::testing::{Village, answers, dump, on_both, person, start};
use fingerpost_store::{
    Allocation, Answered, Asked, Connected, ConnectionChange, Ctx, Episode, PlanSaved, SamePerson, Store, Work,
};
use jiff::ToSpan;
use jiff::civil::date;

/// Tables that both ways have to fill alike.
const ALIKE: &[&str] = &[
    "person",
    "case_file",
    "referral",
    "contact",
    "contact_note",
    "disclosure",
    "feedback",
    "plan_version",
    "connection",
    "connection_visit",
    "questionnaire",
    "assessment",
    "assessment_answer",
];

fn hours(n: i64) -> Timestamp {
    start().checked_add(n.hours()).unwrap()
}

fn contact(hears: &str, line: &str) -> ContactAnswers {
    ContactAnswers {
        kind: "phone".into(),
        on_day: "21".into(),
        on_month: "11".into(),
        on_year: "2026".into(),
        happened: "used_session".into(),
        note: "Talked.".into(),
        matters: "To sing.".into(),
        next: "Ring".into(),
        due_day: "30".into(),
        due_month: "11".into(),
        due_year: "2026".into(),
        referrer_hears: hears.into(),
        line_for_referrer: line.into(),
    }
}

fn closing() -> ClosingAnswers {
    ClosingAnswers {
        outcome: "reached".into(),
        changed: "They keep me a chair.".into(),
        continues: "The choir.".into(),
        requested_actions: "Please look at the tablets.".into(),
        referrer_hears: "summary".into(),
    }
}

fn offer() -> OfferAnswers {
    OfferAnswers {
        ask: "Sings alto.".into(),
        agreed: true,
        told: "name_only".into(),
        way: "by_hand".into(),
        ..OfferAnswers::default()
    }
}

fn written(store: &Store) -> PlanAnswers {
    let step = StepAnswers {
        id: store.entropy().id::<fingerpost_domain::id::StepId>(start()).to_string(),
        what: "Listen once".into(),
        who: "Me".into(),
        confidence: "7".into(),
        ..StepAnswers::default()
    };
    let goal = GoalAnswers {
        id: store.entropy().id::<fingerpost_domain::id::GoalId>(start()).to_string(),
        what: "Sing again".into(),
        importance: "9".into(),
        steps: vec![step],
        ..GoalAnswers::default()
    };
    PlanAnswers { strengths: "A good voice.".into(), goals: vec![goal], ..PlanAnswers::default() }
}

const TODAY: Date = date(2026, 11, 21);

struct Story {
    village: Village,
    service: ServiceId,
}

impl Story {
    async fn of(store: &Store) -> Self {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let choir = serde_json::from_value(serde_json::json!({ "id": "1", "name": "Tannery Choir" }));
        let choir: fingerpost_directory::hsds::Service = choir.unwrap();
        let settled = [choir.settled("test").unwrap()];
        store.import_services(&settled, ("test", 1, 0), (start(), false), |_, _| {}).await.unwrap();
        let service = store.entries().after(0, 1).await.unwrap()[0].id;
        Self { village, service }
    }

    fn work<P: Permission>(&self, at: i64) -> Ctx<P> {
        Village::ctx(&self.village.worker, &self.village.scheme, hours(at))
    }

    async fn send(&self, store: &Store, serial: u32, agreement: &str) -> fingerpost_domain::id::ReferralId {
        let ctx = Village::ctx::<ReferPerson>(&self.village.gp, &self.village.practice, start());
        let key = Village::key(store.entropy());
        let id = store.start_referral(&ctx, &person("Peggy", serial), key).await.unwrap().id;
        store.answer_draft(&ctx, id, &answers(agreement).check().unwrap()).await.unwrap();
        id
    }

    async fn contact(&self, store: &Store, case: CaseId, at: i64, answers: ContactAnswers) {
        let page = store.case(&self.work::<ReadCase>(at), case).await.unwrap();
        let entry = answers.check(page.standing(), TODAY).unwrap();
        let key = Village::key(store.entropy());
        store.record_contact(&self.work::<WorkCase>(at), case, (&entry, key, page.version)).await.unwrap();
    }

    async fn ask(&self, store: &Store, case: CaseId, at: i64, moment: Moment) {
        let ctx = self.work::<WorkCase>(at);
        let key = Village::key(store.entropy());
        let begun = store.begin_assessment(&ctx, case, (&ons4(), moment, Mode::Together, key)).await.unwrap();
        for item in &ons4().items {
            store.answer_item(&ctx, (case, begun.0), (&item.code, "6")).await.unwrap();
        }
    }

    /// Press after press.
    async fn lived(&self, store: &Store) {
        for (serial, agreement) in [(2, "said_no"), (3, "not_asked_yet"), (4, "agreed")] {
            self.send(store, serial, agreement).await;
        }
        let back = self.send(store, 5, "agreed").await;
        let gp = Village::ctx::<TakeBack>(&self.village.gp, &self.village.practice, hours(1));
        store.take_back(&gp, back).await.unwrap();
        let triage = |at| Village::ctx::<Triage>(&self.village.supervisor, &self.village.scheme, hours(at));
        let not = self.send(store, 6, "agreed").await;
        store.not_accept(&triage(1), not, &refusal()).await.unwrap();

        let sent = self.send(store, 1, "agreed").await;
        let allocation = Allocation { worker: self.village.worker.actor.user, person: SamePerson::New(vec![]) };
        let case = store.accept(&triage(1), sent, allocation).await.unwrap().case;
        self.contact(store, case, 2, contact("summary", "We have met.")).await;
        self.ask(store, case, 3, Moment::Before).await;
        let before = store.plan(&self.work::<ReadCase>(4), case).await.unwrap();
        let plan = PlanAnswers { matters: "To sing.".into(), ..written(store) };
        let plan = plan.check(&before.plan, TODAY).unwrap();
        let matters = before.plan.matters.clone();
        let saved = store.save_plan(&self.work::<WorkCase>(4), case, (&plan, before.version, matters), TODAY).await;
        assert_eq!(saved.unwrap(), PlanSaved::Saved);
        let peggy = store.case(&self.work::<ReadCase>(4), case).await.unwrap().person;
        let mut asked = vec![];
        for at in 5..8 {
            let offer = offer().check(&peggy.details, &peggy.safe_contact).unwrap();
            let key = Village::key(store.entropy());
            let id = store.offer_connection(&self.work(at), case, (self.service, &offer, key)).await.unwrap();
            asked.push(id);
        }
        let says = async |id, at, change| store.change_connection(&self.work(at), (case, id), change).await.unwrap();
        says(asked[0], 8, ConnectionChange::Yes).await;
        says(asked[1], 8, ConnectionChange::No(GroupReason::Full)).await;
        says(asked[0], 9, ConnectionChange::Visit { on: TODAY, came: true }).await;
        says(asked[0], 10, ConnectionChange::End(EndReason::GoesOn)).await;
        self.contact(store, case, 11, ContactAnswers { matters: String::new(), ..contact("status_only", "") }).await;
        self.ask(store, case, 12, Moment::After).await;
        let page = store.case(&self.work::<ReadCase>(13), case).await.unwrap();
        store.close_case(&self.work(13), case, (&closing().check().unwrap(), page.version)).await.unwrap();
    }

    fn episode(&self, serial: u32, agreement: &str, answer: Answered) -> Episode {
        Episode {
            practice: self.village.practice.id,
            referrer: self.village.gp.actor.user,
            scheme: self.village.scheme.id,
            terms: SchemeTerms::default(),
            person: person("Peggy", serial),
            request: answers(agreement).check().unwrap(),
            begun_at: start(),
            answer,
        }
    }

    /// The same, written down at once.
    async fn told(&self, store: &Store) {
        let standing = |used: u16| CaseStanding {
            opened_on: TODAY,
            sessions_agreed: SchemeTerms::default().sessions_agreed,
            sessions_used: used,
            referrer_hears: ReferrerHears::NotAsked,
        };
        let entry = |answers: ContactAnswers, used| answers.check(standing(used), TODAY).unwrap();
        let peggy = person("Peggy", 1);
        let safe = answers("agreed").check().unwrap().safe_contact.unwrap();
        let asked_at = |at: i64| Connected {
            service: (self.service, "Tannery Choir".to_owned()),
            offer: offer().check(&peggy, &safe).unwrap(),
            at: hours(at),
            answered: None,
            visits: vec![],
            ended: None,
        };
        let six = || ons4().items.iter().map(|item| (item.code.clone(), "6".to_owned())).collect();
        let asked = |at, moment| Asked { at: hours(at), moment, mode: Mode::Together, answers: six() };
        let plan = PlanAnswers { matters: "To sing.".into(), ..written(store) };
        let work = Work {
            accepted_by: self.village.supervisor.actor.user,
            accepted_at: hours(1),
            person: store.entropy().id(hours(1)),
            known: false,
            worker: self.village.worker.actor.user,
            signature: "T worker, 01632 960 200".to_owned(),
            contacts: vec![
                (hours(2), entry(contact("summary", "We have met."), 0)),
                (hours(11), entry(ContactAnswers { matters: String::new(), ..contact("status_only", "") }, 1)),
            ],
            plan: Some((hours(4), plan.check(&fingerpost_domain::plan::Plan::default(), TODAY).unwrap())),
            connections: vec![
                Connected {
                    answered: Some((hours(8), None)),
                    visits: vec![(TODAY, true, hours(9))],
                    ended: Some((hours(10), EndReason::GoesOn)),
                    ..asked_at(5)
                },
                Connected { answered: Some((hours(8), Some(GroupReason::Full))), ..asked_at(6) },
                asked_at(7),
            ],
            assessments: vec![asked(3, Moment::Before), asked(12, Moment::After)],
            closing: Some((hours(13), closing().check().unwrap())),
        };
        let by = self.village.supervisor.actor.user;
        let episodes = [
            self.episode(2, "said_no", Answered::NotYet),
            self.episode(3, "not_asked_yet", Answered::NotYet),
            self.episode(4, "agreed", Answered::NotYet),
            self.episode(5, "agreed", Answered::TakenBack(hours(1))),
            self.episode(6, "agreed", Answered::NotAccepted(by, hours(1), refusal())),
            self.episode(1, "agreed", Answered::Accepted(Box::new(work))),
        ];
        store.write_episodes(&self.village.tenant, &episodes, (&ons4(), hours(3))).await.unwrap();
    }
}

fn refusal() -> Refusal {
    Refusal::check("no_room", "The cafe on Wednesdays.").unwrap()
}

/// The rows of the tables that are alike, without what is drawn by lot: ids and references.
async fn rows(store: &Store) -> Vec<String> {
    let all = dump(store.ledger()).await;
    let known = |row: &String| ALIKE.iter().any(|table| row.split('|').next() == Some(table));
    let drawn = |cell: &str| {
        let id = cell.len() == 26 && cell.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
        let reference = cell.len() == 10 && cell.starts_with("FP ");
        if id || reference { "?".to_owned() } else { cell.to_owned() }
    };
    let mut rows: Vec<String> = all
        .iter()
        .filter(|row| known(row))
        .map(|row| row.split(['|', '"']).map(drawn).collect::<Vec<_>>().join("|"))
        .collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn a_story_written_down_at_once_leaves_the_rows_that_living_it_leaves() {
    let opened = async |folder: &tempfile::TempDir| {
        let address = fingerpost_store::Address::Folder(folder.path().to_owned());
        let entropy = fingerpost_domain::ambient::Entropy::from_number(7);
        Store::open(&address, entropy, start()).await.unwrap()
    };
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (lived, told) = (opened(&folders[0]).await, opened(&folders[1]).await);
    Story::of(&lived).await.lived(&lived).await;
    Story::of(&told).await.told(&told).await;
    let (lived, told) = (rows(&lived).await, rows(&told).await);
    assert!(lived.len() > 30, "{} rows", lived.len());
    let (left, right): (BTreeSet<_>, BTreeSet<_>) = (lived.iter().collect(), told.iter().collect());
    let only = |a: &BTreeSet<&String>, b: &BTreeSet<&String>| {
        a.difference(b).map(|row| format!("{row}\n")).collect::<String>()
    };
    assert!(left == right, "only lived:\n{}only told:\n{}", only(&left, &right), only(&right, &left));
    assert_eq!(lived.len(), told.len());
}

#[tokio::test]
async fn what_refers_to_nobody_is_refused_whole() {
    on_both(async |store| {
        let story = Story::of(store).await;
        let right = story.episode(2, "agreed", Answered::NotYet);
        let wrong = Episode { referrer: store.entropy().id(start()), ..right.clone() };
        let done = store.write_episodes(&story.village.tenant, &[right, wrong], (&ons4(), start())).await;
        assert!(done.is_err());
        let gp = Village::ctx(&story.village.gp, &story.village.practice, start());
        assert!(store.sent(&gp, Timestamp::MAX).await.unwrap().is_empty(), "nothing of it is left");
        story.told(store).await;
        assert_eq!(store.sent(&gp, Timestamp::MAX).await.unwrap().len(), 6);
    })
    .await;
}
