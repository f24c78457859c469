//! Whatever referrers, schemes and the people do, in whatever order: no referral is lost, none is coded twice, and no refusal is coded but
//! the person's own. On a real store; the states alone are tried in the domain.

use std::collections::HashMap;

use fingerpost_domain::agreement::Agreement;
use fingerpost_domain::ambient::Entropy;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::case::ClosingAnswers;
use fingerpost_domain::codes::{CodeMeaning, of_episode};
use fingerpost_domain::id::{CaseId, PersonId, ReferralId, TenantId};
use fingerpost_domain::person::PersonDetails;
use fingerpost_domain::referral::{ReferralState, Refusal};
use fingerpost_domain::text::Line;
use fingerpost_engine::values;
use fingerpost_policy::{AnswerBack, MergePeople, Permission, ReadCase, ReadSent, TakeBack, Triage, WorkCase};
use fingerpost_rights::Rights;
use fingerpost_store::testing::{Village, person, start};
use fingerpost_store::{Address, Allocation, Ctx, SamePerson, Store, StoreError};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::joining::without_number;

/// What is done next, and to which of those there are: the numbers wrap round.
#[derive(Debug, Clone, Copy)]
enum Does {
    Send(usize),
    AskBack(usize),
    AnswerBack(usize),
    PersonSaysNo(usize),
    NotAccept(usize),
    Withdraw(usize),
    AcceptNew(usize),
    AcceptHere(usize, usize),
    Close(usize),
    Join(usize, usize),
    TakeApart(usize, usize),
    TakeOut(usize),
}

fn does() -> impl Strategy<Value = Does> {
    let one = 0..8_usize;
    prop_oneof![
        4 => (0..3_usize).prop_map(Does::Send),
        1 => one.clone().prop_map(Does::AskBack),
        1 => one.clone().prop_map(Does::AnswerBack),
        1 => one.clone().prop_map(Does::PersonSaysNo),
        1 => one.clone().prop_map(Does::NotAccept),
        1 => one.clone().prop_map(Does::Withdraw),
        4 => one.clone().prop_map(Does::AcceptNew),
        3 => (one.clone(), one.clone()).prop_map(|(a, b)| Does::AcceptHere(a, b)),
        2 => one.clone().prop_map(Does::Close),
        4 => (one.clone(), one.clone()).prop_map(|(a, b)| Does::Join(a, b)),
        3 => (one.clone(), one.clone()).prop_map(|(a, b)| Does::TakeApart(a, b)),
        3 => one.prop_map(Does::TakeOut),
    ]
}

/// The store may refuse; it may not break.
fn refused_or<T>(done: Result<T, StoreError>) -> Option<T> {
    match done {
        Ok(done) => Some(done),
        Err(StoreError::NotFound | StoreError::NotNow(_) | StoreError::ChangedMeanwhile | StoreError::AlreadyThere) => {
            None
        }
        Err(broken) => panic!("{broken:?}"),
    }
}

struct World {
    store: Store,
    village: Village,
    rights: Rights,
    people: [PersonDetails; 3],
    sent: Vec<ReferralId>,
    said_no: Vec<ReferralId>,
    minutes: i64,
}

impl World {
    async fn of(store: Store) -> Self {
        let village = Village::build(&store, &TenantId::main(), "T").await;
        let rights = Rights::over(store.clone());
        let people = [person("Peggy", 1), without_number("Peggy"), person("Meg", 2)];
        Self { store, village, rights, people, sent: vec![], said_no: vec![], minutes: 0 }
    }

    fn ctx<P: Permission>(&self) -> Ctx<P> {
        let now = start().saturating_add(SignedDuration::from_mins(self.minutes)).unwrap();
        Village::ctx(&self.village.supervisor, &self.village.scheme, now)
    }

    fn gp<P: Permission>(&self) -> Ctx<P> {
        let now = start().saturating_add(SignedDuration::from_mins(self.minutes)).unwrap();
        Village::ctx(&self.village.gp, &self.village.practice, now)
    }

