//! What became of a practice's referrals, and the codes that stand ready: the numbers and their lists say the same.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::TenantId;
use fingerpost_domain::referral::{NotAcceptedReason, ReferralState, Refusal};
use fingerpost_flow::{Counted, Flow};
use fingerpost_policy::{ReadCounted, ReferPerson, TakeBack, Triage};
use fingerpost_store::Ctx;
use fingerpost_store::testing::{Village, answers, on_both, person, start};
use jiff::SignedDuration;

#[tokio::test]
async fn each_number_is_that_of_its_list_and_a_no_counts_on_its_own_day() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        let gp = Village::ctx::<ReferPerson>(&v.gp, &v.practice, start());
        let accepted = v.send(store, &person("Ann", 1)).await;
        v.accept(store, accepted).await;
        v.send(store, &person("Ben", 2)).await;
        let refused = v.send(store, &person("Cai", 3)).await;
        store.not_accept(&triage, refused, &Refusal::check("no_room", "Ring us").unwrap()).await.unwrap();
        let back = v.send(store, &person("Dee", 4)).await;
        store.take_back(&Village::ctx::<TakeBack>(&v.gp, &v.practice, start()), back).await.unwrap();
        // One says no to the scheme a month later, one to the GP at once; of another nothing was ever sent.
        let later = start().saturating_add(SignedDuration::from_hours(24 * 31)).unwrap();
        let no = v.send(store, &person("Eve", 5)).await;
        store.person_said_no(&Ctx { now: later, ..triage.clone() }, no).await.unwrap();
        for (serial, said) in [(6, "said_no"), (7, "not_asked_yet")] {
            let key = Village::key(store.entropy());
            let draft = store.start_referral(&gp, &person("Fay", serial), key).await.unwrap().id;
            store.answer_draft(&gp, draft, &answers(said).check().unwrap()).await.unwrap();
        }
        let (flow, ctx) = (Flow::over(store.clone()), Village::ctx::<ReadCounted>(&v.manager, &v.practice, start()));
        let day = SignedDuration::from_hours(24);
        let (from, until) = (start() - day, start() + day);
        let became = flow.became(&ctx, (from, until)).await.unwrap();
        assert_eq!(became.sent(), 5);
        let state = |state| became.sent_in(&[state]);
        assert_eq!(
            [ReferralState::Accepted, ReferralState::Sent, ReferralState::Withdrawn, ReferralState::DeclinedByPerson]
                .map(state),
            [1, 1, 1, 1]
        );
        let why = became.rows.iter().find(|row| row.state == ReferralState::NotAccepted).unwrap().reason;
        assert_eq!(why, Some(NotAcceptedReason::NoRoom));
        assert_eq!(became.codes, (2, 1), "accepted and waiting; the no to the GP, not the later one");
        let list = async |declined, (from, until): (Timestamp, Timestamp)| {
            let of = Counted { state: None, reason: None, practice: None, from, until, after: 0 };
            flow.coded_in_practice(&ctx, declined, of).await.unwrap().len() as u64
        };
        assert_eq!((list(false, (from, until)).await, list(true, (from, until)).await), became.codes);
        let month = (later - day, later + day);
        assert_eq!(flow.became(&ctx, month).await.unwrap().codes, (0, 1));
        assert_eq!(list(true, month).await, 1);
    })
    .await;
}
