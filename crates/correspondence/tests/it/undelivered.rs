//! What did not arrive is seen by whoever may see it, is sent again, and never disappears by itself.

use fingerpost_correspondence::Correspondence;
use fingerpost_correspondence_rules::message::Fault;
use fingerpost_policy::SeeMessages;
use fingerpost_store::testing::{Village, on_both, start};
use fingerpost_store::{ConnectionChange, Ctx, MessageTemplate, OutboxEnd, Store, StoreError};

use crate::groups::Here;

async fn refuse_all(store: &Store, fault: Fault) -> usize {
    let claimed = store.claim_messages(50, start()).await.unwrap();
    for message in &claimed {
        store.end_delivery(message, OutboxEnd::Failed, Some(fault), start()).await.unwrap();
    }
    claimed.len()
}

fn sees(here: &Here, who: &fingerpost_store::SignedIn) -> Ctx<SeeMessages> {
    Village::ctx(who, &here.village.scheme, start())
}

#[tokio::test]
async fn a_refused_question_is_listed_sent_again_and_settled() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let correspondence = Correspondence::over(store.clone());
        here.offer(store, "name").await;
        assert!(refuse_all(store, Fault::Refused).await > 0);
        let worker = sees(&here, &here.village.worker);
        let list = async |ctx: &Ctx<SeeMessages>| correspondence.undelivered(ctx, (true, true)).await.unwrap();
        let mine = list(&worker).await.outside;
        let question = mine.iter().find(|row| row.template == Some(MessageTemplate::ConnectionOffered)).unwrap();
        assert_eq!(
            (question.group.as_deref(), question.failed.map(|(_, why)| why)),
            (Some("Tannery Choir"), Some(Fault::Refused))
        );
        assert!(question.person.is_some());
        assert_eq!(correspondence.count_undelivered(&worker).await.unwrap(), 1);

        let stranger = sees(&here, &here.village.other_worker);
        assert!(list(&stranger).await.outside.is_empty(), "not of whose case it is not");
        assert!(matches!(correspondence.send_again(&stranger, question.id).await, Err(StoreError::NotFound)));
        let administrator = sees(&here, &here.village.administrator);
        let flow = correspondence.undelivered(&administrator, (false, true)).await.unwrap();
        assert!(flow.outside.iter().all(|row| row.person.is_none()), "flow, not content");
        assert!(!flow.inside.is_empty(), "colleagues' mail failed, too");

        correspondence.send_again(&worker, question.id).await.unwrap();
        correspondence.settle(&worker, question.id).await.unwrap_err();
        assert!(list(&worker).await.outside.is_empty(), "it is on its way");
        assert_eq!(refuse_all(store, Fault::Refused).await, 1, "one message, once");
        correspondence.settle(&worker, question.id).await.unwrap();
        assert!(list(&worker).await.outside.is_empty());
        assert!(refuse_all(store, Fault::Refused).await == 0, "what was settled does not leave");
    })
    .await;
}

#[tokio::test]
async fn news_of_a_letter_that_did_not_arrive_stands_with_whoever_wrote_it() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let correspondence = Correspondence::over(store.clone());
        refuse_all(store, Fault::Refused).await;
        let before = correspondence.count_undelivered(&sees(&here, &here.village.worker)).await.unwrap();
        let closing = fingerpost_domain::case::ClosingAnswers {
            outcome: "reached".into(),
            continues: "The choir.".into(),
            referrer_hears: "summary".into(),
            ..Default::default()
        };
        let version = store.case(&here.read(), here.case).await.unwrap().version;
        store.close_case(&here.work(), here.case, (&closing.check().unwrap(), version)).await.unwrap();
        assert!(refuse_all(store, Fault::Refused).await > 0);
        let worker = sees(&here, &here.village.worker);
        let mine = correspondence.undelivered(&worker, (true, false)).await.unwrap().outside;
        let news = mine.iter().find(|row| row.template == Some(MessageTemplate::FeedbackArrived)).unwrap();
        assert!(news.colleague.is_some() && news.person.is_some() && news.case == Some(here.case));
        assert_eq!(correspondence.count_undelivered(&worker).await.unwrap(), before + 1);
        let supervisor = sees(&here, &here.village.supervisor);
        let inside = correspondence.undelivered(&supervisor, (true, true)).await.unwrap().inside;
        assert!(inside.iter().all(|row| row.id != news.id), "on one list, once");
        correspondence.send_again(&worker, news.id).await.unwrap();
        assert_eq!(correspondence.count_undelivered(&worker).await.unwrap(), before);
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_back_stands_on_no_list_and_cannot_be_sent() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let correspondence = Correspondence::over(store.clone());
        let id = here.offer(store, "name").await;
        let claimed = store.claim_messages(50, start()).await.unwrap();
        let question = claimed.iter().find(|m| m.template == MessageTemplate::ConnectionOffered).unwrap();
        store.change_connection(&here.work(), (here.case, id), ConnectionChange::Withdraw).await.unwrap();
        let minted = correspondence.mint_group_link(&question.tenant, &question.subject, start()).await.unwrap();
        assert_eq!(minted, None, "asked as late as can be");
        store.end_delivery(question, OutboxEnd::Failed, Some(Fault::NotWanted), start()).await.unwrap();
        let worker = sees(&here, &here.village.worker);
        assert_eq!(correspondence.count_undelivered(&worker).await.unwrap(), 0);
    })
    .await;
}
