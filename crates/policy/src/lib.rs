//! Who may do what to which record, and why. Pure.
//!
//! One table, [`rule`], answers for every role and action. A [`Grant`] is the proof that it was asked:
//! the store takes grants, not users, so a query that nobody was allowed to make does not type-check.
//! The printed table is `docs/access-matrix.txt`; a test keeps it true.

use std::marker::PhantomData;

use fingerpost_domain::coded;
use fingerpost_domain::id::{OrganisationId, TenantId, UserId};
use fingerpost_domain::role::Role;

coded! {
    /// Something that can be done.
    pub enum Action {
        /// Write and send a referral.
        ReferPerson = "refer_person",
        /// See what became of people who were sent, with the feedback.
        ReadSent = "read_sent",
        /// Take a referral back before it is answered.
        TakeBack = "take_back",
        /// Say what a scheme asked about a referral: one's own, or one of somebody who does not sign in any more.
        AnswerBack = "answer_back",
        /// See waiting referrals, accept and allocate them, or not accept them.
        Triage = "triage",
        /// See a caseload.
        ReadCaseload = "read_caseload",
        /// Open a case.
        ReadCase = "read_case",
        /// Record contacts, write notes, close a case.
        WorkCase = "work_case",
        /// Say who is away and who covers; give people to another link worker.
        Reallocate = "reallocate",
        /// Invite people who sign in, disable them.
        ManageUsers = "manage_users",
        /// See counts of flow, small ones suppressed.
        ReadFlow = "read_flow",
        /// Open the list of people behind a count, and so see counts exactly.
        ReadCounted = "read_counted",
        /// Make and end the keys with which a practice's launcher signs.
        ManageLaunch = "manage_launch",
        /// Look for services.
        SearchDirectory = "search_directory",
        /// Mend entries of the directory, ask groups, settle what readers report.
        KeepDirectory = "keep_directory",
        /// Note that somebody was told about a service.
        Signpost = "signpost",
        /// See messages that did not arrive, send them again.
        SeeMessages = "see_messages",
        /// Give somebody a copy of everything that is held about them.
        CopyRecord = "copy_record",
        /// Say how long records are kept, and destroy those whose time is over.
        KeepRecords = "keep_records",
        /// Put two records of one person together, and take them apart.
        MergePeople = "merge_people",
        /// Say whether the scheme takes people, its criteria, its reminders and letters.
        SetIntake = "set_intake",
        /// Say what a link worker helps with, when they are where, with a picture.
        KeepProfile = "keep_profile",
        /// Lead an improvement project: count, ask the staff, change something, study it.
        Improve = "improve",
    }
}

impl Action {
    /// The resource that the action touches.
    #[must_use]
    pub const fn resource(self) -> &'static str {
        match self {
            Self::ReferPerson
            | Self::ReadSent
            | Self::TakeBack
            | Self::AnswerBack
            | Self::Triage
            | Self::ReadCounted => "referral",
            Self::ReadCaseload
            | Self::ReadCase
            | Self::WorkCase
            | Self::Reallocate
            | Self::CopyRecord
            | Self::KeepRecords
            | Self::MergePeople => "case",
            Self::ManageUsers | Self::KeepProfile => "user",
            Self::SetIntake => "scheme",
            Self::ManageLaunch => "launch_key",
            Self::ReadFlow => "counts",
            Self::SearchDirectory | Self::KeepDirectory => "service",
            Self::Signpost => "signpost",
            Self::SeeMessages => "message",
            Self::Improve => "improvement",
        }
    }
}

/// How far a right reaches inside the organisation in which it is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Only what is one's own: sent by, or allocated to, the actor.
    Own,
    /// Everything of the organisation.
    Organisation,
}

coded! {
    /// Why somebody may look. Derived from the role, never typed; kept with each audit row.
    pub enum Ground {
        /// They sent the person.
        Referrer = "referrer",
        /// They manage the practice that sent the person.
        Practice = "practice",
        /// They triage for the scheme.
        Triage = "triage",
        /// The case is allocated to them.
        Allocated = "allocated",
        /// They supervise the scheme.
        Supervision = "supervision",
        /// They administer the organisation.
        Administration = "administration",
        /// Anybody may: it is about nobody.
        Public = "public",
    }
}

