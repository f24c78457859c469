//! Consents are given in words, taken back at once, and what was told stays listed.

use fingerpost_correspondence::Correspondence;
use fingerpost_correspondence_rules::consent::{Consent, ConsentAnswers, Telling};
use fingerpost_correspondence_rules::message::{ByHand, MayLeave};
use fingerpost_domain::connection::ConnectionState;
use fingerpost_domain::disclosure::ReferrerHears;
use fingerpost_domain::id::{CaseId, ConnectionId, TenantId};
use fingerpost_domain::text::Line;
use fingerpost_policy::{ReadCase, WorkCase};
use fingerpost_rights::Rights;
use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{ConnectionChange, Ctx, LinkScope, MessageTemplate, Store, StoreError};
use jiff::civil::date;

struct Here {
    village: Village,
    rights: Rights,
    case: CaseId,
}

impl Here {
    async fn of(store: &Store) -> Self {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let referral = village.send(store, &person("Peggy", 1)).await;
        let case = village.accept(store, referral).await;
        Self { village, rights: Rights::over(store.clone()), case }
    }

    fn work(&self) -> Ctx<WorkCase> {
        Village::ctx(&self.village.worker, &self.village.scheme, start())
    }

    fn read(&self) -> Ctx<ReadCase> {
        Village::ctx(&self.village.worker, &self.village.scheme, start())
    }

    async fn offered(&self, store: &Store) -> ConnectionId {
        let (service, key) = (Village::choir(store).await, Village::key(store.entropy()));
        self.village.offer(store, (self.case, service), ("name", key)).await
    }
}

fn ruth(said: &str) -> Consent {
    let answers = ConsentAnswers {
        whom: "family".into(),
        name: "Her daughter Ruth".into(),
        purpose: "To drive her".into(),
        what: "Day and time of the choir".into(),
        said: said.into(),
        words: "Yes, tell Ruth.".into(),
        ..ConsentAnswers::default()
    };
    answers.check().unwrap()
}

fn told() -> Telling {
    Telling { on: date(2026, 11, 20), what: Line::parse("The day, by phone").unwrap().unwrap() }
}

#[tokio::test]
async fn nobody_is_told_on_what_was_refused_or_taken_back() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let (work, rights) = (here.work(), &here.rights);
        let key = Village::key(store.entropy());
        for _ in 0..2 {
            rights.record_consent(&work, here.case, (&ruth("given"), key)).await.unwrap();
        }
        let known = rights.known(&here.read(), here.case).await.unwrap();
        assert_eq!(known.consents.len(), 1, "the same form records once");
        let id = known.consents[0].id;
        let key = Village::key(store.entropy());
        for _ in 0..2 {
            rights.record_telling(&work, (here.case, id), (&told(), key)).await.unwrap();
        }
        rights.withdraw_consent(&work, (here.case, id)).await.unwrap();
        rights.withdraw_consent(&work, (here.case, id)).await.unwrap();
        let again = rights.record_telling(&work, (here.case, id), (&told(), Village::key(store.entropy()))).await;
        assert!(matches!(again, Err(StoreError::ChangedMeanwhile)));
        let known = rights.known(&here.read(), here.case).await.unwrap();
        assert!(!known.consents[0].stands());
        let to_ruth = known.told.iter().filter(|row| row.whom == "Her daughter Ruth").count();
        assert_eq!(to_ruth, 1, "what was told cannot be untold, and is listed once");

        let refused = ruth("refused");
        rights.record_consent(&work, here.case, (&refused, Village::key(store.entropy()))).await.unwrap();
        let known = rights.known(&here.read(), here.case).await.unwrap();
        let no = known.consents.iter().find(|row| row.consent == refused).unwrap();
        let tried = rights.record_telling(&work, (here.case, no.id), (&told(), Village::key(store.entropy()))).await;
        assert!(matches!(tried, Err(StoreError::ChangedMeanwhile)));
    })
    .await;
}

#[tokio::test]
async fn whose_case_it_is_not_reads_and_changes_nothing() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let other = &here.village.other_worker;
        let read: Ctx<ReadCase> = Village::ctx(other, &here.village.scheme, start());
        let work: Ctx<WorkCase> = Village::ctx(other, &here.village.scheme, start());
        assert!(matches!(here.rights.known(&read, here.case).await, Err(StoreError::NotFound)));
        let key = Village::key(store.entropy());
        let recorded = here.rights.record_consent(&work, here.case, (&ruth("given"), key)).await;
        assert!(matches!(recorded, Err(StoreError::NotFound)));
        assert!(matches!(here.rights.take_everything_back(&work, here.case).await, Err(StoreError::NotFound)));
        assert!(matches!(here.rights.change_messages(&work, here.case, false).await, Err(StoreError::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn taking_everything_back_stops_at_once_what_has_not_left() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let (work, correspondence) = (here.work(), Correspondence::over(store.clone()));
        let id = here.offered(store).await;
        let token =
            correspondence.mint_group_link(&here.village.tenant, &id.to_string(), start()).await.unwrap().unwrap();
        let link = store.live_link(&token, start()).await.unwrap().unwrap();
        correspondence.group_says(&link, ConnectionChange::Yes, start()).await.unwrap();
        here.rights.record_consent(&work, here.case, (&ruth("given"), Village::key(store.entropy()))).await.unwrap();

        here.rights.take_everything_back(&work, here.case).await.unwrap();
        here.rights.take_everything_back(&work, here.case).await.unwrap();
        let known = here.rights.known(&here.read(), here.case).await.unwrap();
        assert_eq!(known.referrer_hears, ReferrerHears::Nothing);
        assert!(known.consents.iter().all(|row| !row.stands()));
        assert_eq!(known.groups[0].state, ConnectionState::Withdrawn);
        assert!(known.open, "the work goes on until somebody closes it");
        assert_eq!(store.live_link(&token, start()).await.unwrap(), None, "the group's page has ended");
        let left = store.claim_messages(50, start()).await.unwrap();
        let outside = [MessageTemplate::ConnectionOffered, MessageTemplate::GroupCode];
        assert!(
            left.iter().all(|message| !outside.contains(&message.template)),
            "neither the question nor the code leaves"
        );
    })
    .await;
}

