//! How groups answer, counted from what happened.

use fingerpost_domain::connection::{GroupReason, OfferAnswers};
use fingerpost_domain::id::TenantId;
use fingerpost_domain::signpost::SignpostHow;
use fingerpost_policy::{ReadCase, Signpost, WorkCase};
use fingerpost_signposts::Signposts;
use fingerpost_store::ConnectionChange;
use fingerpost_store::testing::{Village, on_both, person, start};
use jiff::SignedDuration;

use super::{begun, shown, steward};

#[tokio::test]
async fn answers_are_counted_once_and_lie_in_the_entry() {
    on_both(async |store| {
        let (village, stewardship, id) = begun(store).await;
        assert_eq!(stewardship.count_answers(start()).await.unwrap(), 0);
        let referral = village.send(store, &person("Peggy", 1)).await;
        let case = village.accept(store, referral).await;
        let peggy = store
            .case(&Village::ctx::<ReadCase>(&village.worker, &village.scheme, start()), case)
            .await
            .unwrap()
            .person;
        let offer = OfferAnswers {
            ask: "Likes to sing.".into(),
            agreed: true,
            told: "name".into(),
            way: "by_hand".into(),
            ..OfferAnswers::default()
        };
        let offer = offer.check(&peggy.details, &peggy.safe_contact).unwrap();
        let answers =
            [None, Some(GroupReason::Full), Some(GroupReason::Full), Some(GroupReason::DayOrTime), None, None];
        for (day, reason) in (1_i64..).zip(answers) {
            let offered = start() + SignedDuration::from_hours(day);
            let work = Village::ctx::<WorkCase>(&village.worker, &village.scheme, offered);
            let key = store.entropy().id(offered);
            let connection = store.offer_connection(&work, case, (id, &offer, key)).await.unwrap();
            let later = start() + SignedDuration::from_hours(day + 24 * day);
            let work = Village::ctx::<WorkCase>(&village.worker, &village.scheme, later);
            let change = reason.map_or(ConnectionChange::Yes, ConnectionChange::No);
            store.change_connection(&work, (case, connection), change).await.unwrap();
        }
        let gp = Village::ctx::<Signpost>(&village.gp, &village.practice, start());
        Signposts::over(store.clone()).note(&gp, (id, SignpostHow::Told, store.entropy().id(start()))).await.unwrap();
        let now = start() + SignedDuration::from_hours(24 * 30);
        assert_eq!(stewardship.count_answers(now).await.unwrap(), 1);
        assert_eq!(stewardship.count_answers(now).await.unwrap(), 0, "nothing new");
        let standing = shown(store, id).await.standing;
        assert_eq!((standing.asked, standing.accepted, standing.reply_days), (6, 3, Some(3)));
        let list = stewardship.to_mend(&steward(&village)).await.unwrap();
        assert_eq!((list[0].used, list[0].declined), (7, Some((3, 2, GroupReason::Full))));
        let next_year = start() + SignedDuration::from_hours(24 * 400);
        assert_eq!(stewardship.count_answers(next_year).await.unwrap(), 1);
        assert_eq!(shown(store, id).await.standing.asked, 0, "what is older than a year says nothing of today");
        assert_eq!(village.tenant, TenantId::main());
    })
    .await;
}