    fn sent(&self, which: usize) -> Option<ReferralId> {
        (!self.sent.is_empty()).then(|| self.sent[which % self.sent.len()])
    }

    async fn all<T: std::str::FromStr>(&self, sql: &'static str) -> Vec<T> {
        let rows = self.store.ledger().db().rows(sql, values![]).await.unwrap();
        rows.iter().map(|row| row.parsed("it").unwrap()).collect()
    }

    async fn case(&self, which: usize) -> Option<CaseId> {
        let all: Vec<CaseId> = self.all("SELECT id AS it FROM case_file ORDER BY id").await;
        (!all.is_empty()).then(|| all[which % all.len()])
    }

    async fn accept(&self, referral: ReferralId, here: Option<usize>) -> Option<()> {
        let waiting = refused_or(self.store.waiting_one(&self.ctx::<Triage>(), referral).await)?;
        let likely: Vec<PersonId> = waiting.likely.iter().map(|each| each.id).collect();
        let person = match here {
            Some(_) if likely.is_empty() => return Some(()),
            Some(which) => SamePerson::Here(likely[which % likely.len()]),
            None => SamePerson::New(likely),
        };
        let allocation = Allocation { worker: self.village.worker.actor.user, person };
        refused_or(self.store.accept(&self.ctx::<Triage>(), referral, allocation).await).map(drop)
    }

    async fn close(&self, case: CaseId) -> Option<()> {
        let version = self.store.case(&self.ctx::<ReadCase>(), case).await.unwrap().version;
        let answers = ClosingAnswers {
            outcome: "reached".into(),
            continues: "Nothing.".into(),
            referrer_hears: "summary".into(),
            ..ClosingAnswers::default()
        };
        let closing = answers.check().unwrap();
        refused_or(self.store.close_case(&self.ctx::<WorkCase>(), case, (&closing, version)).await)
    }

    async fn does(&mut self, what: Does) -> Option<()> {
        self.minutes += 1;
        let note = fingerpost_domain::text::Note::parse("Which day?").unwrap().unwrap();
        let store = &self.store;
        match what {
            Does::Send(who) => {
                let person = self.people[who].clone();
                let sent = self.village.send(store, &person).await;
                self.sent.push(sent);
            }
            Does::AskBack(which) => {
                refused_or(store.ask_back(&self.ctx::<Triage>(), self.sent(which)?, &note).await)?;
            }
            Does::AnswerBack(which) => {
                refused_or(store.answer_back(&self.gp::<AnswerBack>(), self.sent(which)?, &note).await)?;
            }
            Does::PersonSaysNo(which) => {
                let referral = self.sent(which)?;
                refused_or(store.person_said_no(&self.ctx::<Triage>(), referral).await)?;
                self.said_no.push(referral);
            }
            Does::NotAccept(which) => {
                let refusal = Refusal::check("no_room", "Ring the council").unwrap();
                refused_or(store.not_accept(&self.ctx::<Triage>(), self.sent(which)?, &refusal).await)?;
            }
            Does::Withdraw(which) => {
                refused_or(store.take_back(&self.gp::<TakeBack>(), self.sent(which)?).await)?;
            }
            Does::AcceptNew(which) => self.accept(self.sent(which)?, None).await?,
            Does::AcceptHere(which, whom) => self.accept(self.sent(which)?, Some(whom)).await?,
            Does::Close(which) => self.close(self.case(which).await?).await?,
            Does::Join(one, other) => {
                let pair = (self.case(one).await?, self.case(other).await?);
                let why = Line::parse("They say so").unwrap().unwrap();
                let mark = self.rights.compare(&self.ctx::<MergePeople>(), pair).await.unwrap().mark;
                refused_or(self.rights.join_records(&self.ctx::<MergePeople>(), pair, (&why, &mark)).await)?;
            }
            Does::TakeApart(which, join) => {
                let case = self.case(which).await?;
                let joins = self.rights.likenesses(&self.ctx::<MergePeople>(), case).await.unwrap().joins;
                let join = joins.get(join % joins.len().max(1))?.id;
                refused_or(self.rights.take_apart(&self.ctx::<MergePeople>(), case, join).await)?;
            }
            Does::TakeOut(which) => {
                let referral = self.sent(which)?;
                let sql = "SELECT case_id AS it FROM referral WHERE id = $1";
                let row = store.ledger().db().row(sql, values![referral]).await.unwrap().unwrap();
                let case: CaseId = row.opt_text("it").unwrap()?.parse().unwrap();
                refused_or(self.rights.take_out(&self.ctx::<MergePeople>(), case, referral).await)?;
            }
        }
        Some(())
    }