/// The whole policy: whether `role` may do `action`, how far, and on what ground.
#[must_use]
pub const fn rule(role: Role, action: Action) -> Option<(Reach, Ground)> {
    use Action as A;
    match (role, action) {
        (_, A::SearchDirectory) => Some((Reach::Organisation, Ground::Public)),
        (Role::Referrer | Role::PracticeManager | Role::LinkWorker | Role::Supervisor, A::Signpost) => {
            Some((Reach::Organisation, Ground::Public))
        }
        // It holds counts and answers without names. A practice's own are its own business; a scheme's are its supervisor's.
        (Role::Referrer | Role::PracticeManager, A::Improve) => Some((Reach::Organisation, Ground::Practice)),
        (Role::Supervisor, A::Improve) => Some((Reach::Organisation, Ground::Supervision)),
        (Role::Referrer, A::ReferPerson | A::ReadSent | A::TakeBack | A::AnswerBack) => {
            Some((Reach::Own, Ground::Referrer))
        }
        (Role::PracticeManager, A::ReadSent | A::AnswerBack | A::ReadFlow | A::ReadCounted | A::ManageLaunch) => {
            Some((Reach::Organisation, Ground::Practice))
        }
        (Role::LinkWorker, A::Triage) => Some((Reach::Organisation, Ground::Triage)),
        (Role::LinkWorker, A::KeepProfile) => Some((Reach::Own, Ground::Administration)),
        (Role::Supervisor, A::SetIntake | A::KeepProfile) => Some((Reach::Organisation, Ground::Supervision)),
        (Role::LinkWorker, A::ReadCaseload | A::ReadCase | A::WorkCase | A::Reallocate | A::SeeMessages) => {
            Some((Reach::Own, Ground::Allocated))
        }
        (Role::Supervisor, A::Triage) => Some((Reach::Organisation, Ground::Triage)),
        (
            Role::Supervisor,
            A::ReadCaseload
            | A::ReadCase
            | A::WorkCase
            | A::Reallocate
            | A::ReadFlow
            | A::ReadCounted
            | A::SeeMessages
            | A::CopyRecord
            | A::KeepRecords
            | A::MergePeople,
        ) => Some((Reach::Organisation, Ground::Supervision)),
        (Role::Steward, A::KeepDirectory) => Some((Reach::Organisation, Ground::Public)),
        (Role::Administrator, A::ManageUsers | A::ReadFlow | A::SeeMessages) => {
            Some((Reach::Organisation, Ground::Administration))
        }
        _ => None,
    }
}

/// An action as a type, so that a function can ask for the grant of that very action.
pub trait Permission: Send + Sync + 'static {
    /// The action.
    const ACTION: Action;
}

macro_rules! permissions {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl Permission for $name { const ACTION: Action = Action::$name; }
    )+};
}

permissions! {
    /// May write and send a referral.
    ReferPerson,
    /// May see people who were sent.
    ReadSent,
    /// May take a referral back.
    TakeBack,
    /// May say what a scheme asked.
    AnswerBack,
    /// May triage.
    Triage,
    /// May see a caseload.
    ReadCaseload,
    /// May open a case.
    ReadCase,
    /// May work in a case.
    WorkCase,
    /// May say who is away, and give people to another link worker.
    Reallocate,
    /// May manage users.
    ManageUsers,
    /// May make and end launch keys.
    ManageLaunch,
    /// May see counts.
    ReadFlow,
    /// May open the list behind a count.
    ReadCounted,
    /// May keep the directory true.
    KeepDirectory,
    /// May look for services.
    SearchDirectory,
    /// May note a signpost.
    Signpost,
    /// May see messages that did not arrive.
    SeeMessages,
    /// May give a copy of what is held about somebody.
    CopyRecord,
    /// May say how long records are kept, and destroy those whose time is over.
    KeepRecords,
    /// May put two records of one person together.
    MergePeople,
    /// May set how the scheme takes people up.
    SetIntake,
    /// May keep a link worker's profile.
    KeepProfile,
    /// May lead an improvement project.
    Improve,
}

/// A role held in one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The role.
    pub role: Role,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Their tenant.
    pub tenant: TenantId,
    /// Who they are.
    pub user: UserId,
    /// What they are in which organisation.
    pub memberships: Vec<Membership>,
}

