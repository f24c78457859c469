//! SQLite's one writer, shared: transactions that wait for each other are made durable together.
//!
//! A commit that is safe against a power cut costs a flush of the disk, and a disk does some hundreds in a second. So each
//! transaction is a savepoint inside a larger one, the group. Whoever opens a group leaves a task that queues behind those who
//! wait already; when its turn comes, everything that they wrote in the meantime is committed with one flush, and only then
//! is anybody told that their write is stored. A member that fails or is dropped is undone alone; if the group cannot be
//! committed, every member is told so.
//!
//! A visitor may go away at any await. So the group's own statements run in tasks that nobody can cut off. Only the savepoint of a member
//! goes with the member's first statement; whoever settles after them asks the connection whether it was set.

use std::sync::Arc;

use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::error::{Result, StoreError};

const BEGIN: &str = "BEGIN IMMEDIATE";
/// Refused inside a transaction, whatever else goes on.
const PROBE: &str = "BEGIN";
const COMMIT: &str = "COMMIT";
const ROLLBACK: &str = "ROLLBACK";

/// How SQLite begins to say that a savepoint is not there.
const NO_SAVEPOINT: &str = "no such savepoint";

/// The savepoint of a member. Two names take turns: whoever undoes theirs can never undo that of the one before, which still stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Odd,
    Even,
}

impl Turn {
    const fn other(self) -> Self {
        match self {
            Self::Odd => Self::Even,
            Self::Even => Self::Odd,
        }
    }

    /// Sets it.
    const fn set(self) -> &'static str {
        match self {
            Self::Odd => "SAVEPOINT odd;",
            Self::Even => "SAVEPOINT even;",
        }
    }

    /// Sets it and releases the other, of whoever has ended.
    const fn set_after_the_other(self) -> &'static str {
        match self {
            Self::Odd => "RELEASE even;SAVEPOINT odd;",
            Self::Even => "RELEASE odd;SAVEPOINT even;",
        }
    }

    const fn undo(self) -> &'static str {
        match self {
            Self::Odd => "ROLLBACK TO odd",
            Self::Even => "ROLLBACK TO even",
        }
    }

    const fn release(self) -> &'static str {
        match self {
            Self::Odd => "RELEASE odd",
            Self::Even => "RELEASE even",
        }
    }
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Nobody,
    /// Somebody who has said nothing yet.
    Begun,
    /// Somebody whose first word sets their savepoint.
    Working,
}

/// The one connection that writes, and the transactions that wait to become durable.
#[derive(Debug, Clone)]
pub struct Writer(Arc<Mutex<Group>>);

#[derive(Debug)]
struct Group {
    /// None once it is closed.
    connection: Option<SqliteConnection>,
    /// The group's own transaction is open.
    open: bool,
    member: Member,
    /// Whose savepoint stands, or will.
    turn: Turn,
    /// The savepoint of the one before stands as well: the next one, or the commit, releases it.
    ended: bool,
    /// Who is told when the group is stored.
    waiting: Vec<oneshot::Sender<bool>>,
}

/// A transaction of a group. Dropping it without [`Write::commit`] undoes it, and nothing else.
#[derive(Debug)]
pub struct Write(OwnedMutexGuard<Group>);

impl Writer {
    pub(crate) fn over(connection: SqliteConnection) -> Self {
        let group = Group {
            connection: Some(connection),
            open: false,
            member: Member::Nobody,
            turn: Turn::Odd,
            ended: false,
            waiting: Vec::new(),
        };
        Self(Arc::new(Mutex::new(group)))
    }

    /// Takes the writer when its turn comes; those who ask first have it first.
    pub(crate) async fn begin(&self) -> Result<Write> {
        let shared = Arc::clone(&self.0);
        unbroken(async move {
            let mut group = Arc::clone(&shared).lock_owned().await;
            // Where undoing somebody else failed, their group has been given up, and a new one begins.
            group.settle().await.ok();
            if !group.open {
                group.run(BEGIN).await?;
                group.open = true;
                tokio::spawn(async move { shared.lock().await.store().await });
            }
            (group.member, group.turn) = (Member::Begun, group.turn.other());
            Ok(Write(group))
        })
        .await
    }

    /// Commits what still waits and closes the connection.
    pub async fn close(&self) {
        let mut group = self.0.lock().await;
        group.store().await;
        if let Some(connection) = group.connection.take() {
            connection.close().await.ok();
        }
    }
}

