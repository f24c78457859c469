//! The two engines behind one small surface: run a statement, read its rows.
//!
//! A statement is a `&'static str` with `$1..$n`; values are of the portable kinds only. Nothing outside
//! this crate sees a connection, a transaction or a row.

use std::str::FromStr;

use fingerpost_domain::{Date, Timestamp};
use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Column as _, Postgres, Row as _, Sqlite, TypeInfo as _};

use crate::error::{Result, StoreError};

/// An open database.
#[derive(Debug, Clone)]
pub(crate) enum Db {
    /// One writer and a pool of readers on a file in WAL mode.
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    /// A pool of connections to a server.
    Postgres(PgPool),
}

/// A value of a portable kind.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
}

/// Builds the values of a statement.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::engine::Value::from($value)),*] };
}
pub(crate) use values;

impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Self::Text(Some(v.to_owned()))
    }
}
impl From<String> for Value {
    fn from(v: String) -> Self {
        Self::Text(Some(v))
    }
}
impl From<&String> for Value {
    fn from(v: &String) -> Self {
        Self::Text(Some(v.clone()))
    }
}
impl From<Option<String>> for Value {
    fn from(v: Option<String>) -> Self {
        Self::Text(v)
    }
}
impl From<Option<&str>> for Value {
    fn from(v: Option<&str>) -> Self {
        Self::Text(v.map(str::to_owned))
    }
}
impl From<i64> for Value {
    fn from(v: i64) -> Self {
        Self::Int(Some(v))
    }
}
impl From<Option<i64>> for Value {
    fn from(v: Option<i64>) -> Self {
        Self::Int(v)
    }
}
impl From<bool> for Value {
    fn from(v: bool) -> Self {
        Self::Int(Some(i64::from(v)))
    }
}
impl From<Timestamp> for Value {
    fn from(v: Timestamp) -> Self {
        Self::Int(Some(v.as_microsecond()))
    }
}
impl From<Option<Timestamp>> for Value {
    fn from(v: Option<Timestamp>) -> Self {
        Self::Int(v.map(Timestamp::as_microsecond))
    }
}
impl From<Date> for Value {
    fn from(v: Date) -> Self {
        Self::Text(Some(v.to_string()))
    }
}
impl From<Option<Date>> for Value {
    fn from(v: Option<Date>) -> Self {
        Self::Text(v.map(|d| d.to_string()))
    }
}
macro_rules! text_ids {
    ($($id:ident),+) => {$(
        impl From<fingerpost_domain::id::$id> for Value {
            fn from(v: fingerpost_domain::id::$id) -> Self { Self::Text(Some(v.to_string())) }
        }
        impl From<Option<fingerpost_domain::id::$id>> for Value {
            fn from(v: Option<fingerpost_domain::id::$id>) -> Self { Self::Text(v.map(|id| id.to_string())) }
        }
    )+};
}
text_ids!(
    OrganisationId,
    UserId,
    PersonId,
    ReferralId,
    CaseId,
    ContactId,
    DisclosureId,
    FeedbackId,
    JobId,
    OutboxId,
    LinkId,
    ImportRunId,
    ServiceId,
    SignpostId,
    ConnectionId,
    AssessmentId,
    RequestKey
);
impl From<&fingerpost_domain::id::TenantId> for Value {
    fn from(v: &fingerpost_domain::id::TenantId) -> Self {
        Self::Text(Some(v.as_str().to_owned()))
    }
}

