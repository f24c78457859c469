//! What is wrong with a form: said beside the field, in words that tell the person what to do.

use std::borrow::Cow;

use serde::Serialize;

/// One thing wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The name of the form field.
    pub field: Cow<'static, str>,
    /// What to do, as a full sentence without its stop.
    pub message: String,
}

/// Everything wrong with a form, in the order of its fields. Never empty when returned as an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Nothing wrong so far.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// A form with a single problem.
    #[must_use]
    pub fn one(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let mut all = Self::none();
        all.add(field, message);
        all
    }

    /// Adds a problem.
    pub fn add(&mut self, field: impl Into<Cow<'static, str>>, message: impl Into<String>) {
        self.0.push(Problem { field: field.into(), message: message.into() });
    }

    /// Takes the value, or notes the problem and gives `None`.
    pub fn take<T, E: ToString>(&mut self, field: impl Into<Cow<'static, str>>, value: Result<T, E>) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, error.to_string());
                None
            }
        }
    }

    /// Takes a value that has to be there; notes the problem, or that it is missing, and gives `None`.
    pub fn need<T, E: ToString>(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        value: Result<Option<T>, E>,
        missing: impl Into<String>,
    ) -> Option<T> {
        let field = field.into();
        let value = self.take(field.clone(), value)?;
        if value.is_none() {
            self.add(field, missing);
        }
        value
    }

    /// Takes what a part of the form was checked to, or notes everything that is wrong with that part and gives `None`.
    pub fn part<T>(&mut self, checked: Result<T, Self>) -> Option<T> {
        match checked {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.0.extend(wrong.0);
                None
            }
        }
    }

    /// True while nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// The first problem of a field.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|p| p.field == field).map(|p| p.message.as_str())
    }
}

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{}: {}", problem.field, problem.message)?;
        }
        Ok(())
    }
}
