//! Whoever goes away in the middle of a question leaves nothing open for whoever comes next.

use std::pin::pin;
use std::task::Poll;

use fingerpost_domain::id::TenantId;
use fingerpost_store::testing::{on_both, start};

/// Lets somebody come `far`, and go away.
async fn cut_off<T>(question: impl Future<Output = T>, far: usize) {
    let mut question = pin!(question);
    for _ in 0..far {
        let answered = std::future::poll_fn(|context| Poll::Ready(question.as_mut().poll(context).is_ready())).await;
        if answered {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_is_cut_off_while_it_begins_is_nobody_elses() {
    on_both(async |store| {
        let db = store.ledger().db();
        for round in 0..400 {
            if round % 2 == 0 {
                cut_off(db.read(), 1 + round / 2 % 6).await;
            } else {
                cut_off(db.write(), 1 + round / 2 % 6).await;
            }
            if round % 10 == 9 {
                // Everybody who comes now, on every connection, writes and reads what is there.
                let all = (0..8).map(|at| async move {
                    let tenant: TenantId = format!("r{round}-{at}").parse().unwrap();
                    store.ledger().ensure_tenant(&tenant, start()).await.unwrap();
                    db.read().await.unwrap()
                });
                for each in all.collect::<Vec<_>>() {
                    drop(each.await);
                }
            }
        }
    })
    .await;
}
