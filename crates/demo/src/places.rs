//! The place: practices, the scheme, and those who work there.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{OrganisationId, TenantId, UserId};
use fingerpost_domain::organisation::{
    Identifier, ODS, Organisation, OrganisationKind, OrganisationRecord, OrganisationStatus,
};
use fingerpost_domain::person::{Email, Phone, Postcode};
use fingerpost_domain::role::Role;
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_domain::text::Line;
use fingerpost_policy::{Grant, Permission};
use fingerpost_store::{Ctx, NewScheme, NewUser, SignedIn, Store, WorkerDays};

use crate::DemoError;

/// Codes that no register gives out begin with Z9.
const PRACTICES: &[(&str, &str, &str)] = &[
    ("Z90001", "Millrace Surgery", "2 Millrace Lane, Market Wexley"),
    ("Z90002", "Kelderbridge Medical Centre", "Station Parade, Kelderbridge"),
    ("Z90003", "St Osyth's Road Practice", "71 St Osyth's Road, Market Wexley"),
];
const SCHEME: &str = "Wexley Vale Social Prescribing";

/// Name, local part of the e-mail, what they do, role, places: practice numbers, 9 for the scheme.
type Person = (&'static str, &'static str, &'static str, Role, &'static [usize]);

const THE_SCHEME: usize = 9;
const STAFF: &[Person] = &[
    ("Dr Anil Ferreira", "anil.ferreira", "GP", Role::Referrer, &[0]),
    ("Chidi Nwosu", "chidi.nwosu", "Practice nurse", Role::Referrer, &[0]),
    ("Bronwen Pike", "bronwen.pike", "Receptionist", Role::Referrer, &[0]),
    ("Dr Ruth Abernathy", "ruth.abernathy", "GP", Role::Referrer, &[1, 2]),
    ("Imran Sheikh", "imran.sheikh", "Pharmacist", Role::Referrer, &[1]),
    ("Dr Kasia Wójcik", "kasia.wojcik", "GP", Role::Referrer, &[2]),
    ("Helen Tranter", "helen.tranter", "Practice manager", Role::PracticeManager, &[0]),
    ("Maya Okonkwo", "maya.okonkwo", "Link worker", Role::LinkWorker, &[THE_SCHEME]),
    ("Tomasz Brennan", "tomasz.brennan", "Link worker", Role::LinkWorker, &[THE_SCHEME]),
    ("Leila Farouk", "leila.farouk", "Link worker", Role::LinkWorker, &[THE_SCHEME]),
    ("Josephine Carr", "josephine.carr", "Supervisor", Role::Supervisor, &[THE_SCHEME]),
    ("Gareth Moon", "gareth.moon", "Administrator", Role::Administrator, &[THE_SCHEME]),
    ("Anwen Rees", "anwen.rees", "Directory steward", Role::Steward, &[THE_SCHEME]),
];

