//! Every statement is understood by both engines, and none reads a growing table from end to end.

use crate::testing::{Engines, on_both, plan};
use crate::{
    about, assessments, cases, connections, directory, disclosures, episodes, feedback, flow, imports, jobs, launches,
    links, organisations, outbox, people, plans,
};
use crate::{reference, referrals, schemes, self_referrals, signposts, triage, users};
use fingerpost_ledger::dialect;

/// Every statement of the store and of the ledger underneath, by name.
fn all() -> Vec<(&'static str, &'static str)> {
    let tables = [
        about::STATEMENTS,
        assessments::STATEMENTS,
        cases::STATEMENTS,
        connections::STATEMENTS,
        directory::STATEMENTS,
        disclosures::STATEMENTS,
        episodes::STATEMENTS,
        feedback::STATEMENTS,
        flow::STATEMENTS,
        imports::STATEMENTS,
        jobs::STATEMENTS,
        launches::STATEMENTS,
        links::STATEMENTS,
        organisations::STATEMENTS,
        outbox::STATEMENTS,
        people::STATEMENTS,
        plans::STATEMENTS,
        reference::STATEMENTS,
        referrals::STATEMENTS,
        schemes::STATEMENTS,
        self_referrals::STATEMENTS,
        signposts::STATEMENTS,
        triage::STATEMENTS,
        users::STATEMENTS,
    ];
    tables.into_iter().flatten().copied().chain(fingerpost_ledger::statements()).collect()
}

#[tokio::test]
async fn every_statement_is_understood_by_both_engines() {
    on_both(async |store| {
        for (name, sql) in all() {
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
    "launch",
];

#[tokio::test]
async fn no_statement_reads_a_growing_table_from_end_to_end() {
    on_both(async |store| {
        let mut scans = vec![];
        for (name, sql) in all() {
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
