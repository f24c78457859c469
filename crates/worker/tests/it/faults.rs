//! A thousand messages, each with faults of its own on the way, carried by two workers that are killed now and then: none
//! is lost, none is sent twice without a cause, none leaves after it was taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use fingerpost_correspondence::Correspondence;
use fingerpost_domain::ambient::{Entropy, StoppedClock};
use fingerpost_domain::id::{ConnectionId, TenantId};
use fingerpost_policy::{ReadCase, WorkCase};
use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{ConnectionChange, Ctx, MessageTemplate, Store, write_to_user};
use fingerpost_worker::{Post, Worker};
use jiff::SignedDuration;

use crate::servers::{Fault, MailServer};

const MESSAGES: usize = 1_000;
const OFFERS: usize = 40;
/// Messages that one worker carries beside each other, and may have to carry again when it is killed.
const BESIDE: usize = 16;

fn dice(entropy: &Entropy, sides: u64) -> u64 {
    u64::from_le_bytes(entropy.bytes::<8>()) % sides
}

/// Forty questions to a group, of which some will be taken back while they wait.
async fn offers(store: &Store, village: &Village) -> (Ctx<WorkCase>, fingerpost_domain::id::CaseId, Vec<ConnectionId>) {
    let referral = village.send(store, &person("Peggy", 1)).await;
    let case = village.accept(store, referral).await;
    let service = Village::choir(store).await;
    let work: Ctx<WorkCase> = Village::ctx(&village.worker, &village.scheme, start());
    let mut made = vec![];
    for _ in 0..OFFERS {
        let key = Village::key(store.entropy());
        made.push(village.offer(store, (case, service), ("name", key)).await);
    }
    (work, case, made)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_random_faults_lose_and_double_nothing() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (work, case, connections) = offers(store, &village).await;
        let mut tx = store.ledger().db().write().await.unwrap();
        for number in 0..MESSAGES {
            let about = (village.gp.actor.user, format!("subject/{number}"));
            let template = MessageTemplate::FeedbackArrived;
            write_to_user(store, &mut tx, &village.tenant, template, (about.0, &about.1), start()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let expected = usize::try_from(store.messages_waiting().await.unwrap()).unwrap();

        let entropy = Entropy::from_number(20_261_126);
        let fates = entropy.clone();
        let server = MailServer::start(move || match dice(&fates, 16) {
            0 => Fault::HangsUp,
            1 => Fault::Busy,
            2 => Fault::Greylisted,
            3 => Fault::BreaksOff,
            4 => Fault::Unheard,
            _ => Fault::None,
        })
        .await;
        let clock = StoppedClock::at(start());
        let worker = || {
            let post = Post::smtp(&server.url, "Fingerpost <fingerpost@example.org>").unwrap();
            Worker::new(store.clone(), Arc::new(clock.clone()), post, "https://example.org")
        };
        let (mut taken_back, mut killed, mut round) = (BTreeMap::new(), 0, 0_i64);
        while store.messages_waiting().await.unwrap() > 0 {
            round += 1;
            assert!(round < 4_000, "{} messages still wait", store.messages_waiting().await.unwrap());
            // Claims of the dead run out, and what was put off is due again.
            clock.set(start().saturating_add(SignedDuration::from_mins(3 * round)).unwrap());
            let (a, b) = (worker(), worker());
            let patience = Duration::from_micros(200 + dice(&entropy, 40_000));
            if dice(&entropy, 2) == 0 {
                // Killed in the middle of whatever it does.
                let cut = tokio::time::timeout(patience, a.turn());
                let (cut, other) = tokio::join!(cut, b.turn());
                killed += usize::from(cut.is_err());
                other.unwrap();
            } else {
                let (one, other) = tokio::join!(a.turn(), b.turn());
                one.unwrap();
                other.unwrap();
            }
            drop((a, b));
            server.at_rest().await;
            if let Some(connection) = connections.get(usize::try_from(dice(&entropy, 60)).unwrap()) {
                let waits = !taken_back.contains_key(connection);
                if waits
                    && store.change_connection(&work, (case, *connection), ConnectionChange::Withdraw).await.is_ok()
                {
                    taken_back.insert(*connection, server.taken().len());
                }
            }
        }

        let taken = server.taken();
        let different: BTreeSet<&String> = taken.iter().collect();
        let correspondence = Correspondence::over(store.clone());
        let read: Ctx<ReadCase> = Village::ctx(&village.worker, &village.scheme, start());
        let mut withdrawn_unsent = 0;
        for (connection, before) in &taken_back {
            let messages = correspondence.messages_of_connection(&read, (case, *connection)).await.unwrap();
            let question = messages.iter().find(|row| row.template == Some(MessageTemplate::ConnectionOffered));
            let id = question.unwrap().id.to_string();
            assert!(!taken[*before..].contains(&id), "a question left after it was taken back");
            withdrawn_unsent += usize::from(!taken.contains(&id));
        }
        assert_eq!(different.len(), expected - withdrawn_unsent, "every message arrived, but those taken back in time");
        let twice = taken.len() - different.len();
        // Twice only where the server had it and nobody heard, or the worker died before it could write that down: then the
        // same Message-ID tells the receiver.
        assert!(
            twice <= server.unheard() + killed * BESIDE,
            "{twice} twice; {} unheard, {killed} killed",
            server.unheard()
        );
        assert!(server.unheard() > 20 && killed > 5, "the faults did happen: {} {killed}", server.unheard());
    })
    .await;
}
