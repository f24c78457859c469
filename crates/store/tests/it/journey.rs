//! One referral there and back, and every way in which it can be done twice.

use fingerpost_domain::case::{ClosingAnswers, ContactAnswers};
use fingerpost_domain::codes::CodeMeaning;
use fingerpost_domain::feedback::FeedbackKind;
use fingerpost_domain::id::TenantId;
use fingerpost_domain::referral::{NotNow, ReferralState, Refusal};
use fingerpost_policy::{ReadCase, ReadSent, ReferPerson, TakeBack, Triage, WorkCase};

use fingerpost_store::testing::{Village, answers, on_both, person, start};
use fingerpost_store::{Allocation, SamePerson, Store, StoreError};

fn contact(happened: &str) -> ContactAnswers {
    ContactAnswers {
        kind: "phone".into(),
        on_day: "21".into(),
        on_month: "11".into(),
        on_year: "2026".into(),
        happened: happened.into(),
        note: "First conversation.".into(),
        matters: "I used to sing.".into(),
        next: "Visit".into(),
        due_day: "27".into(),
        due_month: "11".into(),
        due_year: "2026".into(),
        referrer_hears: "summary".into(),
        line_for_referrer: "We have met.".into(),
    }
}

fn closing(hears: &str) -> ClosingAnswers {
    ClosingAnswers {
        outcome: "reached".into(),
        changed: "They save me a chair.".into(),
        continues: "The choir.".into(),
        referrer_hears: hears.into(),
        ..ClosingAnswers::default()
    }
}

async fn village(store: &Store) -> Village {
    Village::build(store, &TenantId::main(), "T").await
}

#[tokio::test]
async fn a_referral_goes_there_and_back() {
    on_both(async |store| {
        let v = village(store).await;
        let referral = v.send(store, &person("Margaret", 1)).await;
        let waiting = store.waiting(&Village::ctx::<Triage>(&v.supervisor, &v.scheme, start()), 0).await.unwrap();
        assert_eq!(waiting.len(), 1);
        let case = v.accept(store, referral).await;
        let ctx = Village::ctx::<WorkCase>(&v.worker, &v.scheme, start());
        let read = Village::ctx::<ReadCase>(&v.worker, &v.scheme, start());
        let page = store.case(&read, case).await.unwrap();
        let today = fingerpost_domain::calendar::day_of(start());
        let entry = contact("used_session").check(page.standing(), today).unwrap();
        store.record_contact(&ctx, case, (&entry, Village::key(store.entropy()), page.version)).await.unwrap();
        let page = store.case(&read, case).await.unwrap();
        assert_eq!((page.sessions_used, page.contacts_happened, page.contacts.len()), (1, 1, 1));
        assert_eq!(page.matters.as_deref(), Some("I used to sing."));
        let gp = Village::ctx::<ReadSent>(&v.gp, &v.practice, start());
        let sent = store.sent_one(&gp, referral).await.unwrap();
        assert_eq!(sent.row.state, ReferralState::Accepted);
        assert_eq!(sent.code.map(|code| code.means), Some(CodeMeaning::Referred));
        assert_eq!(sent.feedback.len(), 1);
        assert!(sent.feedback[0].sections.iter().any(|section| section.text == "We have met."));
        store.close_case(&ctx, case, (&closing("summary").check().unwrap(), page.version)).await.unwrap();
        let sent = store.sent_one(&gp, referral).await.unwrap();
        assert_eq!(sent.feedback[0].kind, FeedbackKind::Closing);
        assert!(sent.row.closed_at.is_some());
        let person = page.person.clone();
        let late = store.change_care(&ctx, case, (&person, page.version)).await;
        assert!(matches!(late, Err(StoreError::ChangedMeanwhile)));
    })
    .await;
}

