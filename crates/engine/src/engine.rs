//! The two engines behind one small surface: run a statement, read its rows.
//!
//! A statement is a `&'static str` with `$1..$n`; values are of the portable kinds only. Nothing outside
//! this crate sees a connection, a transaction or a row.

use std::str::FromStr;

use fingerpost_domain::{Date, Timestamp};
use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Column as _, Executor as _, Postgres, Row as _, Sqlite, SqliteConnection, TypeInfo as _};

use crate::error::{Result, StoreError};
use crate::group::{Write, Writer};
use crate::later::Later;
use crate::rows::{Rows, Table};

/// An open database.
#[derive(Debug, Clone)]
pub enum Db {
    /// One writer and a pool of readers on a file in WAL mode.
    Sqlite {
        /// The one connection that writes.
        writer: Writer,
        /// Those that read.
        readers: SqlitePool,
    },
    /// A pool of connections to a server.
    Postgres(PgPool),
}

/// A value of a portable kind.
#[derive(Debug, Clone)]
pub enum Value {
    /// A text, or none.
    Text(Option<String>),
    /// A whole number, or none.
    Int(Option<i64>),
}

/// Builds the values of a statement.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}

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
    SelfReferralId,
    LaunchKeyId,
    LaunchId,
    CaseId,
    ContactId,
    DisclosureId,
    FeedbackId,
    JobId,
    OutboxId,
    LinkId,
    GroupKeyId,
    ConsentId,
    TellingId,
    RecordCopyId,
    RecordHoldId,
    ErasureId,
    PersonJoinId,
    ImportRunId,
    FeedId,
    PullId,
    ServiceId,
    SignpostId,
    GapId,
    ReportId,
    ProjectId,
    SurveyId,
    ResponseId,
    ThemeId,
    InsightId,
    QuestionSetId,
    SurveyAddressId,
    InterviewId,
    PassageId,
    WatchId,
    ConnectionId,
    VisitId,
    AbsenceId,
    HandoverId,
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
pub enum Row {
    /// Of SQLite.
    Sqlite(SqliteRow),
    /// Of PostgreSQL.
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

    /// A text.
    ///
    /// # Errors
    /// When the column is not there or holds something else.
    pub fn text(&self, column: &str) -> Result<String> {
        self.cell(column)
    }

    /// A text, or none.
    ///
    /// # Errors
    /// When the column is not there or holds something else.
    pub fn opt_text(&self, column: &str) -> Result<Option<String>> {
        self.cell(column)
    }

    /// A whole number.
    ///
    /// # Errors
    /// When the column is not there or holds something else.
    pub fn int(&self, column: &str) -> Result<i64> {
        self.cell(column)
    }

