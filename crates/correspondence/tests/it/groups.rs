//! A group is told no more than the person agreed to, and only while it is its turn to know.

use fingerpost_domain::access::{AccessNeed, AccessNeeds};
use fingerpost_domain::connection::{ConnectionState, EndReason, GroupReason, OfferAnswers};
use fingerpost_domain::id::{CaseId, ConnectionId, ServiceId, TenantId};
use fingerpost_policy::{ReadCase, WorkCase};
use jiff::civil::date;

use fingerpost_correspondence::{Correspondence, Door, PersonForGroup};
use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{ConnectionChange, Ctx, LiveLink, MessageTemplate, Store, StoreError};

fn corr(store: &Store) -> Correspondence {
    Correspondence::over(store.clone())
}

/// What somebody reads who gave a code.
async fn named(store: &Store, link: &LiveLink) -> Option<PersonForGroup> {
    match corr(store).group_view(link, true, start()).await.unwrap().door {
        Door::Open(person) => Some(person),
        Door::NotYet | Door::Shut => None,
    }
}

pub(crate) struct Here {
    pub(crate) village: Village,
    pub(crate) case: CaseId,
    pub(crate) service: ServiceId,
}

impl Here {
    pub(crate) async fn of(store: &Store) -> Self {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let referral = village.send(store, &person("Peggy", 1)).await;
        let case = village.accept(store, referral).await;
        let service = Village::choir(store).await;
        Self { village, case, service }
    }

    pub(crate) fn work(&self) -> Ctx<WorkCase> {
        Village::ctx(&self.village.worker, &self.village.scheme, start())
    }

    pub(crate) fn read(&self) -> Ctx<ReadCase> {
        Village::ctx(&self.village.worker, &self.village.scheme, start())
    }

    pub(crate) async fn offer(&self, store: &Store, told: &str) -> ConnectionId {
        let (to, key) = ((self.case, self.service), Village::key(store.entropy()));
        let id = self.village.offer(store, to, (told, key)).await;
        let again = self.village.offer(store, to, (told, key)).await;
        assert_eq!(id, again, "the same form offers once");
        id
    }

    pub(crate) async fn state(&self, store: &Store, id: ConnectionId) -> ConnectionState {
        store.connection(&self.read(), (self.case, id)).await.unwrap().0.state
    }
}

pub(crate) async fn link(store: &Store, here: &Here, id: ConnectionId) -> LiveLink {
    let token = corr(store).mint_group_link(&here.village.tenant, &id.to_string(), start()).await.unwrap().unwrap();
    store.live_link(&token, start()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_group_reads_no_name_before_its_yes_and_none_after_the_agreement_is_taken_back() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let id = here.offer(store, "name_and_phone").await;
        let asked = store.claim_messages(10, start()).await.unwrap();
        let to_group: Vec<_> = asked.iter().filter(|m| m.template == MessageTemplate::ConnectionOffered).collect();
        assert_eq!((to_group.len(), to_group[0].addressee.email()), (1, "choir@example.org"));

        let link = link(store, &here, id).await;
        let view = corr(store).group_view(&link, true, start()).await.unwrap();
        assert!(view.door == Door::NotYet && view.ask == "Used to sing alto.");
        corr(store).group_says(&link, ConnectionChange::Yes, start()).await.unwrap();
        corr(store).group_says(&link, ConnectionChange::Yes, start()).await.unwrap();
        let shut = corr(store).group_view(&link, false, start()).await.unwrap();
        assert_eq!((shut.door, shut.masked.as_str()), (Door::Shut, "c\u{2022}\u{2022}\u{2022}@example.org"));
        let person = named(store, &link).await.unwrap();
        assert!(person.name.starts_with("Peggy Alder") && person.phone.is_some());
        let told = store.claim_messages(10, start()).await.unwrap();
        let answered = told.iter().filter(|m| m.template == MessageTemplate::GroupAnswered).count();
        assert_eq!(answered, 1, "the worker is told once, however often the button is pressed");

        store.change_connection(&here.work(), (here.case, id), ConnectionChange::Withdraw).await.unwrap();
        assert!(matches!(
            corr(store).group_says(&link, ConnectionChange::Yes, start()).await,
            Err(StoreError::NotFound)
        ));
        assert!(named(store, &link).await.is_none(), "not even to an open page");
        assert_eq!(here.state(store, id).await, ConnectionState::Withdrawn);
    })
    .await;
}

