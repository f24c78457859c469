//! What becomes of referrals once they are answered: who is told what, and who is still to be told.

use fingerpost_domain::codes::CodeMeaning;
use fingerpost_domain::feedback::FeedbackKind;
use fingerpost_domain::id::TenantId;
use fingerpost_domain::nhs_number::NhsNumber;
use fingerpost_domain::referral::Refusal;
use fingerpost_intake::Intake;
use fingerpost_intake_rules::settings::{IntakeSettings, IntakeState, Milestone};
use fingerpost_policy::{ReadSent, ReferPerson, SetIntake, Triage, WorkCase};
use fingerpost_store::testing::{Village, answers, on_both, person, start};
use fingerpost_store::{Allocation, ConnectionChange, JobKind, SamePerson, Store, StoreError};

use crate::settings::{met, work};

async fn sent_by_another(store: &Store, v: &Village, serial: u32) -> fingerpost_domain::id::ReferralId {
    let ctx = Village::ctx::<ReferPerson>(&v.other_gp, &v.practice, start());
    let key = Village::key(store.entropy());
    let started = store.start_referral(&ctx, &person("Peggy", serial), key).await.unwrap();
    store.answer_draft(&ctx, started.id, &answers("agreed").check().unwrap()).await.unwrap();
    started.id
}

#[tokio::test]
async fn a_second_referrer_hears_nothing_that_was_agreed_for_the_first() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        let set = Village::ctx::<SetIntake>(&v.supervisor, &v.scheme, start());
        let milestones = vec![Milestone::FirstContact, Milestone::Started];
        let settings = IntakeSettings { milestones, ..IntakeSettings::default() };
        Intake::over(store.clone()).set(&set, (&settings, 0)).await.unwrap();
        let first = v.send(store, &person("Peggy", 1)).await;
        let case = v.accept(store, first).await;
        let worker = Village::ctx::<WorkCase>(&v.worker, &v.scheme, start());
        let page = store.case(&Village::ctx(&v.worker, &v.scheme, start()), case).await.unwrap();
        let entry = met("We have met", page.standing());
        store.record_contact(&worker, case, (&entry, Village::key(store.entropy()), page.version)).await.unwrap();
        // Another GP sends her too: it joins, her worker is to call her as soon as anybody new, and the other hears that it goes on.
        let second = sent_by_another(store, &v, 1).await;
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        let likely = store.waiting_one(&triage, second).await.unwrap().likely;
        let allocation = Allocation { worker: v.worker.actor.user, person: SamePerson::Here(likely[0].id) };
        assert!(store.accept(&triage, second, allocation).await.unwrap().joined);
        let service = Village::choir(store).await;
        let asked = v.offer(store, (case, service), ("name", Village::key(store.entropy()))).await;
        let today = fingerpost_domain::calendar::day_of(start());
        for change in [ConnectionChange::Yes, ConnectionChange::Visit { on: today, came: true }] {
            store.change_connection(&worker, (case, asked), change).await.unwrap();
        }
        work(store).await;
        let kinds = async |who, referral| -> Vec<FeedbackKind> {
            let ctx = Village::ctx::<ReadSent>(who, &v.practice, start());
            let sent = store.sent_one(&ctx, referral).await.unwrap();
            sent.feedback.iter().map(|letter| letter.kind).collect()
        };
        assert!(kinds(&v.gp, first).await.contains(&FeedbackKind::Started));
        assert_eq!(kinds(&v.other_gp, second).await, [], "she was never asked about them");
    })
    .await;
}

#[tokio::test]
async fn whoever_is_referred_again_is_called_as_soon_as_anybody_new() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        let case = v.accept(store, v.send(store, &person("Peggy", 1)).await).await;
        let worker = Village::ctx::<WorkCase>(&v.worker, &v.scheme, start());
        let read = Village::ctx(&v.worker, &v.scheme, start());
        let page = store.case(&read, case).await.unwrap();
        let mut entry = met("", page.standing());
        let far = fingerpost_domain::calendar::plus_days(fingerpost_domain::calendar::day_of(start()), 60);
        entry.next.as_mut().unwrap().due = far;
        store.record_contact(&worker, case, (&entry, Village::key(store.entropy()), page.version)).await.unwrap();
        let again = sent_by_another(store, &v, 1).await;
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        // Somebody alike came in since the page was drawn: whoever says "somebody new" is asked again, or has the number against them.
        let new = Allocation { worker: v.worker.actor.user, person: SamePerson::New(vec![]) };
        assert!(matches!(store.accept(&triage, again, new).await, Err(StoreError::AlreadyThere)));
        let here = store.waiting_one(&triage, again).await.unwrap().likely[0].id;
        let joins = Allocation { worker: v.worker.actor.user, person: SamePerson::Here(here) };
        store.accept(&triage, again, joins).await.unwrap();
        let case = store.case(&read, case).await.unwrap();
        assert!(case.next_due.unwrap() < far);
        assert_eq!(case.next_action.as_deref(), Some("Call: they were referred again. Then: Visit"));
    })
    .await;
}