/// One row of an answer.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    fn cell<'r, T>(&'r self, column: &str) -> Result<T>
    where
        T: sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite> + sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
    {
        let cell = match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        };
        cell.map_err(StoreError::from)
    }

    pub(crate) fn text(&self, column: &str) -> Result<String> {
        self.cell(column)
    }

    pub(crate) fn opt_text(&self, column: &str) -> Result<Option<String>> {
        self.cell(column)
    }

    pub(crate) fn int(&self, column: &str) -> Result<i64> {
        self.cell(column)
    }

    pub(crate) fn opt_int(&self, column: &str) -> Result<Option<i64>> {
        self.cell(column)
    }

    pub(crate) fn flag(&self, column: &str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    /// A cell of either portable kind, as its column declares: an empty one too has to be written as its kind.
    fn any(&self, column: &str) -> Result<Value> {
        let kind = match self {
            Self::Sqlite(row) => row.try_column(column)?.type_info().name(),
            Self::Postgres(row) => row.try_column(column)?.type_info().name(),
        };
        Ok(if kind == "TEXT" { Value::Text(self.opt_text(column)?) } else { Value::Int(self.opt_int(column)?) })
    }

    /// A small non-negative number: sessions, places, attempts.
    pub(crate) fn small<N: TryFrom<i64>>(&self, column: &str) -> Result<N> {
        N::try_from(self.int(column)?).map_err(|_| StoreError::corrupt(column))
    }

    pub(crate) fn at(&self, column: &str) -> Result<Timestamp> {
        Timestamp::from_microsecond(self.int(column)?).map_err(|_| StoreError::corrupt(column))
    }

    pub(crate) fn opt_at(&self, column: &str) -> Result<Option<Timestamp>> {
        let micros = self.opt_int(column)?;
        micros.map(Timestamp::from_microsecond).transpose().map_err(|_| StoreError::corrupt(column))
    }

    /// A text column read into an id, a date or anything else that parses.
    pub(crate) fn parsed<T: FromStr>(&self, column: &str) -> Result<T> {
        self.text(column)?.parse().map_err(|_| StoreError::corrupt(column))
    }

    pub(crate) fn opt_parsed<T: FromStr>(&self, column: &str) -> Result<Option<T>> {
        self.opt_text(column)?.map(|text| text.parse()).transpose().map_err(|_| StoreError::corrupt(column))
    }

    /// A text column read with a function that gives `None` for what is not ours.
    pub(crate) fn coded<T>(&self, column: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
        read(&self.text(column)?).ok_or_else(|| StoreError::corrupt(column))
    }

    pub(crate) fn opt_coded<T>(&self, column: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        self.opt_text(column)?.map(|text| read(&text).ok_or_else(|| StoreError::corrupt(column))).transpose()
    }
}

/// A transaction. Dropping it without [`Tx::commit`] undoes it.
#[derive(Debug)]
pub(crate) enum Tx {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        let mut query = sqlx::query($sql);
        for value in $values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Int(int) => query.bind(int),
            };
        }
        query
    }};
}

impl Tx {
    /// Runs a statement; gives the number of rows it changed.
    pub(crate) async fn run(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64> {
        Ok(match self {
            Self::Sqlite(tx) => bound!(sql, values).execute(&mut **tx).await?.rows_affected(),
            Self::Postgres(tx) => bound!(sql, values).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// All rows of an answer. Every statement that reads a list carries its own `LIMIT`.
    pub(crate) async fn rows(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Sqlite(tx) => bound!(sql, values).fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite).collect(),
            Self::Postgres(tx) => {
                bound!(sql, values).fetch_all(&mut **tx).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row, if there is one.
    pub(crate) async fn row(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(match self {
            Self::Sqlite(tx) => bound!(sql, values).fetch_optional(&mut **tx).await?.map(Row::Sqlite),
            Self::Postgres(tx) => bound!(sql, values).fetch_optional(&mut **tx).await?.map(Row::Postgres),
        })
    }

    /// Reads every row of `select` and writes it with `insert` of another transaction, one after the other; gives how
    /// many there were. Cells are texts or whole numbers, as everywhere.
    pub(crate) async fn copy_rows(
        &mut self,
        (select, columns): (&'static str, &[&str]),
        (to, insert): (&mut Self, &'static str),
    ) -> Result<u64> {
        let mut copied = 0;
        macro_rules! stream {
            ($tx:expr, $wrap:expr) => {{
                let mut rows = sqlx::query(select).fetch(&mut **$tx);
                while let Some(row) = rows.try_next().await? {
                    let row = $wrap(row);
                    let values = columns.iter().map(|column| row.any(column)).collect::<Result<Vec<_>>>()?;
                    copied += to.run(insert, values).await?;
                }
            }};
        }
        match self {
            Self::Sqlite(tx) => stream!(tx, Row::Sqlite),
            Self::Postgres(tx) => stream!(tx, Row::Postgres),
        }
        Ok(copied)
    }

    /// Runs several statements without values, as migrations do.
    pub(crate) async fn script(&mut self, sql: &'static str) -> Result<()> {
        match self {
            Self::Sqlite(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop)?,
            Self::Postgres(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop)?,
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Asks the engine to understand a statement without running it.
    #[cfg(test)]
    pub(crate) async fn prepare(&mut self, sql: &'static str) -> Result<()> {
        use sqlx::{Executor as _, SqlSafeStr as _};
        match self {
            Self::Sqlite(tx) => (&mut **tx).prepare(sql.into_sql_str()).await.map(drop)?,
            Self::Postgres(tx) => (&mut **tx).prepare(sql.into_sql_str()).await.map(drop)?,
        }
        Ok(())
    }
}

impl Db {
    /// A transaction that may write. On SQLite it takes the writer at once, so none is ever upgraded.
    pub(crate) async fn write(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// A transaction that sees one state of the data and cannot write.
    pub(crate) async fn read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => {
                Tx::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }
}
