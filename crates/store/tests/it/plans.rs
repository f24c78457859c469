//! A plan is never lost, not even when two people write at once.

use fingerpost_domain::ambient::Entropy;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::GoalId;
use fingerpost_domain::plan::{GoalAnswers, Plan, PlanAnswers};
use fingerpost_domain::text::Note;
use fingerpost_policy::{ReadCase, WorkCase};

use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{Ctx, PlanSaved, Store, StoreError};

fn plan(matters: &str, goals: &[&str]) -> Plan {
    let entropy = Entropy::from_number(5);
    let goal = |what: &&str| {
        let id: GoalId = entropy.id(start());
        GoalAnswers { id: id.to_string(), what: (*what).to_owned(), ..GoalAnswers::default() }
    };
    let goals = goals.iter().map(goal).collect();
    let answers = PlanAnswers { matters: matters.to_owned(), goals, ..PlanAnswers::default() };
    answers.check(&Plan::default(), day_of(start())).unwrap()
}

fn read(village: &Village) -> Ctx<ReadCase> {
    Village::ctx(&village.worker, &village.scheme, start())
}

fn work(village: &Village) -> Ctx<WorkCase> {
    Village::ctx(&village.worker, &village.scheme, start())
}

async fn village(store: &Store) -> (Village, fingerpost_domain::id::CaseId) {
    let village = Village::build(store, &fingerpost_domain::id::TenantId::main(), "T").await;
    let referral = village.send(store, &person("Peggy", 1)).await;
    let case = village.accept(store, referral).await;
    (village, case)
}

#[tokio::test]
async fn two_who_write_at_once_are_brought_together_or_asked() {
    on_both(async |store| {
        let (village, case) = village(store).await;
        let today = day_of(start());
        let save = async |plan: &Plan, version: i64, matters: Option<Note<2000>>| {
            store.save_plan(&work(&village), case, (plan, version, matters), today).await.unwrap()
        };
        let empty = store.plan(&read(&village), case).await.unwrap();
        assert!(empty.version == 0 && empty.plan.is_empty() && empty.written.is_none());

        let first = plan("Singing", &["Sing again"]);
        assert_eq!(save(&first, 0, None).await, PlanSaved::Saved);
        assert_eq!(save(&first, 0, None).await, PlanSaved::Saved, "the same plan again is no new version");
        let stands = store.plan(&read(&village), case).await.unwrap();
        assert_eq!((stands.version, &stands.plan), (1, &first));
        let page = store.case(&read(&village), case).await.unwrap();
        assert_eq!(page.matters.as_deref(), Some("Singing"), "what matters stands on the case too");

        let beside = Plan { strengths: Note::parse("A good alto").unwrap(), ..first.clone() };
        assert_eq!(save(&beside, 1, first.matters.clone()).await, PlanSaved::Saved);
        let other = Plan { matters: Note::parse("Singing and tea").unwrap(), ..first.clone() };
        assert_eq!(save(&other, 1, first.matters.clone()).await, PlanSaved::Saved, "another field: both stand");
        let both = store.plan(&read(&village), case).await.unwrap();
        assert_eq!(both.version, 3);
        assert_eq!(both.plan, Plan { matters: other.matters.clone(), ..beside.clone() });

        let against = Plan { strengths: Note::parse("Never forgets a tune").unwrap(), ..first.clone() };
        let PlanSaved::Conflicting { merged, conflicts, version } = save(&against, 1, first.matters.clone()).await
        else {
            panic!("the same field was changed twice")
        };
        assert_eq!((conflicts.len(), conflicts[0].theirs.as_str(), version), (1, "A good alto", 3));
        assert_eq!(store.plan(&read(&village), case).await.unwrap().plan, both.plan, "nothing was saved");
        assert_eq!(save(&merged, version, merged.matters.clone()).await, PlanSaved::Saved);
        let last = store.plan(&read(&village), case).await.unwrap();
        assert_eq!(last.plan.strengths, against.strengths);
        assert_eq!(last.plan.matters, other.matters, "the other's words are still there");
    })
    .await;
}

#[tokio::test]
async fn a_plan_is_its_workers_and_their_supervisors_to_read() {
    on_both(async |store| {
        let (village, case) = village(store).await;
        let theirs = Village::ctx::<ReadCase>(&village.other_worker, &village.scheme, start());
        assert!(matches!(store.plan(&theirs, case).await, Err(StoreError::NotFound)));
        let theirs = Village::ctx::<WorkCase>(&village.other_worker, &village.scheme, start());
        let saved = store.save_plan(&theirs, case, (&plan("Mine", &[]), 0, None), day_of(start())).await;
        assert!(matches!(saved, Err(StoreError::NotFound)));
        let supervisor = Village::ctx::<ReadCase>(&village.supervisor, &village.scheme, start());
        assert!(store.plan(&supervisor, case).await.unwrap().plan.is_empty());
    })
    .await;
}
