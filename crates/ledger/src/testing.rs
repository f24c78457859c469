//! Real databases for tests: a SQLite folder each, and a PostgreSQL database each where
//! `FINGERPOST_TEST_POSTGRES` names a server in which databases may be made. Where it does not, the test
//! says so on standard error, and `make test` repeats it loudly.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

use std::str::FromStr;

use fingerpost_domain::Timestamp;
use fingerpost_domain::ambient::Entropy;
use fingerpost_domain::id::JobId;
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use crate::Ledger;

/// The instant at which tests begin: a Saturday morning.
pub const START: &str = "2026-11-21T09:00:00Z";

/// Which engines tests run on.
#[derive(Debug, Clone, Copy)]
pub struct Engines {
    /// Always.
    pub sqlite: bool,
    /// Where a server is named.
    pub postgres: bool,
}

impl Engines {
    /// The engines found.
    #[must_use]
    pub fn found() -> Self {
        Self { sqlite: true, postgres: std::env::var_os("FINGERPOST_TEST_POSTGRES").is_some() }
    }
}

/// The instant of [`START`].
///
/// # Panics
/// Never: the text is a timestamp.
#[must_use]
pub fn start() -> Timestamp {
    START.parse().expect("a timestamp")
}

/// Makes an empty PostgreSQL database and gives its address; `None` where no server is named.
///
/// # Panics
/// When the server named does not answer.
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "a unique name for a test's database")]
pub async fn fresh_postgres() -> Option<String> {
    let server = std::env::var("FINGERPOST_TEST_POSTGRES").ok()?;
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    let seed = u64::try_from(nanos % u128::from(u64::MAX)).unwrap_or(0) ^ u64::from(std::process::id());
    let id: JobId = Entropy::from_number(seed).id(start());
    let name = format!("test_{}", id.to_string().to_lowercase());
    let options = PgConnectOptions::from_str(&server).expect("FINGERPOST_TEST_POSTGRES is a postgres:// address");
    let mut connection = PgConnection::connect_with(&options).await.expect("the test server answers");
    let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&mut connection).await.expect("a database");
    connection.close().await.ok();
    let (base, query) = server.split_once('?').map_or((server.as_str(), ""), |(base, query)| (base, query));
    let root = base.rsplit_once('/').map_or(base, |(root, _)| root);
    Some(if query.is_empty() { format!("{root}/{name}") } else { format!("{root}/{name}?{query}") })
}

/// Every row of every table of a SQLite store, as text in a fixed order: what two stores are compared by.
///
/// # Panics
/// On a store of another engine, or when it cannot be read.
pub async fn dump(store: &Ledger) -> Vec<String> {
    use sqlx::{Column, Row, ValueRef};
    let fingerpost_engine::Db::Sqlite { readers, .. } = store.db() else { panic!("only SQLite stores are dumped") };
    let names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
    let mut out = vec![];
    for table in sqlx::query(names).fetch_all(readers).await.expect("tables") {
        let table: String = table.get("name");
        let all = format!("SELECT * FROM {table}");
        for row in sqlx::query(sqlx::AssertSqlSafe(all)).fetch_all(readers).await.expect("rows") {
            let cells: Vec<String> = row
                .columns()
                .iter()
                .map(|column| {
                    let at = column.ordinal();
                    if row.try_get_raw(at).is_ok_and(|value| value.is_null()) {
                        return "-".to_owned();
                    }
                    row.try_get::<String, _>(at)
                        .or_else(|_| row.try_get::<i64, _>(at).map(|n| n.to_string()))
                        .expect("a cell")
                })
                .collect();
            out.push(format!("{table}|{}", cells.join("|")));
        }
    }
    out.sort();
    out
}

/// Every table of a store with its columns.
///
/// # Panics
/// When it cannot be read.
#[must_use]
pub async fn columns(store: &Ledger) -> Vec<(String, String)> {
    use sqlx::Row;
    const SQLITE: &str = "SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
                          WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'";
    const POSTGRES: &str = "SELECT CAST(table_name AS TEXT) AS table_name, CAST(column_name AS TEXT) AS column_name \
                            FROM information_schema.columns WHERE table_schema = 'public'";
    match store.db() {
        fingerpost_engine::Db::Sqlite { readers, .. } => {
            let rows = sqlx::query(SQLITE).fetch_all(readers).await.expect("columns");
            rows.iter().map(|row| (row.get("table_name"), row.get("column_name"))).collect()
        }
        fingerpost_engine::Db::Postgres(pool) => {
            let rows = sqlx::query(POSTGRES).fetch_all(pool).await.expect("columns");
            rows.iter().map(|row| (row.get("table_name"), row.get("column_name"))).collect()
        }
    }
}

/// How SQLite would go about a statement of ours, one step a line; nothing on another engine.
#[must_use]
pub async fn plan(store: &Ledger, sql: &str) -> Vec<String> {
    use sqlx::Row;
    let fingerpost_engine::Db::Sqlite { readers, .. } = store.db() else { return vec![] };
    let explained = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = sqlx::query(explained).fetch_all(readers).await.expect("a plan");
    rows.iter().map(|row| row.get("detail")).collect()
}

/// Why something was refused at the door, in the order in which the audit has it.
///
/// # Panics
/// When it cannot be read.
pub async fn refusals(store: &Ledger) -> Vec<String> {
    const REFUSED: &str = "SELECT detail FROM audit_row WHERE act = 'refuse' ORDER BY lane, seq";
    let rows = store.db().rows(REFUSED, vec![]).await.expect("rows");
    rows.iter().map(|row| row.text("detail").expect("a detail")).collect()
}

/// Both engines understand every one of `statements`, by name and text.
///
/// # Panics
/// When one does not.
pub async fn understood(ledger: &Ledger, statements: impl Iterator<Item = (&'static str, &'static str)>) {
    for (name, sql) in statements {
        let mut tx = ledger.db().write().await.expect("a transaction");
        tx.prepare(sql).await.unwrap_or_else(|error| panic!("{name}: {error}\n{sql}"));
    }
}

/// What grows with people and years is found by an index: none of `statements` reads a table from end to end, nor all that
/// a tenant has.
///
/// # Panics
/// When one does.
pub async fn found_by_index(ledger: &Ledger, statements: impl Iterator<Item = (&'static str, &'static str)>) {
    for (name, sql) in statements {
        let steps = plan(ledger, sql).await;
        // What a part of the statement itself has found is read from end to end: it was found by an index.
        let made: Vec<&str> = (steps.iter())
            .filter_map(|step| step.strip_prefix("CO-ROUTINE ").or_else(|| step.strip_prefix("MATERIALIZE ")))
            .collect();
        let is_made = |step: &str| {
            let scanned = step.strip_prefix("SCAN ").unwrap_or_default();
            made.iter().any(|made| *made == scanned || sql.contains(&format!("{made} {scanned} ")))
        };
        for step in steps.iter().filter(|step| !is_made(step)) {
            let whole = (step.starts_with("SCAN") && !step.contains("USING") && !step.contains("CONSTANT ROW"))
                || step.ends_with("(tenant=?)");
            assert!(!whole, "{name}: {step}");
        }
    }
}
