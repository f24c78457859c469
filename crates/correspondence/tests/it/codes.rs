//! A name opens with a code that went to the address held for the group, and with nothing else.

use fingerpost_correspondence::{CodeTried, Correspondence};
use fingerpost_correspondence_rules::group_code::{CODE_LASTS, GroupCode, MOST_IN_A_DAY, TRIES};
use fingerpost_domain::Timestamp;
use fingerpost_store::testing::{on_both, start};
use fingerpost_store::{ConnectionChange, LiveLink, MessageTemplate, Store, StoreError};
use jiff::SignedDuration;

use crate::groups::{Here, link};

fn later(minutes: i64) -> Timestamp {
    start().saturating_add(SignedDuration::from_mins(minutes)).unwrap()
}

/// Takes the codes that are on their way, as the worker of the outbox does.
async fn codes(store: &Store, correspondence: &Correspondence, now: Timestamp) -> Vec<GroupCode> {
    let mut made = vec![];
    for message in store.claim_messages(50, now).await.unwrap() {
        if message.template == MessageTemplate::GroupCode {
            assert_eq!(message.addressee.email(), "choir@example.org");
            made.extend(correspondence.mint_code(&message.tenant, &message.subject, now).await.unwrap());
        }
    }
    made
}

async fn welcomed(store: &Store) -> (Here, Correspondence, LiveLink) {
    let here = Here::of(store).await;
    let id = here.offer(store, "name").await;
    let link = link(store, &here, id).await;
    let correspondence = Correspondence::over(store.clone());
    correspondence.group_says(&link, ConnectionChange::Yes, start()).await.unwrap();
    (here, correspondence, link)
}

#[tokio::test]
async fn a_yes_sends_a_code_and_a_code_opens_once() {
    on_both(async |store| {
        let (_, correspondence, link) = welcomed(store).await;
        let sent = codes(store, &correspondence, start()).await;
        assert_eq!(sent.len(), 1, "one yes, one code");
        let tried = async |code: &GroupCode| correspondence.try_code(&link, code, later(1)).await.unwrap();
        assert_eq!(tried(&sent[0]).await, CodeTried::Opens);
        assert_eq!(tried(&sent[0]).await, CodeTried::Ended, "a code that was used opens nothing more");
    })
    .await;
}

#[tokio::test]
async fn guessing_ends_every_code_that_waits() {
    on_both(async |store| {
        let (_, correspondence, link) = welcomed(store).await;
        assert!(correspondence.send_code(&link, later(1)).await.unwrap());
        let sent = codes(store, &correspondence, later(2)).await;
        assert_eq!(sent.len(), 2);
        let wrong = (0..1_000_000_u32)
            .filter_map(|number| GroupCode::parse(&format!("{number:06}")))
            .find(|code| !sent.contains(code))
            .unwrap();
        for _ in 0..TRIES {
            assert_eq!(correspondence.try_code(&link, &wrong, later(3)).await.unwrap(), CodeTried::Wrong);
        }
        for code in &sent {
            assert_eq!(correspondence.try_code(&link, code, later(3)).await.unwrap(), CodeTried::Ended);
        }
    })
    .await;
}

#[tokio::test]
async fn a_code_ends_and_a_mailbox_is_not_flooded() {
    on_both(async |store| {
        let (_, correspondence, link) = welcomed(store).await;
        let sent = codes(store, &correspondence, start()).await;
        let after = start().saturating_add(CODE_LASTS).unwrap();
        assert_eq!(correspondence.try_code(&link, &sent[0], after).await.unwrap(), CodeTried::Ended);
        let mut more = 0;
        for minute in 1..=20 {
            more += i64::from(correspondence.send_code(&link, later(minute)).await.unwrap());
        }
        assert_eq!(more, MOST_IN_A_DAY - 1, "with the one that came with the yes");
        assert!(correspondence.send_code(&link, later(25 * 60)).await.unwrap(), "the next day again");
    })
    .await;
}

#[tokio::test]
async fn a_code_of_one_link_opens_no_other_and_none_after_the_agreement_is_taken_back() {
    on_both(async |store| {
        let (here, correspondence, first) = welcomed(store).await;
        let other = here.offer(store, "name").await;
        let second = link(store, &here, other).await;
        correspondence.group_says(&second, ConnectionChange::Yes, start()).await.unwrap();
        let sent = codes(store, &correspondence, start()).await;
        let (a, b) = (&sent[0], &sent[1]);
        let crossed = correspondence.try_code(&first, b, start()).await.unwrap();
        let own = correspondence.try_code(&first, a, start()).await.unwrap();
        // Which of the two messages was claimed first is not said.
        assert!(matches!((crossed, own), (CodeTried::Wrong, CodeTried::Opens) | (CodeTried::Opens, CodeTried::Ended)));

        assert!(correspondence.send_code(&second, start()).await.unwrap());
        store.change_connection(&here.work(), (here.case, other), ConnectionChange::Withdraw).await.unwrap();
        assert!(codes(store, &correspondence, later(1)).await.is_empty(), "a code that waited does not leave");
        let late = correspondence.try_code(&second, a, later(1)).await;
        assert!(matches!(late, Err(StoreError::NotFound)));
        assert!(matches!(correspondence.send_code(&second, later(1)).await, Err(StoreError::NotFound)));
    })
    .await;
}