impl Actor {
    /// The grant of action `P` in `organisation`, with the widest reach of the actor's roles there, or
    /// `None` when no role allows it.
    #[must_use]
    pub fn grant<P: Permission>(&self, organisation: OrganisationId) -> Option<Grant<P>> {
        self.memberships
            .iter()
            .filter(|held| held.organisation == organisation)
            .filter_map(|held| rule(held.role, P::ACTION))
            .max_by_key(|(reach, _)| *reach)
            .map(|(reach, ground)| Grant {
                tenant: self.tenant.clone(),
                user: self.user,
                organisation,
                reach,
                ground,
                permission: PhantomData,
            })
    }

    /// Whether some role of the actor in `organisation` allows `action`.
    #[must_use]
    pub fn may(&self, organisation: OrganisationId, action: Action) -> bool {
        self.memberships.iter().any(|held| held.organisation == organisation && rule(held.role, action).is_some())
    }
}

/// The proof that an actor may do `P` in one organisation. Only [`Actor::grant`] makes one.
#[derive(Debug, Clone)]
pub struct Grant<P> {
    tenant: TenantId,
    user: UserId,
    organisation: OrganisationId,
    reach: Reach,
    ground: Ground,
    permission: PhantomData<P>,
}

impl<P: Permission> Grant<P> {
    /// The actor's tenant.
    #[must_use]
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The actor.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// The organisation in which the right is held.
    #[must_use]
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// The actor when the right reaches only their own records, `None` when it reaches all of the
    /// organisation's: what a query puts into its WHERE clause.
    #[must_use]
    pub fn only_user(&self) -> Option<UserId> {
        (self.reach == Reach::Own).then_some(self.user)
    }

    /// Why the actor may.
    #[must_use]
    pub const fn ground(&self) -> Ground {
        self.ground
    }
}

/// The policy as a table for people: role × action × resource.
#[must_use]
pub fn matrix() -> String {
    let mut out = format!("{:<15} {:<10}", "action", "resource");
    for role in Role::ALL {
        out.push_str(&format!(" {:<28}", role.code()));
    }
    for &action in Action::ALL {
        out = out.trim_end().to_owned();
        out.push_str(&format!("\n{:<15} {:<10}", action.code(), action.resource()));
        for &role in Role::ALL {
            let cell = match rule(role, action) {
                None => "-".to_owned(),
                Some((Reach::Own, ground)) => format!("own ({})", ground.code()),
                Some((Reach::Organisation, ground)) => format!("organisation ({})", ground.code()),
            };
            out.push_str(&format!(" {cell:<28}"));
        }
    }
    out.trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use fingerpost_domain::ambient::Entropy;
    use fingerpost_domain::{Timestamp, id::OrganisationId};

    use super::*;

    #[test]
    fn the_printed_matrix_is_the_policy() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/access-matrix.txt");
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(path, matrix()).unwrap();
        }
        let printed = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(printed, matrix(), "run the test with UPDATE_SNAPSHOTS=1 and read the difference");
    }

    #[test]
    fn a_right_ends_at_the_organisation_in_which_it_is_held() {
        let entropy = Entropy::from_number(1);
        let at = Timestamp::UNIX_EPOCH;
        let (here, there): (OrganisationId, OrganisationId) = (entropy.id(at), entropy.id(at));
        let actor = Actor {
            tenant: TenantId::main(),
            user: entropy.id(at),
            memberships: vec![Membership { organisation: here, role: Role::LinkWorker }],
        };
        assert!(actor.grant::<ReadCase>(here).is_some());
        assert!(actor.grant::<ReadCase>(there).is_none());
        assert!(actor.grant::<ReferPerson>(here).is_none());
    }

    #[test]
    fn the_widest_of_two_roles_counts() {
        let entropy = Entropy::from_number(1);
        let organisation = entropy.id(Timestamp::UNIX_EPOCH);
        let actor = Actor {
            tenant: TenantId::main(),
            user: entropy.id(Timestamp::UNIX_EPOCH),
            memberships: [Role::LinkWorker, Role::Supervisor].map(|role| Membership { organisation, role }).into(),
        };
        let grant = actor.grant::<ReadCase>(organisation).unwrap();
        assert_eq!((grant.only_user(), grant.ground()), (None, Ground::Supervision));
    }

    #[test]
    fn an_administrator_sees_flow_and_no_content() {
        for &action in Action::ALL {
            let allowed = rule(Role::Administrator, action).is_some();
            assert_eq!(
                allowed,
                // Of messages they see which did not arrive and why: no name, no word.
                matches!(
                    action,
                    Action::ManageUsers | Action::ReadFlow | Action::SearchDirectory | Action::SeeMessages
                ),
                "{action:?}"
            );
        }
    }
}