#[tokio::test]
async fn a_person_stops_messages_by_a_link_and_is_written_to_again_when_they_want() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let by_email = |typed: &mut fingerpost_domain::referral::ReferralAnswers| typed.reach = "email".into();
        let referral = village.send_with(store, &person("Peggy", 1), by_email).await;
        let case = village.accept(store, referral).await;
        let here = Here { rights: Rights::over(store.clone()), village, case };
        let claimed = store.claim_messages(50, start()).await.unwrap();
        let peggy = claimed.iter().find_map(|message| message.addressee.person).unwrap();
        let reach = async || here.rights.known(&here.read(), here.case).await.unwrap().reach;
        assert!(matches!(reach().await, MayLeave::By(_)));
        let token = here.rights.mint_stop_link(&here.village.tenant, peggy, start()).await.unwrap();
        let link = store.live_link(&token, start()).await.unwrap().unwrap();
        assert_eq!(link.scope, LinkScope::StopMessages);
        here.rights.stop_by_link(&link, start()).await.unwrap();
        here.rights.stop_by_link(&link, start()).await.unwrap();
        assert_eq!(reach().await, MayLeave::ByHand(ByHand::Stopped));
        here.rights.change_messages(&here.work(), here.case, true).await.unwrap();
        assert!(matches!(reach().await, MayLeave::By(_)));
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_was_not_opened_is_not_opened_after_it_was_taken_back() {
    use fingerpost_domain::case::ContactAnswers;
    use fingerpost_policy::ReadSent;
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let referral = village.send(store, &person("Peggy", 1)).await;
        let case = village.accept(store, referral).await;
        let here = Here { rights: Rights::over(store.clone()), village, case };
        let told = ContactAnswers {
            kind: "phone".into(),
            on_day: "21".into(),
            on_month: "11".into(),
            on_year: "2026".into(),
            happened: "used_session".into(),
            note: "First conversation.".into(),
            next: "Visit".into(),
            due_day: "27".into(),
            due_month: "11".into(),
            due_year: "2026".into(),
            referrer_hears: "summary".into(),
            line_for_referrer: "We have met.".into(),
            ..ContactAnswers::default()
        };
        let key = Village::key(store.entropy());
        let page = store.case(&here.read(), case).await.unwrap();
        let entry = told.check(page.standing(), date(2026, 11, 21)).unwrap();
        store.record_contact(&here.work(), case, (&entry, key, page.version)).await.unwrap();
        // Read below, never opened before: a look would open it.
        here.rights.take_everything_back(&here.work(), case).await.unwrap();
        let gp = Village::ctx::<ReadSent>(&here.village.gp, &here.village.practice, start());
        let sent = store.sent_one(&gp, referral).await.unwrap();
        assert!(sent.feedback.is_empty(), "the letter is there no more");
        let left = store.claim_messages(50, start()).await.unwrap();
        assert!(left.iter().all(|message| message.template != MessageTemplate::FeedbackArrived), "nor its news");
    })
    .await;
}

#[tokio::test]
async fn a_ground_other_than_agreement_ends_too_and_nobody_is_told_on_it_after_that() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let answers = ConsentAnswers {
            whom: "authority".into(),
            name: "Children's services".into(),
            purpose: "A child may be at risk".into(),
            what: "What was said about the child".into(),
            said: "without".into(),
            basis: "safeguarding".into(),
            authority: "Ann Shaw, safeguarding lead".into(),
            reason: "A child was left alone".into(),
            ..ConsentAnswers::default()
        };
        let key = Village::key(store.entropy());
        here.rights.record_consent(&here.work(), here.case, (&answers.check().unwrap(), key)).await.unwrap();
        let standing = async || here.rights.known(&here.read(), here.case).await.unwrap().consents;
        let id = standing().await[0].id;
        // The person's own word does not end it.
        here.rights.take_everything_back(&here.work(), here.case).await.unwrap();
        assert!(standing().await[0].stands());
        here.rights.withdraw_consent(&here.work(), (here.case, id)).await.unwrap();
        assert!(!standing().await[0].stands());
        let late =
            here.rights.record_telling(&here.work(), (here.case, id), (&told(), Village::key(store.entropy()))).await;
        assert!(matches!(late, Err(StoreError::ChangedMeanwhile)));
    })
    .await;
}
