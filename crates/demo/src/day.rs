//! The link workers' days: visits of this week and the next, somebody who will be away, and one person who got another
//! link worker.

use fingerpost_casework::{CaseloadRow, Casework};
use fingerpost_correspondence_rules::message::MayLeave;
use fingerpost_domain::Date;
use fingerpost_domain::away::{Away, HandOver};
use fingerpost_domain::calendar::{add_working_days, instant_at, plus_days};
use fingerpost_domain::text::{Line, Note};
use fingerpost_domain::visit::{Visit, VisitKind};
use fingerpost_policy::{ReadCase, ReadCaseload, Reallocate, WorkCase};
use fingerpost_store::Store;
use jiff::civil::{Time, time};

use crate::DemoError;
use crate::places::Cast;

/// What is planned: working days from today, when, how long, where, what to remember.
type Planned = (u32, Time, u16, VisitKind, Option<&'static str>, Option<&'static str>);

const PLANNED: [Planned; 6] = [
    (0, time(10, 0, 0, 0), 45, VisitKind::Home, None, Some("Bring the choir's leaflet")),
    (0, time(13, 30, 0, 0), 45, VisitKind::Practice, Some("Room 4"), Some("Interpreter booked")),
    (0, time(15, 0, 0, 0), 60, VisitKind::GoAlong, Some("Meet at the bus stop, 2:45pm"), None),
    (1, time(9, 30, 0, 0), 60, VisitKind::Home, None, None),
    (1, time(11, 0, 0, 0), 30, VisitKind::Call, None, None),
    (4, time(14, 0, 0, 0), 60, VisitKind::Elsewhere, Some("The library caf\u{e9}"), None),
];

pub(crate) async fn tell(store: &Store, cast: &Cast, today: Date) -> Result<(), DemoError> {
    let casework = Casework::over(store.clone());
    let scheme = cast.scheme.id;
    let [first, second, ..] = cast.workers.as_slice() else { return Err(DemoError::Refused("workers")) };
    let evening = instant_at(plus_days(today, -1), 17);
    for worker in [first, second] {
        let cases = casework.whole_caseload(&Cast::ctx::<ReadCaseload>(worker, scheme, evening)?).await?;
        let work = Cast::ctx::<WorkCase>(worker, scheme, evening)?;
        let mut somebody_to_ring = false;
        for ((after, at, minutes, kind, place, remember), case) in PLANNED.iter().zip(cases.iter().filter(met)) {
            let visit = Visit {
                kind: *kind,
                on: if *after == 0 { today } else { add_working_days(today, *after) },
                at: *at,
                minutes: *minutes,
                place: place.and_then(|text| Line::parse(text).ok().flatten()),
                postcode: None,
                remember: remember.and_then(|text| Line::parse(text).ok().flatten()),
            };
            let read = Cast::ctx::<ReadCase>(worker, scheme, evening)?;
            let by_itself = matches!(casework.reach(&read, case.turn.id).await?, MayLeave::By(_));
            // One was to be told by a message when that was safe, and it is not any more: somebody has to ring.
            let tell = by_itself || (*after > 0 && !somebody_to_ring);
            somebody_to_ring |= tell && !by_itself;
            casework.plan_visit(&work, case.turn.id, (&visit, tell, store.entropy().id(evening))).await?;
        }
    }
    let first_day = add_working_days(today, 6);
    let away = Away {
        worker: second.actor.user,
        from: first_day,
        until: plus_days(first_day, 6),
        cover: Some(first.actor.user),
    };
    casework.record_away(&Cast::ctx::<Reallocate>(second, scheme, evening)?, &away).await?;
    let cases = casework.whole_caseload(&Cast::ctx::<ReadCaseload>(first, scheme, evening)?).await?;
    let last = cases.iter().rfind(met).ok_or(DemoError::Refused("handover"))?;
    let note = Note::parse("They asked for somebody who speaks their language. A call the day before helps.");
    let given = HandOver {
        cases: vec![last.turn.id],
        to: second.actor.user,
        note: note.ok().flatten().ok_or(DemoError::Refused("note"))?,
    };
    casework.hand_over(&Cast::ctx::<Reallocate>(first, scheme, evening)?, &given).await?;
    Ok(())
}

/// Somebody has spoken with them: a visit is planned together.
fn met(case: &&CaseloadRow) -> bool {
    case.first_contact.is_some()
}
