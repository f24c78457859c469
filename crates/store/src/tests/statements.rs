//! Every statement is understood by both engines, and none reads a growing table from end to end.

use crate::statements;
use crate::testing::{Engines, on_both, plan};
use fingerpost_ledger::dialect;

#[tokio::test]
async fn every_statement_is_understood_by_both_engines() {
    on_both(async |store| {
        for (name, sql) in statements().chain(fingerpost_people::statements()).chain(fingerpost_ledger::statements()) {
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

/// Tables that grow with people and years: no statement may read one from end to end.
const GROWING: &[&str] = &[
    "person",
    "referral",
    "case_file",
    "contact",
    "contact_note",
    "disclosure",
    "feedback",
    "session",
    "audit_row",
    "plan_version",
    "connection_visit",
    "connection",
    "postcode",
    "service",
    "assessment",
    "assessment_answer",
    "signpost",
    "self_description",
    "access_needs",
    "list_size",
    "deprivation",
    "appointments",
    "self_referral",
    "referral_question",
    "launch",
];

#[tokio::test]
async fn no_statement_reads_a_growing_table_from_end_to_end() {
    on_both(async |store| {
        let mut scans = vec![];
        for (name, sql) in statements().chain(fingerpost_people::statements()).chain(fingerpost_ledger::statements()) {
            for step in plan(store.ledger(), sql).await {
                let mut words = step.split_whitespace();
                let read = words.next();
                let scanned = words.next().filter(|_| matches!(read, Some("SCAN" | "SEARCH"))).unwrap_or_default();
                // An index of which only the tenant is used reads all that the tenant has.
                let whole =
                    read == Some("SCAN") && !step.contains("USING INDEX") && !step.contains("USING COVERING INDEX")
                        || step.ends_with("(tenant=?)");
                // A table may stand under a short name: find what it is short for.
                let table =
                    GROWING.iter().find(|table| **table == scanned || sql.contains(&format!("{table} {scanned} ")));
                if let (Some(table), true) = (table, whole) {
                    scans.push(format!("{name}: {table}: {step}"));
                }
            }
        }
        assert!(scans.is_empty(), "{}", scans.join("\n"));
    })
    .await;
}
