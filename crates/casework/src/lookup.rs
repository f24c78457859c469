//! Looking somebody up among the cases that one may open: by name, NHS number, telephone, or the group they go to.

use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::CaseId;
use fingerpost_domain::lookup::Sought;
use fingerpost_domain::person::PersonName;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::ReadCaseload;
use fingerpost_store::{Ctx, person_name, theirs};

use crate::Casework;

statements! {
    BY_NUMBER = concat!(
        "SELECT c.id, p.given, p.family, p.preferred, p.born, c.closed_at, u.name AS worker_name, NULL AS service_name \
         FROM person p JOIN case_file c ON c.tenant = p.tenant AND c.person = p.id JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
         WHERE p.tenant = $1 AND p.nhs_number = $5 AND c.scheme = $2 AND ",
        theirs!("c.worker", "$3", "$4"),
        " ORDER BY c.closed_at DESC NULLS FIRST, c.id LIMIT $6"
    );
    /// `$5` to `$7`: what the folded name and what they like to be called hold together, all of them; `$8`: what a group's name holds.
    BY_NAME = concat!(
        "SELECT c.id, p.given, p.family, p.preferred, p.born, c.closed_at, u.name AS worker_name, \
         (SELECT MIN(n.service_name) FROM connection n WHERE n.tenant = c.tenant AND n.case_id = c.id AND LOWER(n.service_name) LIKE $8 ESCAPE '~') AS service_name \
         FROM case_file c JOIN person p ON p.tenant = c.tenant AND p.id = c.person JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
         WHERE c.tenant = $1 AND c.scheme = $2 AND ((p.name_folded || ' ' || LOWER(COALESCE(p.preferred, '')) LIKE $5 ESCAPE '~' AND p.name_folded || ' ' || LOWER(COALESCE(p.preferred, '')) LIKE $6 ESCAPE '~' AND p.name_folded || ' ' || LOWER(COALESCE(p.preferred, '')) LIKE $7 ESCAPE '~') \
         OR EXISTS (SELECT 1 FROM person m WHERE m.tenant = p.tenant AND m.merged_into = p.id AND m.name_folded LIKE $5 ESCAPE '~' AND m.name_folded LIKE $6 ESCAPE '~' AND m.name_folded LIKE $7 ESCAPE '~') \
         OR EXISTS (SELECT 1 FROM connection n WHERE n.tenant = c.tenant AND n.case_id = c.id AND LOWER(n.service_name) LIKE $8 ESCAPE '~')) AND ",
        theirs!("c.worker", "$3", "$4"),
        " ORDER BY c.closed_at DESC NULLS FIRST, p.name_folded, c.id LIMIT $9"
    );
    BY_PHONE = concat!(
        "SELECT c.id, p.given, p.family, p.preferred, p.born, c.closed_at, u.name AS worker_name, NULL AS service_name \
         FROM case_file c JOIN person p ON p.tenant = c.tenant AND p.id = c.person JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
         WHERE c.tenant = $1 AND c.scheme = $2 AND (REPLACE(REPLACE(REPLACE(REPLACE(p.phone, ' ', ''), '-', ''), '(', ''), ')', '') LIKE $5 \
         OR EXISTS (SELECT 1 FROM person m WHERE m.tenant = p.tenant AND m.merged_into = p.id AND REPLACE(REPLACE(REPLACE(REPLACE(m.phone, ' ', ''), '-', ''), '(', ''), ')', '') LIKE $5)) AND ",
        theirs!("c.worker", "$3", "$4"),
        " ORDER BY c.closed_at DESC NULLS FIRST, p.name_folded, c.id LIMIT $6"
    );
}

/// Cases that one look gives at most.
pub const MOST_FOUND: usize = 50;

/// Somebody who was found.
#[derive(Debug, Clone)]
pub struct FoundRow {
    /// The case.
    pub id: CaseId,
    /// The person.
    pub name: PersonName,
    /// When they were born: two people may bear one name.
    pub born: Date,
    /// When the case was closed; none while it is open.
    pub closed_at: Option<Timestamp>,
    /// Whose case it is.
    pub worker_name: String,
    /// The group for which they were found.
    pub service: Option<String>,
}

/// What a text holds, as LIKE writes it: no mark of LIKE in it means anything but itself.
fn holding(text: &str) -> String {
    let plain = text.replace('~', "~~").replace('%', "~%").replace('_', "~_");
    format!("%{plain}%")
}

impl Casework {
    /// Cases whose person fits, open ones first, at most [`MOST_FOUND`]; only those that the reader may open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, ctx: &Ctx<ReadCaseload>, sought: &Sought) -> Result<Vec<FoundRow>> {
        let grant = &ctx.grant;
        let mut wanted = values![grant.tenant(), grant.organisation(), grant.only_user(), day_of(ctx.now)];
        let db = self.0.ledger().db();
        let rows = match sought {
            Sought::Number(number) => {
                wanted.extend(values![number.digits(), MOST_FOUND as i64]);
                db.rows(BY_NUMBER, wanted).await?
            }
            Sought::Phone(digits) => {
                wanted.extend(values![format!("%{digits}"), MOST_FOUND as i64]);
                db.rows(BY_PHONE, wanted).await?
            }
            Sought::Name { folded, typed } => {
                let words: Vec<&str> = folded.split(' ').collect();
                let word = |at: usize| holding(words.get(at).copied().unwrap_or_default());
                let named = [word(0), word(words.len() / 2), word(words.len() - 1)];
                wanted.extend(named.map(fingerpost_engine::Value::from));
                wanted.extend(values![holding(&typed.to_lowercase()), MOST_FOUND as i64]);
                db.rows(BY_NAME, wanted).await?
            }
        };
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Caseload).because("find")).await?;
        rows.iter()
            .map(|row| {
                Ok(FoundRow {
                    id: row.parsed("id")?,
                    name: person_name(row)?,
                    born: row.parsed("born")?,
                    closed_at: row.opt_at("closed_at")?,
                    worker_name: row.text("worker_name")?,
                    service: row.opt_text("service_name")?,
                })
            })
            .collect()
    }
}
