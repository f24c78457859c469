//! Turning what the store knows into the words of a page, where several pages say the same.

use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;
use fingerpost_domain::Date;
use fingerpost_domain::need::Need;
use fingerpost_domain::nhs_number::NhsNumber;
use fingerpost_domain::person::{PersonDetails, PersonName};
use fingerpost_domain::problem::Problem;
use fingerpost_domain::referral::ReferralState;
use fingerpost_domain::risk::Risk;
use fingerpost_domain::safe_contact::{Reach, SafeContact};
use fingerpost_ui::format::{birth_day, due};
use fingerpost_ui::pages::{Care, PersonCard, Qr, SummaryRow};

/// The problems of a form as its page takes them.
pub fn listed(problems: &fingerpost_domain::problem::Problems) -> Vec<Problem> {
    problems.iter().cloned().collect()
}

/// An address to scan; none where it is too long for a code.
pub fn qr(address: &str) -> Qr {
    let code = QRBuilder::new(address).build();
    code.map(|code| Qr::drawn(&SvgBuilder::default().to_str(&code))).unwrap_or_default()
}

/// Preferred first name and family name: how a list names somebody.
pub fn short_name(name: &PersonName) -> String {
    format!("{} {}", name.called(), name.family)
}

/// Address and postcode on one line.
pub fn one_line_address(person: &PersonDetails) -> Option<String> {
    let parts: Vec<String> =
        [person.address.as_ref().map(ToString::to_string), person.postcode.as_ref().map(|p| p.as_str().to_owned())]
            .into_iter()
            .flatten()
            .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Somebody as the head of a page shows them.
pub fn person_card(person: &PersonDetails, today: Date) -> PersonCard {
    PersonCard {
        name: person.name.full(),
        called: person.name.called().to_owned(),
        preferred: person.name.preferred.as_ref().map(ToString::to_string),
        born: birth_day(person.born.date()),
        age: person.born.age(today),
        nhs_number: person.nhs_number.as_ref().map(NhsNumber::to_string),
        address: one_line_address(person),
        phone: person.phone.as_ref().map(|p| p.as_str().to_owned()),
        email: person.email.as_ref().map(|e| e.as_str().to_owned()),
        communication: person.communication.as_ref().map(ToString::to_string),
    }
}

/// "Company, feeling lonely; Being more active".
pub fn needs_text(needs: &[Need]) -> String {
    if needs.is_empty() {
        return "Not said".to_owned();
    }
    needs.iter().map(|need| need.label()).collect::<Vec<_>>().join("; ")
}

/// Who asked for a referral beside the person, and that the person knows of it.
pub fn asked_by(asker: &str, called: &str, state: ReferralState) -> SummaryRow {
    let knows = match state {
        ReferralState::Draft => format!("{called} has not been asked yet"),
        ReferralState::DeclinedByPerson => format!("{called} knows, and said no"),
        _ => format!("{called} knows, and agreed"),
    };
    SummaryRow::new("Asked for by", format!("{}. {knows}.", asker.trim_end_matches('.')))
}

/// The way to reach somebody, with the number or address that belongs to it.
pub fn reach_text(reach: Reach, person: &PersonDetails) -> String {
    let with = match reach {
        Reach::Phone | Reach::Text => person.phone.as_ref().map(|p| p.as_str().to_owned()),
        Reach::Email => person.email.as_ref().map(|e| e.as_str().to_owned()),
        Reach::Letter => one_line_address(person),
        Reach::Trusted => None,
    };
    match with {
        Some(with) => format!("{}: {with}.", reach.label()),
        None => format!("{}.", reach.label()),
    }
}

/// How an answer stands against the day for which it was promised.
pub fn answer_promised(on: Date, today: Date) -> String {
    if on < today { format!("the answer is {}", due(on, today)) } else { format!("answer promised {}", due(on, today)) }
}

/// Risk, needs and safe contact: the same four facts on every page about a person.
pub fn care(person: &PersonDetails, safe_contact: &SafeContact, risk: &Risk) -> Care {
    let (label, text) = match risk {
        Risk::Known(note) => ("Take care", note.to_string()),
        Risk::NoneKnown => ("No known risks", "Asked, and none known.".to_owned()),
        Risk::NotAsked => ("Risks not asked", "Nobody has asked yet. Ask at the next contact.".to_owned()),
    };
    Care {
        risk: risk.code().to_owned(),
        risk_label: label.to_owned(),
        risk_text: text,
        communication: person
            .communication
            .as_ref()
            .map_or_else(|| "Nothing noted yet.".to_owned(), ToString::to_string),
        reach: reach_text(safe_contact.reach, person),
        guidance: safe_contact.guidance.as_ref().map(ToString::to_string),
    }
}