#[tokio::test]
async fn a_double_click_makes_one_referral_one_contact_and_one_answer() {
    on_both(async |store| {
        let v = village(store).await;
        let ctx = Village::ctx::<ReferPerson>(&v.gp, &v.practice, start());
        let key = Village::key(store.entropy());
        let peggy = person("Margaret", 1);
        let first = store.start_referral(&ctx, &peggy, key).await.unwrap();
        let second = store.start_referral(&ctx, &peggy, key).await.unwrap();
        assert_eq!(first, second);
        let request = answers("agreed").check().unwrap();
        for _ in 0..3 {
            assert_eq!(store.answer_draft(&ctx, first.id, &request).await.unwrap(), ReferralState::Sent);
        }
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        assert_eq!(store.waiting(&triage, 0).await.unwrap().len(), 1);
        let case = v.accept(store, first.id).await;
        let allocation = Allocation { worker: v.worker.actor.user, person: SamePerson::New(vec![]) };
        assert!(matches!(store.accept(&triage, first.id, allocation).await, Err(StoreError::NotNow(_))));
        let work = Village::ctx::<WorkCase>(&v.worker, &v.scheme, start());
        let page = store.case(&Village::ctx::<ReadCase>(&v.worker, &v.scheme, start()), case).await.unwrap();
        let today = fingerpost_domain::calendar::day_of(start());
        let entry = contact("used_session").check(page.standing(), today).unwrap();
        let key = Village::key(store.entropy());
        for _ in 0..3 {
            store.record_contact(&work, case, (&entry, key, page.version)).await.unwrap();
        }
        let page = store.case(&Village::ctx::<ReadCase>(&v.worker, &v.scheme, start()), case).await.unwrap();
        assert_eq!((page.contacts.len(), page.sessions_used, page.feedback.len()), (1, 1, 1));
    })
    .await;
}