    /// Where everything stands.
    async fn check(&self) {
        let db = self.store.ledger().db();
        let waiting: Vec<ReferralId> =
            self.store.waiting(&self.ctx::<Triage>(), 0).await.unwrap().iter().map(|row| row.id).collect();
        let mut began: HashMap<CaseId, usize> = HashMap::new();
        for referral in &self.sent {
            let page = self.store.sent_one(&self.gp::<ReadSent>(), *referral).await.unwrap();
            let state = page.row.state;
            let open = matches!(state, ReferralState::Sent | ReferralState::Returned);
            assert_eq!(open, waiting.contains(referral), "who waits is on the list, and nobody else");
            let sql = "SELECT case_id AS it, joined_case FROM referral WHERE id = $1";
            let row = db.row(sql, values![*referral]).await.unwrap().unwrap();
            let case: Option<CaseId> = row.opt_text("it").unwrap().map(|case| case.parse().unwrap());
            assert_eq!(
                state == ReferralState::Accepted,
                case.is_some(),
                "who was taken up has a case, and nobody else"
            );
            let coded = page.code.map(|code| code.means);
            assert_eq!(coded == Some(CodeMeaning::Declined), self.said_no.contains(referral), "only a person's own no");
            if let (Some(case), true) = (case, state == ReferralState::Accepted) {
                // What counts episodes. The page of the referrer shows the code beside each referral, with "once for each episode".
                let began_it = (row.flag("joined_case").unwrap(), day_of(start()));
                let code = of_episode(state, Some(Agreement::Agreed), began_it).map(|code| code.means);
                *began.entry(case).or_default() += usize::from(code == Some(CodeMeaning::Referred));
            }
        }
        for row in db
            .rows("SELECT c.id, c.outcome, p.merged_into FROM case_file c JOIN person p ON p.id = c.person", values![])
            .await
            .unwrap()
        {
            let case: CaseId = row.parsed("id").unwrap();
            assert_eq!(row.opt_text("merged_into").unwrap(), None, "nobody's case stands on a record that went");
            let second = row.opt_text("outcome").unwrap().as_deref() == Some("joined_record");
            let times = began.get(&case).copied().unwrap_or(0);
            assert_eq!(times, usize::from(!second), "an episode is coded once");
        }
        let alone = "SELECT id AS it FROM person p WHERE merged_into IS NULL AND NOT EXISTS (SELECT 1 FROM case_file c WHERE c.person = p.id)";
        assert_eq!(self.all::<PersonId>(alone).await, [], "whoever stands has a case");
        let twice =
            "SELECT MIN(id) AS it FROM case_file WHERE closed_at IS NULL GROUP BY person, scheme HAVING COUNT(*) > 1";
        assert_eq!(self.all::<CaseId>(twice).await, []);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_sequence_of_events_loses_a_referral_codes_twice_or_codes_the_wrong_refusal(
        sequence in prop::collection::vec(does(), 1..28),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let address = Address::Folder(folder.path().to_owned());
            let store = Store::open(&address, Entropy::from_number(7), start()).await.unwrap();
            let mut world = World::of(store).await;
            for what in sequence {
                world.does(what).await;
                world.check().await;
            }
            world.store.close().await;
        });
    }
}
