//! Statements whose answers nobody waits for, told to SQLite in one go.
//!
//! Each statement is a word to the thread of the connection and a word back, and while the one writer waits for them nobody else writes.
//! A change that ends with five rows which cannot fail costs one such turn in place of five.

use crate::engine::Value;

/// Statements told at once: as many rows as one change adds, and few enough that the engine keeps each of their sequences prepared.
const MOST: usize = 8;

/// Statements in the order in which they will run.
#[derive(Debug, Default)]
pub(crate) struct Later {
    sql: String,
    values: Vec<Value>,
    statements: usize,
}

impl Later {
    /// Adds a statement. Its `$1..$n` become the places of its values among those of all.
    pub fn push(&mut self, sql: &str, values: Vec<Value>) {
        if self.statements > 0 {
            self.sql.push(';');
        }
        self.sql.push_str(&moved(sql, self.values.len()));
        self.values.extend(values);
        self.statements += 1;
    }

    /// Whether no more should be added.
    pub fn is_full(&self) -> bool {
        self.statements >= MOST
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.statements == 0
    }

    /// Takes the statements out behind `before`, as one text with the values of all; none where there is neither.
    pub fn take(&mut self, before: Option<&str>) -> Option<(String, Vec<Value>)> {
        let Self { sql, values, statements } = std::mem::take(self);
        let sql = before.map(|before| format!("{before}{sql}")).or((statements > 0).then_some(sql))?;
        Some((sql, values))
    }
}

/// A statement whose values stand so many places further on.
fn moved(sql: &str, places: usize) -> String {
    if places == 0 {
        return sql.to_owned();
    }
    let mut parts = sql.split('$');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(digits);
        out.push('$');
        match number.parse::<usize>() {
            Ok(number) => out.push_str(&(number + places).to_string()),
            Err(_) => out.push_str(number),
        }
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_statement() {
        let mut later = Later::default();
        assert!(later.take(None).is_none());
        later.push("INSERT INTO a VALUES ($1, $2)", crate::values![1_i64, 2_i64]);
        later.push("UPDATE b SET x = $2, y = $10 WHERE id = $1", crate::values![3_i64]);
        let (sql, values) = later.take(None).expect("two statements");
        assert_eq!(sql, "INSERT INTO a VALUES ($1, $2);UPDATE b SET x = $4, y = $12 WHERE id = $3");
        assert_eq!(values.len(), 3);
        assert!(later.is_empty());
        later.push("DELETE FROM a WHERE n = $1", crate::values![4_i64]);
        let (sql, _) = later.take(Some("SAVEPOINT odd;")).expect("both");
        assert_eq!(sql, "SAVEPOINT odd;DELETE FROM a WHERE n = $1");
        assert!(
            later
                .take(Some("SAVEPOINT odd;"))
                .is_some_and(|(sql, values)| sql == "SAVEPOINT odd;" && values.is_empty())
        );
    }
}
