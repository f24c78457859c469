//! A scheme's own words: each save is a version, two at once do not undo each other, and they count for that scheme alone.

use fingerpost_correspondence::Correspondence;
use fingerpost_correspondence_rules::wording::{Worded, Wording};
use fingerpost_domain::id::TenantId;
use fingerpost_policy::SetIntake;
use fingerpost_store::testing::{Village, on_both, start};
use fingerpost_store::{MessageTemplate, StoreError};

use crate::groups::Here;

fn words(text: &str) -> Wording {
    Wording::parse(Worded::Offered, text).unwrap().unwrap()
}

#[tokio::test]
async fn each_save_is_a_version_and_two_at_once_do_not_undo_each_other() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let correspondence = Correspondence::over(store.clone());
        let ctx = Village::ctx::<SetIntake>(&here.village.supervisor, &here.village.scheme, start());
        let (one, two) = (words("One more? [link]"), words("Un arall? [link]"));
        correspondence.word(&ctx, (Worded::Offered, Some(&one), 0)).await.unwrap();
        correspondence.word(&ctx, (Worded::Offered, Some(&one), 0)).await.unwrap();
        let stale = correspondence.word(&ctx, (Worded::Offered, Some(&two), 0)).await;
        assert!(matches!(stale, Err(StoreError::ChangedMeanwhile)));
        correspondence.word(&ctx, (Worded::Offered, Some(&two), 1)).await.unwrap();
        correspondence.word(&ctx, (Worded::Offered, None, 2)).await.unwrap();
        let versions = correspondence.wordings(&ctx, Worded::Offered).await.unwrap();
        let bodies: Vec<_> = versions.iter().map(|row| (row.version, row.body.as_deref())).collect();
        assert_eq!(bodies, [(3, None), (2, Some(two.as_str())), (1, Some(one.as_str()))]);
        assert!(correspondence.wordings(&ctx, Worded::Off).await.unwrap().is_empty());
        let standing = correspondence.standing_words(&ctx).await.unwrap();
        assert_eq!(standing.iter().map(|(of, row)| (*of, row.version)).collect::<Vec<_>>(), [(Worded::Offered, 3)]);
    })
    .await;
}

#[tokio::test]
async fn a_message_leaves_in_the_words_of_its_own_scheme() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let correspondence = Correspondence::over(store.clone());
        here.offer(store, "name").await;
        let claimed = store.claim_messages(50, start()).await.unwrap();
        let question = claimed.iter().find(|m| m.template == MessageTemplate::ConnectionOffered).unwrap();
        let leaves = async || correspondence.words_of(&question.tenant, question.id, Worded::Offered).await.unwrap();
        assert_eq!(leaves().await, Wording::usual(Worded::Offered));
        let other = Village::build(store, &TenantId::main(), "U").await;
        let elsewhere = Village::ctx::<SetIntake>(&other.supervisor, &other.scheme, start());
        correspondence.word(&elsewhere, (Worded::Offered, Some(&words("Theirs [link]")), 0)).await.unwrap();
        assert_eq!(leaves().await, Wording::usual(Worded::Offered), "another scheme's words are its own");
        let ctx = Village::ctx::<SetIntake>(&here.village.supervisor, &here.village.scheme, start());
        correspondence.word(&ctx, (Worded::Offered, Some(&words("Ours [link]")), 0)).await.unwrap();
        assert_eq!(leaves().await, words("Ours [link]"));
        correspondence.word(&ctx, (Worded::Offered, None, 1)).await.unwrap();
        assert_eq!(leaves().await, Wording::usual(Worded::Offered));
    })
    .await;
}