/// E-mail, languages, phone, places, days at practices.
type WorkerPlan = (&'static str, &'static str, &'static str, u16, &'static [(usize, &'static str)]);

const WORKERS: &[WorkerPlan] = &[
    ("maya.okonkwo", "English and Yoruba", "01632 960 200", 30, &[(0, "Tuesdays and Thursdays, room 4")]),
    ("tomasz.brennan", "English and Polish", "01632 960 201", 30, &[(1, "Mondays, room 2"), (2, "Wednesdays")]),
    ("leila.farouk", "English and Arabic", "01632 960 202", 24, &[(2, "Fridays, upstairs")]),
];

/// Those who work in the place, signed in.
#[derive(Debug)]
pub(crate) struct Cast {
    pub scheme: Organisation,
    /// Referrers with the places they refer from.
    pub referrers: Vec<(SignedIn, OrganisationId)>,
    pub workers: Vec<SignedIn>,
    pub supervisor: SignedIn,
    /// The steward of the directory.
    pub steward: SignedIn,
    /// A practice manager, with the practice.
    pub manager: (SignedIn, OrganisationId),
}

impl Cast {
    /// What `who` does in `place` at `now`.
    pub(crate) fn ctx<P: Permission>(
        who: &SignedIn,
        place: OrganisationId,
        now: Timestamp,
    ) -> Result<Ctx<P>, DemoError> {
        let grant: Grant<P> = who.actor.grant(place).ok_or(DemoError::Refused("role"))?;
        Ok(Ctx { grant, now })
    }
}

fn practice((code, name, address): (&str, &str, &str)) -> Result<OrganisationRecord, DemoError> {
    let refused = || DemoError::Refused("practice");
    Ok(OrganisationRecord {
        kind: OrganisationKind::Practice,
        identifier: Identifier { system: ODS, value: code.to_owned() },
        name: Line::parse(name).ok().flatten().ok_or_else(refused)?,
        status: OrganisationStatus::Active,
        address: Line::parse(address).ok().flatten(),
        postcode: Postcode::parse("WX4 2TN").ok(),
        phone: Phone::parse("01632 960 001").ok(),
        opened_on: None,
        closed_on: None,
        dates_unknown: false,
        setting: Some("4".to_owned()),
    })
}

/// Builds the place and gives those who work there.
pub(crate) async fn build(store: &Store, tenant: &TenantId, now: Timestamp) -> Result<Cast, DemoError> {
    let records = PRACTICES.iter().map(|row| practice(*row)).collect::<Result<Vec<_>, _>>()?;
    store.import_organisations(&records, ("invented", 3, 0), (now, false), |_, _| {}).await?;
    let mut practices = vec![];
    for (code, ..) in PRACTICES {
        let found = store.organisation_by_identifier(ODS, code).await?;
        practices.push(found.ok_or(DemoError::Refused("practice"))?);
    }
    let scheme = store.add_organisation(OrganisationKind::Scheme, SCHEME, now).await?;
    let ids = practices.iter().map(|practice| practice.id).collect();
    let phone = Phone::parse("01632 960 199").ok();
    let new = NewScheme { organisation: scheme.id, phone, terms: SchemeTerms::default(), practices: ids };
    store.put_scheme(tenant, &new, now).await?;
    let place = |at: usize| if at == THE_SCHEME { scheme.id } else { practices[at].id };
    let (mut referrers, mut workers, mut supervisor, mut steward, mut manager) = (vec![], vec![], None, None, None);
    for (name, mailbox, job_title, role, at) in STAFF {
        let user = add(store, tenant, (name, mailbox, job_title), at.iter().map(|at| (place(*at), *role)), now).await?;
        if let Some((_, languages, phone, places, days)) = WORKERS.iter().find(|(of, ..)| of == mailbox) {
            let days: Vec<WorkerDays> =
                days.iter().map(|(at, days)| WorkerDays { practice: place(*at), days: (*days).to_owned() }).collect();
            let profile = (*languages, Some(*phone), *places);
            store.put_link_worker(tenant, (user, scheme.id), profile, &days, now).await?;
        }
        let signed_in = store.load_signed_in(tenant, user).await?.ok_or(DemoError::Refused("user"))?;
        match role {
            Role::Referrer => referrers.extend(at.iter().map(|at| (signed_in.clone(), place(*at)))),
            Role::LinkWorker => workers.push(signed_in),
            Role::Supervisor => supervisor = Some(signed_in),
            Role::PracticeManager => manager = at.first().map(|at| (signed_in, place(*at))),
            Role::Steward => steward = Some(signed_in),
            Role::Administrator => {}
        }
    }
    Ok(Cast {
        scheme,
        referrers,
        workers,
        supervisor: supervisor.ok_or(DemoError::Refused("supervisor"))?,
        steward: steward.ok_or(DemoError::Refused("steward"))?,
        manager: manager.ok_or(DemoError::Refused("manager"))?,
    })
}

async fn add(
    store: &Store,
    tenant: &TenantId,
    (name, mailbox, job_title): (&str, &str, &str),
    roles: impl Iterator<Item = (OrganisationId, Role)>,
    now: Timestamp,
) -> Result<UserId, DemoError> {
    let user = NewUser {
        name: name.to_owned(),
        email: Email::parse(&format!("{mailbox}@wexleyvale.example")).map_err(|_| DemoError::Refused("email"))?,
        job_title: Some(job_title.to_owned()),
        password_hash: None,
        roles: roles.collect(),
    };
    Ok(store.add_user(tenant, &user, now).await?)
}