impl Group {
    fn connection(&mut self) -> std::result::Result<&mut SqliteConnection, sqlx::Error> {
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    async fn run(&mut self, sql: &'static str) -> Result<()> {
        sqlx::query(sql).execute(self.connection()?).await?;
        Ok(())
    }

    /// Undoes whoever left without committing.
    async fn settle(&mut self) -> Result<()> {
        match std::mem::replace(&mut self.member, Member::Nobody) {
            Member::Nobody => return Ok(()),
            Member::Begun => {
                self.turn = self.turn.other();
                return Ok(());
            }
            Member::Working => {}
        }
        match self.run(self.turn.undo()).await {
            Ok(()) => {}
            Err(StoreError::Engine(sqlx::Error::Database(error))) if error.message().starts_with(NO_SAVEPOINT) => {
                // Inside a transaction this is refused and changes nothing. Outside of one SQLite has ended it by itself, as it does
                // where a disk is full: then nobody's write is there.
                if self.run(PROBE).await.is_ok() {
                    self.give_up().await;
                    return Err(sqlx::Error::Database(error).into());
                }
                // Cut off before their first words were heard to the end: there is nothing to undo. Whether the savepoint of the one
                // before stood still or was released just now, it is released.
                self.turn = self.turn.other();
                if std::mem::take(&mut self.ended) {
                    self.run(self.turn.release()).await.ok();
                }
                return Ok(());
            }
            Err(error) => {
                // A full disk ends the whole transaction by itself: then nobody's write is there.
                self.give_up().await;
                return Err(error);
            }
        }
        if let Err(error) = self.run(self.turn.release()).await {
            self.give_up().await;
            return Err(error);
        }
        // Their first word released the one before.
        (self.turn, self.ended) = (self.turn.other(), false);
        Ok(())
    }

    /// Commits the group and tells everybody how it went.
    async fn store(&mut self) {
        if !self.open || self.settle().await.is_err() {
            return;
        }
        match self.run(COMMIT).await {
            Ok(()) => {
                (self.open, self.ended) = (false, false);
                self.tell(true);
            }
            Err(error) => {
                tracing::error!(%error, members = self.waiting.len(), "a group of writes could not be stored");
                self.give_up().await;
            }
        }
    }

    /// Undoes the group and tells everybody.
    async fn give_up(&mut self) {
        self.run(ROLLBACK).await.ok();
        (self.open, self.member, self.ended) = (false, Member::Nobody, false);
        self.tell(false);
    }

    fn tell(&mut self, stored: bool) {
        for each in self.waiting.drain(..) {
            // Whoever no longer listens has been cut off; their write is stored all the same.
            each.send(stored).ok();
        }
    }
}

impl Write {
    /// The connection. What is told to it first is told behind [`Write::first_words`].
    pub(crate) fn connection(&mut self) -> std::result::Result<&mut SqliteConnection, sqlx::Error> {
        self.0.connection()
    }

    /// What sets the savepoint: each statement is a word to the thread of the connection and back, so it goes with the first one of the
    /// transaction. None once it has gone.
    pub(crate) fn first_words(&mut self) -> Option<&'static str> {
        let group = &mut *self.0;
        if group.member != Member::Begun {
            return None;
        }
        group.member = Member::Working;
        Some(if group.ended { group.turn.set_after_the_other() } else { group.turn.set() })
    }

    /// Ends the transaction. Comes back when it is on the disk.
    pub(crate) async fn commit(mut self) -> Result<()> {
        let (tell, told) = oneshot::channel();
        let group = &mut *self.0;
        match std::mem::replace(&mut group.member, Member::Nobody) {
            Member::Working => group.ended = true,
            // Nothing was said: the one before stands as it stood.
            Member::Begun | Member::Nobody => group.turn = group.turn.other(),
        }
        group.waiting.push(tell);
        // The turn is given on.
        drop(self);
        match told.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(StoreError::Engine(sqlx::Error::Protocol("the write was not stored".to_owned()))),
        }
    }
}

/// Work that goes on to its end when whoever waits for it goes away.
async fn unbroken<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    let ended = tokio::spawn(work).await;
    ended.unwrap_or_else(|_| Err(StoreError::Engine(sqlx::Error::WorkerCrashed)))
}
