//! A village for tests: two practices, a scheme, and one of each who works there.

use fingerpost_domain::Timestamp;
use fingerpost_domain::ambient::Entropy;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::connection::OfferAnswers;
use fingerpost_domain::id::{CaseId, ConnectionId, OrganisationId, ReferralId, RequestKey, ServiceId, TenantId};
use fingerpost_domain::organisation::{
    Identifier, ODS, Organisation, OrganisationKind, OrganisationRecord, OrganisationStatus,
};
use fingerpost_domain::person::{Email, PersonAnswers, PersonDetails};
use fingerpost_domain::referral::{ReferralAnswers, ReferralState};
use fingerpost_domain::role::Role;
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_domain::text::Line;
use fingerpost_policy::{Permission, ReadCase, ReferPerson, Triage, WorkCase};

use super::start;
use crate::{Allocation, Ctx, NewScheme, NewUser, SamePerson, SignedIn, Store, WorkerDays};

/// Everybody of the village, signed in.
#[derive(Debug, Clone)]
pub struct Village {
    /// Whose walled garden it is.
    pub tenant: TenantId,
    /// Where `gp`, `other_gp` and `manager` work.
    pub practice: Organisation,
    /// Another practice of the same scheme, where `far_gp` works.
    pub far_practice: Organisation,
    /// The scheme.
    pub scheme: Organisation,
    /// Refers.
    pub gp: SignedIn,
    /// Refers from the same practice.
    pub other_gp: SignedIn,
    /// Refers from the other practice.
    pub far_gp: SignedIn,
    /// Manages the practice.
    pub manager: SignedIn,
    /// Works with people.
    pub worker: SignedIn,
    /// Works with other people.
    pub other_worker: SignedIn,
    /// Supervises.
    pub supervisor: SignedIn,
    /// Administers the scheme.
    pub administrator: SignedIn,
    /// Keeps the directory.
    pub steward: SignedIn,
}

/// Somebody to refer: an adult with a phone and the NHS number made from `serial`.
///
/// # Panics
/// When `serial` has no valid check digit.
#[must_use]
pub fn person(given: &str, serial: u32) -> PersonDetails {
    let number = fingerpost_domain::nhs_number::NhsNumber::invented(serial).expect("a serial with a check digit");
    let answers = PersonAnswers {
        given: given.to_owned(),
        family: "Alderthwaite".to_owned(),
        born_day: "4".to_owned(),
        born_month: "6".to_owned(),
        born_year: "1947".to_owned(),
        nhs_number: number.to_string(),
        phone: "01632 960 142".to_owned(),
        email: "peggy@example.org".to_owned(),
        ..PersonAnswers::default()
    };
    answers.check(day_of(start())).expect("a person")
}

/// The seven fields, filled in, with the agreement given.
#[must_use]
pub fn answers(agreement: &str) -> ReferralAnswers {
    ReferralAnswers {
        needs: vec!["company".to_owned()],
        words: "I used to sing.".to_owned(),
        reach: "phone".to_owned(),
        risk: "known".to_owned(),
        risk_note: "Lively dog.".to_owned(),
        agreement: agreement.to_owned(),
        ..ReferralAnswers::default()
    }
}

/// An organisation as a register tells of it.
fn registered(kind: OrganisationKind, code: String, name: &str) -> OrganisationRecord {
    OrganisationRecord {
        kind,
        identifier: Identifier { system: ODS, value: code },
        name: Line::parse(name).expect("a name").expect("a name"),
        status: OrganisationStatus::Active,
        address: None,
        postcode: None,
        phone: None,
        opened_on: None,
        closed_on: None,
        dates_unknown: false,
        setting: None,
    }
}

impl Village {
    /// Builds the village of a tenant. Practice codes and e-mails carry `mark`, so that several stand beside
    /// each other.
    ///
    /// # Panics
    /// When the store refuses: the test cannot go on.
    pub async fn build(store: &Store, tenant: &TenantId, mark: &str) -> Self {
        let now = start();
        store.ledger().ensure_tenant(tenant, now).await.expect("a tenant");
        let records = [1, 2].map(|number| {
            let (code, name) = (format!("{mark}000{number}"), format!("{mark} Surgery {number}"));
            registered(OrganisationKind::Practice, code, &name)
        });
        store.import_organisations(&records, ("test", 2, 0), (now, false), |_, _| {}).await.expect("practices");
        let mut practices = vec![];
        for record in &records {
            let found = store.organisation_by_identifier(ODS, &record.identifier.value).await.expect("a read");
            practices.push(found.expect("a practice"));
        }
        let scheme =
            store.add_organisation(OrganisationKind::Scheme, &format!("{mark} Scheme"), now).await.expect("a scheme");
        let serves = practices.iter().map(|practice| practice.id).collect();
        let new = NewScheme { organisation: scheme.id, phone: None, terms: SchemeTerms::default(), practices: serves };
        store.put_scheme(tenant, &new, now).await.expect("terms");
        let (practice, far_practice) = (practices[0].clone(), practices[1].clone());
        let at = |name: &'static str, role, place: &Organisation| (name, role, place.id);
        let mut people = vec![];
        for (name, role, place) in [
            at("gp", Role::Referrer, &practice),
            at("other_gp", Role::Referrer, &practice),
            at("far_gp", Role::Referrer, &far_practice),
            at("manager", Role::PracticeManager, &practice),
            at("worker", Role::LinkWorker, &scheme),
            at("other_worker", Role::LinkWorker, &scheme),
            at("supervisor", Role::Supervisor, &scheme),
            at("administrator", Role::Administrator, &scheme),
            at("steward", Role::Steward, &scheme),
        ] {
            people.push(add(store, tenant, mark, (name, role, place)).await);
        }
        for worker in &people[4..6] {
            let days = [WorkerDays { practice: practice.id, days: "Tuesdays".to_owned() }];
            let profile = ("English", Some("01632 960 200"), 30);
            let who = (worker.actor.user, scheme.id);
            store.put_link_worker(tenant, who, profile, &days, now).await.expect("a link worker");
        }
        let mut people = people.into_iter();
        let mut next = || people.next().expect("nine people");
        Self {
            tenant: tenant.clone(),
            practice,
            far_practice,
            scheme,
            gp: next(),
            other_gp: next(),
            far_gp: next(),
            manager: next(),
            worker: next(),
            other_worker: next(),
            supervisor: next(),
            administrator: next(),
            steward: next(),
        }
    }