    /// A whole number, or none.
    ///
    /// # Errors
    /// When the column is not there or holds something else.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>> {
        self.cell(column)
    }

    /// True for anything but 0.
    ///
    /// # Errors
    /// When the column is not there or holds something else.
    pub fn flag(&self, column: &str) -> Result<bool> {
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
    ///
    /// # Errors
    /// When the column is not there or holds something else.
    pub fn small<N: TryFrom<i64>>(&self, column: &str) -> Result<N> {
        N::try_from(self.int(column)?).map_err(|_| StoreError::corrupt(column))
    }

    /// An instant.
    ///
    /// # Errors
    /// When the column is not there or holds something else.
    pub fn at(&self, column: &str) -> Result<Timestamp> {
        Timestamp::from_microsecond(self.int(column)?).map_err(|_| StoreError::corrupt(column))
    }

    /// An instant, or none.
    ///
    /// # Errors
    /// When the column is not there or holds something else.
    pub fn opt_at(&self, column: &str) -> Result<Option<Timestamp>> {
        let micros = self.opt_int(column)?;
        micros.map(Timestamp::from_microsecond).transpose().map_err(|_| StoreError::corrupt(column))
    }

    /// A text column read into an id, a date or anything else that parses.
    ///
    /// # Errors
    /// When the column is not there or holds something else.
    pub fn parsed<T: FromStr>(&self, column: &str) -> Result<T> {
        self.text(column)?.parse().map_err(|_| StoreError::corrupt(column))
    }

    /// A text column that may be empty, read into anything that parses.
    ///
    /// # Errors
    /// When the column is not there or holds something else.
    pub fn opt_parsed<T: FromStr>(&self, column: &str) -> Result<Option<T>> {
        self.opt_text(column)?.map(|text| text.parse()).transpose().map_err(|_| StoreError::corrupt(column))
    }

    /// A text column read with a function that gives `None` for what is not ours.
    ///
    /// # Errors
    /// When the column is not there or holds something else.
    pub fn coded<T>(&self, column: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
        read(&self.text(column)?).ok_or_else(|| StoreError::corrupt(column))
    }

    /// A text column that may be empty, read with a function that gives `None` for what is not ours.
    ///
    /// # Errors
    /// When the column is not there or holds something else.
    pub fn opt_coded<T>(&self, column: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        self.opt_text(column)?.map(|text| read(&text).ok_or_else(|| StoreError::corrupt(column))).transpose()
    }
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

/// A transaction. Dropping it without [`Tx::commit`] undoes it.
#[derive(Debug)]
pub enum Tx {
    /// Of SQLite.
    Sqlite(SqliteTx),
    /// Of PostgreSQL.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// A transaction of SQLite: one that reads, or one of a group that writes.
#[derive(Debug)]
pub enum SqliteTx {
    /// Sees one state of the data.
    Read(sqlx::Transaction<'static, Sqlite>),
    /// Writes.
    Write(Written),
}

/// A transaction that writes, and what it still has to say.
#[derive(Debug)]
pub struct Written {
    write: Write,
    later: Later,
}

impl Written {
    /// Says what was put off.
    async fn catch_up(&mut self) -> Result<()> {
        let before = self.write.first_words();
        let Some((sql, values)) = self.later.take(before) else { return Ok(()) };
        bound!(sqlx::AssertSqlSafe(sql), values).execute(self.write.connection()?).await?;
        Ok(())
    }

    /// Says what was put off and a statement, in one word; gives the number of rows that the statement changed.
    async fn run(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64> {
        let before = self.write.first_words();
        if before.is_none() && self.later.is_empty() {
            return Ok(bound!(sql, values).execute(self.write.connection()?).await?.rows_affected());
        }
        self.later.push(sql, values);
        let (sql, values) = self.later.take(before).unwrap_or_default();
        let mut told = self.write.connection()?.fetch_many(bound!(sqlx::AssertSqlSafe(sql), values));
        let mut changed = 0;
        // One answer for each statement: the last is that of ours.
        while let Some(answer) = told.try_next().await? {
            if let sqlx::Either::Left(done) = answer {
                changed = done.rows_affected();
            }
        }
        Ok(changed)
    }
}

impl SqliteTx {
    /// The connection, once everything that was put off has been said.
    async fn connection(&mut self) -> Result<&mut SqliteConnection> {
        match self {
            Self::Read(tx) => Ok(&mut **tx),
            Self::Write(tx) => {
                tx.catch_up().await?;
                Ok(tx.write.connection()?)
            }
        }
    }

    async fn commit(self) -> Result<()> {
        match self {
            Self::Read(tx) => Ok(tx.commit().await?),
            Self::Write(mut tx) => {
                if !tx.later.is_empty() {
                    tx.catch_up().await?;
                }
                tx.write.commit().await
            }
        }
    }
}

impl Tx {
    /// Runs a statement; gives the number of rows it changed.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn run(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64> {
        Ok(match self {
            Self::Sqlite(SqliteTx::Write(tx)) => tx.run(sql, values).await?,
            Self::Sqlite(tx) => bound!(sql, values).execute(tx.connection().await?).await?.rows_affected(),
            Self::Postgres(tx) => bound!(sql, values).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// Runs a statement whose answer nobody needs. SQLite hears of it with the next one, and at the latest with the commit; what is
    /// wrong with it is told then.
    ///
    /// # Errors
    /// When the database refuses it, or what was put off before.
    pub async fn later(&mut self, sql: &'static str, values: Vec<Value>) -> Result<()> {
        let Self::Sqlite(SqliteTx::Write(tx)) = self else { return self.run(sql, values).await.map(drop) };
        tx.later.push(sql, values);
        if tx.later.is_full() { tx.catch_up().await } else { Ok(()) }
    }

    /// All rows of an answer. Every statement that reads a list carries its own `LIMIT`.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn rows(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Sqlite(tx) => {
                bound!(sql, values).fetch_all(tx.connection().await?).await?.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(tx) => {
                bound!(sql, values).fetch_all(&mut **tx).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn row(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(match self {
            Self::Sqlite(tx) => bound!(sql, values).fetch_optional(tx.connection().await?).await?.map(Row::Sqlite),
            Self::Postgres(tx) => bound!(sql, values).fetch_optional(&mut **tx).await?.map(Row::Postgres),
        })
    }

    /// Reads every row of a table and writes it into the same table of another transaction; gives how many there were.
    /// Cells are texts or whole numbers, as everywhere.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn copy_rows(&mut self, table: &'static Table, to: &mut Self) -> Result<u64> {
        let mut rows = Rows::of(table, to);
        self.each_row(table, async |cells| rows.put(to, cells).await).await?;
        rows.end(to).await
    }

    /// Reads every row of a table, one at a time, its cells in the order of the table's columns.
    ///
    /// # Errors
    /// When the database refuses it, or `each` does.
    pub async fn each_row<E: From<StoreError>>(
        &mut self,
        table: &'static Table,
        mut each: impl AsyncFnMut(Vec<Value>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        macro_rules! stream {
            ($tx:expr, $wrap:expr) => {{
                let mut found = sqlx::query(table.select).fetch($tx);
                while let Some(row) = found.try_next().await.map_err(StoreError::from)? {
                    let row = $wrap(row);
                    each(table.columns.iter().map(|column| row.any(column)).collect::<Result<Vec<_>>>()?).await?;
                }
            }};
        }
        match self {
            Self::Sqlite(tx) => stream!(tx.connection().await?, Row::Sqlite),
            Self::Postgres(tx) => stream!(&mut **tx, Row::Postgres),
        }
        Ok(())
    }

    /// How the `n`-th value of a statement with very many is marked. SQLite looks a numbered mark up by its name among
    /// all of them; a bare one it counts.
    pub(crate) fn mark(&self) -> fn(usize) -> String {
        match self {
            Self::Sqlite(_) => |_| "?".to_owned(),
            Self::Postgres(_) => |n| format!("${n}"),
        }
    }

    /// Runs a statement that [`crate::rows`] wrote from its own names: nothing typed is ever in it.
    pub(crate) async fn run_written(&mut self, sql: &str, values: Vec<Value>) -> Result<u64> {
        let sql = || sqlx::AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Sqlite(tx) => bound!(sql(), values).execute(tx.connection().await?).await?.rows_affected(),
            Self::Postgres(tx) => bound!(sql(), values).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// Runs several statements without values, as migrations do.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn script(&mut self, sql: &'static str) -> Result<()> {
        match self {
            Self::Sqlite(tx) => sqlx::raw_sql(sql).execute(tx.connection().await?).await.map(drop)?,
            Self::Postgres(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop)?,
        }
        Ok(())
    }

    /// Ends the transaction: everything in it is stored.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Asks the engine to understand a statement without running it.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn prepare(&mut self, sql: &'static str) -> Result<()> {
        use sqlx::SqlSafeStr as _;
        match self {
            Self::Sqlite(tx) => (tx.connection().await?).prepare(sql.into_sql_str()).await.map(drop)?,
            Self::Postgres(tx) => (&mut **tx).prepare(sql.into_sql_str()).await.map(drop)?,
        }
        Ok(())
    }
}

/// A transaction of PostgreSQL, begun to its end, whoever still waits for it. Cut off between its question and the answer, sqlx
/// gives the connection back with the transaction open: whoever has it next would read what was, and could not write.
async fn begun(pool: &PgPool, how: &'static str) -> Result<sqlx::Transaction<'static, Postgres>> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(how).await }).await;
    Ok(begun.unwrap_or(Err(sqlx::Error::WorkerCrashed))?)
}

impl Db {
    /// A transaction that may write. On SQLite it takes the writer at once, so none is ever upgraded.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn write(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writer, .. } => {
                Tx::Sqlite(SqliteTx::Write(Written { write: writer.begin().await?, later: Later::default() }))
            }
            Self::Postgres(pool) => Tx::Postgres(begun(pool, "BEGIN").await?),
        })
    }

    /// All rows of one question by itself. It sees one state of the data without a transaction around it, which would cost
    /// two more turns of the engine.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn rows(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Sqlite { readers, .. } => {
                bound!(sql, values).fetch_all(readers).await?.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(pool) => bound!(sql, values).fetch_all(pool).await?.into_iter().map(Row::Postgres).collect(),
        })
    }

    /// The first row of one question by itself, if there is one.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn row(&self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(match self {
            Self::Sqlite { readers, .. } => bound!(sql, values).fetch_optional(readers).await?.map(Row::Sqlite),
            Self::Postgres(pool) => bound!(sql, values).fetch_optional(pool).await?.map(Row::Postgres),
        })
    }

    /// A transaction that sees one state of the data and cannot write.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Tx::Sqlite(SqliteTx::Read(readers.begin().await?)),
            Self::Postgres(pool) => Tx::Postgres(begun(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?),
        })
    }
}
