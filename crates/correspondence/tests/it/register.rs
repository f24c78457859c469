//! A register shows whom the group welcomes through one address, and counts what it told.

use fingerpost_correspondence::Correspondence;
use fingerpost_domain::connection::ConnectionState;
use fingerpost_store::testing::{on_both, start};
use fingerpost_store::{ConnectionChange, LinkScope, MessageTemplate, StoreError};
use jiff::civil::date;

use crate::groups::{Here, link};

#[tokio::test]
async fn one_page_for_everybody_who_comes_and_no_name_without_a_code() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let correspondence = Correspondence::over(store.clone());
        let (yes, no, waiting) =
            (here.offer(store, "name").await, here.offer(store, "name").await, here.offer(store, "name").await);
        let welcomed = link(store, &here, yes).await;
        correspondence.group_says(&welcomed, ConnectionChange::Yes, start()).await.unwrap();
        let refused = link(store, &here, no).await;
        let full = ConnectionChange::No(fingerpost_domain::connection::GroupReason::Full);
        correspondence.group_says(&refused, full, start()).await.unwrap();

        correspondence.send_register(&welcomed, start()).await.unwrap();
        correspondence.send_register(&welcomed, start()).await.unwrap();
        let sent = store.claim_messages(50, start()).await.unwrap();
        let registers: Vec<_> = sent.iter().filter(|m| m.template == MessageTemplate::Register).collect();
        assert_eq!(registers.len(), 1, "once in a day, to the address that was asked");
        assert_eq!(registers[0].addressee.email(), "choir@example.org");
        let token =
            correspondence.mint_register_link(&here.village.tenant, &registers[0].subject, start()).await.unwrap();
        let register = store.live_link(&token, start()).await.unwrap().unwrap();
        assert_eq!(register.scope, LinkScope::KeepRegister);

        let on = date(2026, 11, 21);
        let shut = correspondence.register(&register, (on, false), start()).await.unwrap();
        assert!(shut.rows.is_none() && shut.asked == (3, 0));
        let open = correspondence.register(&register, (on, true), start()).await.unwrap().rows.unwrap();
        assert_eq!(open.iter().map(|row| row.id).collect::<Vec<_>>(), [yes], "neither a no nor an open question");

        let before = correspondence.register(&register, (date(2026, 11, 20), true), start()).await.unwrap();
        assert!(before.rows.unwrap().is_empty(), "nobody came before they were offered");
        let said = [(yes, true), (no, true), (waiting, true)];
        for _ in 0..2 {
            assert_eq!(correspondence.keep_register(&register, (on, &said), start()).await.unwrap(), 1);
        }
        assert_eq!(here.state(store, yes).await, ConnectionState::Started);
        assert_eq!(here.state(store, no).await, ConnectionState::DeclinedByGroup, "who is not on it is left out");
        let view = correspondence.register(&register, (on, true), start()).await.unwrap();
        assert_eq!(view.months, [("2026-11".to_owned(), 1, 1)], "said twice, counted once");
        assert_eq!((view.asked, view.rows.unwrap()[0].that_day), ((3, 1), Some(true)));

        store.change_connection(&here.work(), (here.case, yes), ConnectionChange::Withdraw).await.unwrap();
        let after = correspondence.register(&register, (on, true), start()).await.unwrap();
        assert!(after.rows.unwrap().is_empty(), "nobody is named whose agreement was taken back");
        assert_eq!(correspondence.keep_register(&register, (on, &said), start()).await.unwrap(), 0);
        let crossed = correspondence.register(&welcomed, (on, true), start()).await;
        assert!(matches!(crossed, Err(StoreError::NotFound)), "a link has one scope");
    })
    .await;
}