#[tokio::test]
async fn what_was_not_agreed_is_kept_or_recorded_and_never_sent() {
    on_both(async |store| {
        let v = village(store).await;
        let ctx = Village::ctx::<ReferPerson>(&v.gp, &v.practice, start());
        for (agreement, state, code) in [
            ("not_asked_yet", ReferralState::Draft, None),
            ("said_no", ReferralState::DeclinedByPerson, Some(CodeMeaning::Declined)),
        ] {
            let started = store.start_referral(&ctx, &person("Ann", 2), Village::key(store.entropy())).await.unwrap();
            let request = answers(agreement).check().unwrap();
            assert_eq!(store.answer_draft(&ctx, started.id, &request).await.unwrap(), state);
            let sent =
                store.sent_one(&Village::ctx::<ReadSent>(&v.gp, &v.practice, start()), started.id).await.unwrap();
            assert_eq!(sent.code.map(|code| code.means), code);
        }
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        assert!(store.waiting(&triage, 0).await.unwrap().is_empty());
        assert_eq!(store.messages_waiting().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_second_referral_of_the_same_person_joins_the_open_case_and_its_referrer_cannot_tell() {
    on_both(async |store| {
        let v = village(store).await;
        let peggy = person("Margaret", 1);
        let case = {
            let first = v.send(store, &peggy).await;
            v.accept(store, first).await
        };
        let again = v.send(store, &peggy).await;
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        let page = store.waiting_one(&triage, again).await.unwrap();
        assert_eq!(page.likely.len(), 1);
        assert!(page.likely[0].has_open_case);
        let as_new = Allocation { worker: v.worker.actor.user, person: SamePerson::New(vec![]) };
        assert!(matches!(store.accept(&triage, again, as_new.clone()).await, Err(StoreError::AlreadyThere)));
        let same = Allocation { person: SamePerson::Here(page.likely[0].id), ..as_new };
        let accepted = store.accept(&triage, again, same).await.unwrap();
        assert_eq!((accepted.case, accepted.joined), (case, true));
        let sent = store.sent_one(&Village::ctx::<ReadSent>(&v.gp, &v.practice, start()), again).await.unwrap();
        assert_eq!(
            (sent.row.state, sent.code.map(|code| code.means)),
            (ReferralState::Accepted, Some(CodeMeaning::Referred))
        );
        assert_eq!(sent.row.first_contact, None, "a first contact before this referral is not its own");
        let work = Village::ctx::<WorkCase>(&v.worker, &v.scheme, start());
        let page = store.case(&Village::ctx::<ReadCase>(&v.worker, &v.scheme, start()), case).await.unwrap();
        assert!(matches!(&page.person.risk, fingerpost_domain::risk::Risk::Known(_)));
        store.close_case(&work, case, (&closing("summary").check().unwrap(), page.version)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn who_may_be_one_is_found_under_a_slip_of_the_pen_and_a_stranger_is_not() {
    on_both(async |store| {
        use fingerpost_domain::matching::Match;
        use fingerpost_domain::person::{BirthDate, PersonDetails};
        let v = village(store).await;
        let mut here = person("Margaret", 1);
        here.nhs_number = None;
        let first = v.send(store, &here).await;
        v.accept(store, first).await;
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        let likely = async |change: &dyn Fn(&mut PersonDetails)| {
            let mut sent = here.clone();
            change(&mut sent);
            let id = v.send(store, &sent).await;
            let page = store.waiting_one(&triage, id).await.unwrap();
            page.likely.iter().map(|person| person.likeness).collect::<Vec<_>>()
        };
        let line = |text: &str| fingerpost_domain::text::Line::parse(text).unwrap().unwrap();
        let born = here.born.date();
        let day = |date| BirthDate::from_stored(date);
        assert_eq!(likely(&|_| ()).await, [Match::NameAndBirthDate]);
        assert_eq!(likely(&|sent| sent.name.given = line("Margret")).await, [Match::NearlyTheName]);
        assert_eq!(likely(&|sent| sent.name.family = line("Ravenscroft")).await, [Match::OtherFamilyName]);
        let other = born.checked_add(jiff::Span::new().years(1)).unwrap();
        assert_eq!(likely(&|sent| sent.born = day(other)).await, [Match::NearlyTheBirthDate]);
        let stranger = likely(&|sent| (sent.name.given, sent.phone) = (line("Oluwaseun"), None)).await;
        assert!(stranger.is_empty(), "{stranger:?}");
    })
    .await;
}

#[tokio::test]
async fn a_further_referral_adds_to_what_is_known_and_takes_nothing_away() {
    on_both(async |store| {
        let v = village(store).await;
        let first = v.send(store, &person("Margaret", 1)).await;
        let case = v.accept(store, first).await;
        let gp = Village::ctx::<ReferPerson>(&v.gp, &v.practice, start());
        let mut again = person("Margaret", 1);
        again.phone = fingerpost_domain::person::Phone::parse("07700 900 777").ok();
        let started = store.start_referral(&gp, &again, Village::key(store.entropy())).await.unwrap();
        let mut said = answers("agreed");
        (said.risk, said.risk_note) = ("none_known".into(), String::new());
        said.guidance = "Evenings only.".into();
        store.answer_draft(&gp, started.id, &said.check().unwrap()).await.unwrap();
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        let likely = store.waiting_one(&triage, started.id).await.unwrap().likely;
        assert_eq!(likely[0].known_risk.as_deref(), Some("Lively dog."), "triage shows what is known here");
        let allocation = Allocation { worker: v.worker.actor.user, person: SamePerson::Here(likely[0].id) };
        let work = Village::ctx::<WorkCase>(&v.worker, &v.scheme, start());
        let before = store.case(&Village::ctx::<ReadCase>(&v.worker, &v.scheme, start()), case).await.unwrap();
        store.accept(&triage, started.id, allocation).await.unwrap();
        let stale = store.close_case(&work, case, (&closing("summary").check().unwrap(), before.version)).await;
        assert!(
            matches!(stale, Err(StoreError::ChangedMeanwhile)),
            "the new referrer was not named when she was asked"
        );
        let stale = store.change_care(&work, case, (&before.person, before.version)).await;
        assert!(matches!(stale, Err(StoreError::ChangedMeanwhile)));
        let page = store.case(&Village::ctx::<ReadCase>(&v.worker, &v.scheme, start()), case).await.unwrap();
        assert_eq!(page.person.risk.note(), Some("Lively dog."));
        assert_eq!(page.person.details.phone.unwrap().as_str(), "01632 960 142");
        let guidance = page.person.safe_contact.guidance.unwrap().to_string();
        assert_eq!(guidance, "Also said: Phone 07700 900 777 Evenings only.");
    })
    .await;
}

#[tokio::test]
async fn the_referrer_hears_only_what_the_person_agreed_to() {
    on_both(async |store| {
        let v = village(store).await;
        for (serial, hears, letters) in [(1, "nothing", 0), (2, "status_only", 1), (3, "summary", 1)] {
            let referral = v.send(store, &person(&format!("Person{serial}"), serial)).await;
            let case = v.accept(store, referral).await;
            let work = Village::ctx::<WorkCase>(&v.worker, &v.scheme, start());
            let page = store.case(&Village::ctx::<ReadCase>(&v.worker, &v.scheme, start()), case).await.unwrap();
            store.close_case(&work, case, (&closing(hears).check().unwrap(), page.version)).await.unwrap();
            let stale = store.close_case(&work, case, (&closing("summary").check().unwrap(), page.version)).await;
            assert!(matches!(stale, Err(StoreError::ChangedMeanwhile)));
            let sent = store.sent_one(&Village::ctx::<ReadSent>(&v.gp, &v.practice, start()), referral).await.unwrap();
            assert_eq!(sent.feedback.len(), letters, "{hears}");
            let told = sent.feedback.iter().flat_map(|m| &m.sections).any(|s| s.text.contains("save me a chair"));
            assert_eq!(told, hears == "summary", "{hears}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_refusal_reaches_the_referrer_with_its_alternative_and_is_no_decline() {
    on_both(async |store| {
        let v = village(store).await;
        let referral = v.send(store, &person("Margaret", 1)).await;
        let triage = Village::ctx::<Triage>(&v.worker, &v.scheme, start());
        let refusal = Refusal::check("no_room", "The Wednesday cafe.").unwrap();
        store.not_accept(&triage, referral, &refusal).await.unwrap();
        assert!(matches!(store.not_accept(&triage, referral, &refusal).await, Err(StoreError::NotNow(_))));
        let sent = store.sent_one(&Village::ctx::<ReadSent>(&v.gp, &v.practice, start()), referral).await.unwrap();
        assert_eq!(sent.alternative.as_deref(), Some("The Wednesday cafe."));
        assert_eq!((sent.row.state, sent.code), (ReferralState::NotAccepted, None));
    })
    .await;
}

#[tokio::test]
async fn a_referral_is_taken_back_until_it_is_answered() {
    on_both(async |store| {
        let v = village(store).await;
        let take = Village::ctx::<TakeBack>(&v.gp, &v.practice, start());
        let first = v.send(store, &person("Ann", 1)).await;
        store.take_back(&take, first).await.unwrap();
        let second = v.send(store, &person("Ben", 2)).await;
        v.accept(store, second).await;
        assert!(matches!(
            store.take_back(&take, second).await,
            Err(StoreError::NotNow(NotNow(ReferralState::Accepted)))
        ));
    })
    .await;
}

#[tokio::test]
async fn a_corrected_note_keeps_what_stood_there_and_two_people_cannot_both_be_last() {
    on_both(async |store| {
        let v = village(store).await;
        let referral = v.send(store, &person("Margaret", 1)).await;
        let case = v.accept(store, referral).await;
        let work = Village::ctx::<WorkCase>(&v.worker, &v.scheme, start());
        let read = Village::ctx::<ReadCase>(&v.worker, &v.scheme, start());
        let page = store.case(&read, case).await.unwrap();
        let today = fingerpost_domain::calendar::day_of(start());
        let entry = contact("no_session").check(page.standing(), today).unwrap();
        store.record_contact(&work, case, (&entry, Village::key(store.entropy()), page.version)).await.unwrap();
        let contact = store.case(&read, case).await.unwrap().contacts[0].id;
        let body = fingerpost_domain::text::Note::parse("Second version.").unwrap().unwrap();
        store.correct_note(&work, (case, contact), (1, &body)).await.unwrap();
        store.correct_note(&work, (case, contact), (1, &body)).await.unwrap();
        let other = fingerpost_domain::text::Note::parse("Third version.").unwrap().unwrap();
        let late = store.correct_note(&work, (case, contact), (1, &other)).await;
        assert!(matches!(late, Err(StoreError::ChangedMeanwhile)));
        let versions = store.note_versions(&work, (case, contact)).await.unwrap();
        let bodies: Vec<_> = versions.iter().map(|version| version.body.as_str()).collect();
        assert_eq!(bodies, ["First conversation.", "Second version."]);
    })
    .await;
}

/// What the person says now counts for what was sent and not opened, too.
#[tokio::test]
async fn a_letter_that_goes_further_than_what_they_say_now_is_not_shown() {
    on_both(async |store| {
        let v = village(store).await;
        let referral = v.send(store, &person("Margaret", 1)).await;
        let case = v.accept(store, referral).await;
        let work = Village::ctx::<WorkCase>(&v.worker, &v.scheme, start());
        let read = Village::ctx::<ReadCase>(&v.worker, &v.scheme, start());
        let gp = Village::ctx::<ReadSent>(&v.gp, &v.practice, start());
        let other = Village::ctx::<ReadSent>(&v.manager, &v.practice, start());
        let today = fingerpost_domain::calendar::day_of(start());
        let says = async |hears: &str, line: &str| {
            let page = store.case(&read, case).await.unwrap();
            let answers = ContactAnswers {
                referrer_hears: hears.into(),
                line_for_referrer: line.into(),
                ..contact("no_session")
            };
            let entry = answers.check(page.standing(), today).unwrap();
            store.record_contact(&work, case, (&entry, Village::key(store.entropy()), page.version)).await.unwrap();
        };
        // The manager's look opens no letter of the GP's.
        let shown = async || {
            let unread = store.sent(&gp, jiff::Timestamp::MAX).await.unwrap()[0].unread;
            let letters = store.sent_one(&other, referral).await.unwrap().feedback;
            (unread, letters.len())
        };
        let waiting = async || {
            let all = store.ledger().db().rows(
                "SELECT id FROM outbox WHERE template = 'feedback_arrived' AND failed_at IS NULL AND sent_at IS NULL",
                vec![],
            );
            all.await.unwrap().len()
        };
        says("summary", "We have met.").await;
        assert_eq!((shown().await, waiting().await), ((1, 1), 1));
        says("status_only", "").await;
        assert_eq!((shown().await, waiting().await), ((0, 0), 0), "neither shown, nor counted, nor told of");
        says("nothing", "").await;
        assert_eq!(shown().await, (0, 0));
        says("summary", "").await;
        assert_eq!(shown().await, (1, 1), "their word goes as far again");
        assert_eq!(store.sent_one(&gp, referral).await.unwrap().feedback.len(), 1);
        says("nothing", "").await;
        assert_eq!(shown().await, (0, 1), "what was opened cannot be unread");
    })
    .await;
}

#[tokio::test]
async fn a_draft_follows_its_practice_to_another_scheme_and_the_person_is_asked_again() {
    on_both(async |store| {
        let v = village(store).await;
        let refer = Village::ctx::<ReferPerson>(&v.gp, &v.practice, start());
        let key = store.entropy().id(start());
        let draft = store.start_referral(&refer, &person("Margaret", 1), key).await.unwrap().id;
        let kind = fingerpost_domain::organisation::OrganisationKind::Scheme;
        let new = store.add_organisation(kind, "Another scheme", start()).await.unwrap();
        let terms = store.scheme_terms(&v.tenant, v.scheme.id).await.unwrap().unwrap();
        assert_eq!(store.scheme_terms(&v.tenant, new.id).await.unwrap(), None);
        let moved =
            fingerpost_store::NewScheme { organisation: new.id, phone: None, terms, practices: vec![v.practice.id] };
        store.put_scheme(&v.tenant, &moved, start()).await.unwrap();
        let request = answers("agreed").check().unwrap();
        let first = store.answer_draft(&refer, draft, &request).await;
        assert!(matches!(first, Err(StoreError::ChangedMeanwhile)), "what they agreed to was the other scheme");
        assert_eq!(store.answer_draft(&refer, draft, &request).await.unwrap(), ReferralState::Sent);
        let sent = store.sent_one(&Village::ctx::<ReadSent>(&v.gp, &v.practice, start()), draft).await.unwrap();
        assert_eq!(sent.scheme_name, "Another scheme");
        let before = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        assert!(store.waiting(&before, 0).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn where_the_referrer_does_not_sign_in_any_more_their_practice_hears() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        let referral = v.send(store, &person("Peggy", 1)).await;
        let sql = "UPDATE app_user SET disabled = 1 WHERE id = $1";
        let mut tx = store.ledger().db().write().await.unwrap();
        tx.run(sql, fingerpost_engine::values![v.gp.actor.user]).await.unwrap();
        tx.commit().await.unwrap();
        v.accept(store, referral).await;
        let told = store.claim_messages(50, start()).await.unwrap();
        let answered = told.iter().find(|message| message.template.code() == "referral_answered").unwrap();
        assert_eq!(answered.addressee.user, Some(v.manager.actor.user));
    })
    .await;
}