#[tokio::test]
async fn a_group_may_change_its_mind_until_the_person_has_been_there() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let id = here.offer(store, "name_only").await;
        let link = link(store, &here, id).await;
        let says = async |change| corr(store).group_says(&link, change, start()).await;
        says(ConnectionChange::No(GroupReason::Full)).await.unwrap();
        let (row, _) = store.connection(&here.read(), (here.case, id)).await.unwrap();
        assert_eq!((row.state, row.group_reason), (ConnectionState::DeclinedByGroup, Some(GroupReason::Full)));
        says(ConnectionChange::Yes).await.unwrap();
        let person = named(store, &link).await.unwrap();
        assert_eq!((person.name.as_str(), person.phone), ("Peggy", None), "as far as they agreed");
        assert!(person.needs.is_empty());
        let needs =
            |may_share| AccessNeeds { needs: vec![AccessNeed::LargePrint], may_share, review_on: date(2027, 11, 21) };
        for (may_share, told) in [(false, 0), (true, 1)] {
            let nothing = std::collections::BTreeMap::new();
            let said = (&nothing, Some(&needs(may_share)));
            store.say_about_person(&here.work(), here.case, said).await.unwrap();
            let person = named(store, &link).await.unwrap();
            assert_eq!(person.needs.len(), told, "needs are told only where they agreed");
        }
        let day = date(2026, 11, 21);
        says(ConnectionChange::Visit { on: day, came: true }).await.unwrap();
        assert!(matches!(says(ConnectionChange::No(GroupReason::Closing)).await, Err(StoreError::ConnectionNotNow(_))));
        assert_eq!(here.state(store, id).await, ConnectionState::Started);
        says(ConnectionChange::Visit { on: day, came: false }).await.unwrap();
        let (row, visits) = store.connection(&here.read(), (here.case, id)).await.unwrap();
        assert_eq!((row.state, row.came, row.missed, row.started_on), (ConnectionState::Accepted, 0, 1, None));
        assert_eq!(visits, [(day, false)], "told wrongly, told again");
        says(ConnectionChange::Visit { on: day, came: true }).await.unwrap();
        let end = ConnectionChange::End(EndReason::GoesOn);
        store.change_connection(&here.work(), (here.case, id), end).await.unwrap();
        let page = store.case(&here.read(), here.case).await.unwrap();
        assert_eq!(page.connections[0].end_reason, Some(EndReason::GoesOn));
        assert!(says(ConnectionChange::Visit { on: day, came: true }).await.is_err(), "the link ended with it");
    })
    .await;
}

#[tokio::test]
async fn a_closed_case_ends_what_groups_may_read_and_say() {
    use fingerpost_domain::case::ClosingAnswers;
    on_both(async |store| {
        let here = Here::of(store).await;
        let (full, yes) = (here.offer(store, "name_only").await, here.offer(store, "name_only").await);
        let (no_link, yes_link) = (link(store, &here, full).await, link(store, &here, yes).await);
        corr(store).group_says(&no_link, ConnectionChange::No(GroupReason::Full), start()).await.unwrap();
        corr(store).group_says(&yes_link, ConnectionChange::Yes, start()).await.unwrap();
        let closing = ClosingAnswers {
            outcome: "reached".into(),
            continues: "The choir.".into(),
            referrer_hears: "nothing".into(),
            ..ClosingAnswers::default()
        };
        let version = store.case(&here.read(), here.case).await.unwrap().version;
        store.close_case(&here.work(), here.case, (&closing.check().unwrap(), version)).await.unwrap();
        for link in [&no_link, &yes_link] {
            let said = corr(store).group_says(link, ConnectionChange::Yes, start()).await;
            assert!(matches!(said, Err(StoreError::NotFound)), "a changed mind comes too late");
        }
        assert_eq!(here.state(store, full).await, ConnectionState::DeclinedByGroup, "what a group said stands");
        assert_eq!(here.state(store, yes).await, ConnectionState::Accepted, "they go on without a page of ours");
    })
    .await;
}

#[tokio::test]
async fn two_presses_at_the_same_moment_offer_once_and_both_are_told_so() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let peggy = store.case(&here.read(), here.case).await.unwrap().person;
        let answers = |told: &str| OfferAnswers {
            ask: "Used to sing.".into(),
            agreed: true,
            told: told.into(),
            way: "by_hand".into(),
            ..OfferAnswers::default()
        };
        let offer = answers("name").check(&peggy.details, &peggy.safe_contact).unwrap();
        let other = answers("name_only").check(&peggy.details, &peggy.safe_contact).unwrap();
        let key = Village::key(store.entropy());
        let work = here.work();
        let press = |offer| Box::pin(store.offer_connection(&work, here.case, (here.service, offer, key)));
        let (a, b, c) = tokio::join!(press(&offer), press(&offer), press(&offer));
        assert_eq!(a.unwrap(), b.unwrap());
        c.unwrap();
        let narrower = press(&other).await;
        assert!(matches!(narrower, Err(StoreError::ChangedMeanwhile)), "another agreement is not the same offer");
        assert_eq!(store.case(&here.read(), here.case).await.unwrap().connections.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_service_that_has_closed_is_not_offered_from_an_old_page() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let closed = serde_json::json!({ "id": "1", "name": "Tannery Choir", "status": "inactive" });
        let closed: fingerpost_directory::hsds::Service = serde_json::from_value(closed).unwrap();
        let closed = [closed.settled("test").unwrap()];
        store.import_services(&closed, ("test", 1, 0), (start(), false), |_, _| {}).await.unwrap();
        let peggy = store.case(&here.read(), here.case).await.unwrap().person;
        let answers = OfferAnswers {
            ask: "Used to sing.".into(),
            agreed: true,
            told: "name".into(),
            way: "by_hand".into(),
            ..OfferAnswers::default()
        };
        let offer = answers.check(&peggy.details, &peggy.safe_contact).unwrap();
        let key = Village::key(store.entropy());
        let tried = store.offer_connection(&here.work(), here.case, (here.service, &offer, key)).await;
        assert!(matches!(tried, Err(StoreError::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn a_question_that_was_taken_back_does_not_leave() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let id = here.offer(store, "name_only").await;
        let stranger = Village::ctx::<WorkCase>(&here.village.other_worker, &here.village.scheme, start());
        let taken = store.change_connection(&stranger, (here.case, id), ConnectionChange::Withdraw).await;
        assert!(matches!(taken, Err(StoreError::NotFound)));
        store.change_connection(&here.work(), (here.case, id), ConnectionChange::Withdraw).await.unwrap();
        let claimed = store.claim_messages(10, start()).await.unwrap();
        assert!(claimed.iter().all(|message| message.template != MessageTemplate::ConnectionOffered));
        let minted = corr(store).mint_group_link(&here.village.tenant, &id.to_string(), start()).await.unwrap();
        assert_eq!(minted, None);
    })
    .await;
}
