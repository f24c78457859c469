//! Every statement is understood by both engines.

use crate::testing::{Engines, on_both};
use crate::{
    audit, cases, dialect, disclosures, feedback, flow, installation, jobs, links, migrate, organisations, outbox,
    people,
};
use crate::{referrals, schemes, sessions, triage, users};

#[tokio::test]
async fn every_statement_is_understood_by_both_engines() {
    on_both(async |store| {
        let tables = [
            audit::STATEMENTS,
            cases::STATEMENTS,
            disclosures::STATEMENTS,
            feedback::STATEMENTS,
            flow::STATEMENTS,
            installation::STATEMENTS,
            jobs::STATEMENTS,
            links::STATEMENTS,
            migrate::STATEMENTS,
            organisations::STATEMENTS,
            outbox::STATEMENTS,
            people::STATEMENTS,
            referrals::STATEMENTS,
            schemes::STATEMENTS,
            sessions::STATEMENTS,
            triage::STATEMENTS,
            users::STATEMENTS,
        ];
        for (name, sql) in tables.into_iter().flatten() {
            let mut tx = store.db().write().await.unwrap();
            tx.prepare(sql).await.unwrap_or_else(|error| panic!("{name}: {error}\n{sql}"));
        }
        let mut tx = store.db().write().await.unwrap();
        for sql in dialect::own_statements(&tx) {
            tx.prepare(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
        }
    })
    .await;
    assert!(Engines::found().sqlite);
}