#[tokio::test]
async fn a_full_scheme_takes_nobody_whatever_the_page_said() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        let ctx = Village::ctx::<ReferPerson>(&v.gp, &v.practice, start());
        let draft = store.start_referral(&ctx, &person("Peggy", 1), Village::key(store.entropy())).await.unwrap().id;
        let set = Village::ctx::<SetIntake>(&v.supervisor, &v.scheme, start());
        let full = IntakeSettings { state: IntakeState::Full, ..IntakeSettings::default() };
        Intake::over(store.clone()).set(&set, (&full, 0)).await.unwrap();
        let request = answers("agreed").check().unwrap();
        assert!(matches!(store.answer_draft(&ctx, draft, &request).await, Err(StoreError::ChangedMeanwhile)));
        assert_eq!(store.draft(&ctx, draft).await.unwrap().id, draft, "it is still there");
        let no = answers("said_no").check().unwrap();
        store.answer_draft(&ctx, draft, &no).await.unwrap();
        let sent = store.sent_one(&Village::ctx::<ReadSent>(&v.gp, &v.practice, start()), draft).await.unwrap();
        assert_eq!(sent.code.map(|code| code.means), Some(CodeMeaning::Declined));
    })
    .await;
}

#[tokio::test]
async fn an_unverified_code_stands_beside_the_other_only_where_the_scheme_switched_it_on() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        let referral = v.send(store, &person("Peggy", 1)).await;
        let ctx = Village::ctx::<ReadSent>(&v.gp, &v.practice, start());
        assert_eq!(store.sent_one(&ctx, referral).await.unwrap().offered, None);
        let set = Village::ctx::<SetIntake>(&v.supervisor, &v.scheme, start());
        let on = IntakeSettings { codes: vec![CodeMeaning::Offered], ..IntakeSettings::default() };
        Intake::over(store.clone()).set(&set, (&on, 0)).await.unwrap();
        let sent = store.sent_one(&ctx, referral).await.unwrap();
        assert_eq!(sent.offered.map(|code| code.means), Some(CodeMeaning::Offered));
        assert_eq!(sent.code.map(|code| code.means), Some(CodeMeaning::Referred));
    })
    .await;
}

#[tokio::test]
async fn a_number_alone_finds_whom_the_reader_sent_and_nobody_of_others() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        v.send(store, &person("Peggy", 1)).await;
        let (intake, number) = (Intake::over(store.clone()), NhsNumber::invented(1).unwrap());
        let found = async |who, place| {
            intake.sent_before(&Village::ctx::<ReferPerson>(who, place, start()), &number).await.unwrap()
        };
        assert_eq!(found(&v.gp, &v.practice).await.unwrap().name.given.as_str(), "Peggy");
        assert!(found(&v.other_gp, &v.practice).await.is_none(), "a colleague's");
        assert!(found(&v.far_gp, &v.far_practice).await.is_none(), "another practice's");
    })
    .await;
}

#[tokio::test]
async fn a_practices_refusal_needs_nobody_to_be_told_by_hand() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        let intake = Intake::over(store.clone());
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        let referral = v.send(store, &person("Peggy", 1)).await;
        store.not_accept(&triage, referral, &Refusal::check("no_room", "Ring us").unwrap()).await.unwrap();
        assert!(intake.to_be_told(&triage).await.unwrap().is_empty());
        assert_eq!(intake.taken_back_at(&triage, referral).await.unwrap(), None);
        let jobs = store.claim_jobs(50, start()).await.unwrap();
        assert!(jobs.iter().all(|job| job.kind != JobKind::Milestone), "no letter is chosen, so none is prepared");
    })
    .await;
}