    /// A body to which the practice belongs since before anything was sent, and somebody who supervises there.
    ///
    /// # Panics
    /// When the store refuses: the test cannot go on.
    pub async fn body(&self, store: &Store, kind: OrganisationKind, mark: &str) -> (Organisation, SignedIn) {
        let now = start();
        let record = registered(kind, format!("{mark}B"), &format!("{mark} body"));
        let member = self.practice.slug.to_uppercase();
        let since = fingerpost_domain::calendar::plus_days(day_of(now), -400);
        let membership = crate::Membership { member, body: record.identifier.value.clone(), since, until: None };
        let counts = crate::ImportCounts { read: 1, ..crate::ImportCounts::default() };
        let both = (&[record][..], &[membership][..]);
        store.import_networks(both, ("test", counts, counts), (now, false), |_, _| {}).await.expect("a body");
        let found = store.organisation_by_identifier(ODS, &format!("{mark}B")).await.expect("a read").expect("a body");
        let who = add(store, &self.tenant, mark, ("head", Role::Supervisor, found.id)).await;
        (found, who)
    }

    /// What `who` may do in `place` at `now`.
    ///
    /// # Panics
    /// When they may not.
    #[must_use]
    pub fn ctx<P: Permission>(who: &SignedIn, place: &Organisation, now: Timestamp) -> Ctx<P> {
        Ctx { grant: who.actor.grant(place.id).expect("a role that allows it"), now }
    }

    /// The GP sends somebody.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn send(&self, store: &Store, person: &PersonDetails) -> ReferralId {
        self.send_with(store, person, |_| {}).await
    }

    /// The GP sends somebody, having written something more.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn send_with(
        &self,
        store: &Store,
        person: &PersonDetails,
        write: impl FnOnce(&mut ReferralAnswers),
    ) -> ReferralId {
        let ctx = Self::ctx::<ReferPerson>(&self.gp, &self.practice, start());
        let key: RequestKey = store.entropy().id(start());
        let started = store.start_referral(&ctx, person, key).await.expect("a draft");
        let mut typed = answers("agreed");
        write(&mut typed);
        let request = typed.check().expect("a request");
        let state = store.answer_draft(&ctx, started.id, &request).await.expect("an answer");
        assert_eq!(state, ReferralState::Sent);
        started.id
    }

    /// The supervisor accepts a referral for the worker.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn accept(&self, store: &Store, referral: ReferralId) -> CaseId {
        let ctx = Self::ctx::<Triage>(&self.supervisor, &self.scheme, start());
        let allocation = Allocation { worker: self.worker.actor.user, person: SamePerson::New(vec![]) };
        store.accept(&ctx, referral, allocation).await.expect("accepted").case
    }

    /// A choir in the directory.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn choir(store: &Store) -> ServiceId {
        let choir = serde_json::from_value(serde_json::json!({ "id": "1", "name": "Tannery Choir" }));
        let choir: fingerpost_directory::hsds::Service = choir.expect("an entry");
        let settled = [choir.settled("test").expect("an entry")];
        store.import_services(&settled, ("test", 1, 0), (start(), false), |_, _| {}).await.expect("imported");
        store.entries().after(0, 1).await.expect("entries")[0].id
    }

    /// The worker offers somebody of theirs to a service, by e-mail.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn offer(
        &self,
        store: &Store,
        (case, service): (CaseId, ServiceId),
        (told, key): (&str, RequestKey),
    ) -> ConnectionId {
        let answers = OfferAnswers {
            ask: "Used to sing alto.".to_owned(),
            agreed: true,
            told: told.to_owned(),
            way: "email".to_owned(),
            email: "choir@example.org".to_owned(),
            ..OfferAnswers::default()
        };
        let read = Self::ctx::<ReadCase>(&self.worker, &self.scheme, start());
        let work = Self::ctx::<WorkCase>(&self.worker, &self.scheme, start());
        let person = store.case(&read, case).await.expect("a case").person;
        let offer = answers.check(&person.details, &person.safe_contact).expect("an offer");
        store.offer_connection(&work, case, (service, &offer, key)).await.expect("offered")
    }

    /// A fresh request key.
    #[must_use]
    pub fn key(entropy: &Entropy) -> RequestKey {
        entropy.id(start())
    }
}

async fn add(
    store: &Store,
    tenant: &TenantId,
    mark: &str,
    (name, role, place): (&str, Role, OrganisationId),
) -> SignedIn {
    let user = NewUser {
        name: format!("{mark} {name}"),
        email: Email::parse(&format!("{name}.{mark}@example.org")).expect("an address"),
        job_title: None,
        password_hash: None,
        roles: vec![(place, role)],
    };
    let id = store.add_user(tenant, &user, start()).await.expect("a user");
    store.load_signed_in(tenant, id).await.expect("a read").expect("a user")
}
