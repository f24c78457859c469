//! The directory: two doors to one search, one service, a shortlist. For staff, for a person of theirs, and without an
//! account for anyone. Started from a case, distances are measured from where the person lives, which is never in the
//! address.

mod looking;
pub(crate) mod reasons;
mod shown;

use axum::extract::{Path, State};
use axum::response::Response;
use axum_extra::extract::Query;
use fingerpost_directory::edit::Missing;
use fingerpost_directory::entry::Entry;
use fingerpost_directory::facts::{Groups, Room};
use fingerpost_directory::fit::Mark;
use fingerpost_directory::wanted::{Somebody, Wanted};
use fingerpost_domain::Date;
use fingerpost_domain::access::AccessNeed;
use fingerpost_domain::crisis::may_be_danger;
use fingerpost_domain::id::{CaseId, ServiceId};
use fingerpost_finder::{Found, Hit, Reader, Snapshot};
use fingerpost_policy::{Action, Permission, ReadCase, SearchDirectory};
use fingerpost_store::{CasePage, StoredService};
use fingerpost_ui::format::count;
use fingerpost_ui::pages::{Choice, DirectoryPage, Frame, ListPage, OfferBeside, ResultCard, ServicePage};

use fingerpost_web_core::frame::show;
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::{App, WebError, view};

use crate::joined;
pub use looking::Asked;
use looking::{LONGEST_LIST, Look, Origin};
pub(crate) use shown::{entry_of, rows, times_of};

/// Results on one page.
const AT_ONCE: usize = 20;

/// Who looks, and where: what differs between the four searches.
struct Viewer {
    frame: Frame,
    /// The search; the page of a service and the shortlist are below it.
    action: String,
    heading: String,
    back: Option<(String, String)>,
    /// Entries that are withheld are shown too.
    staff: bool,
    /// Where it is noted that something is missing.
    gap: Option<String>,
    /// The search asks for a place: from a case it comes from the record.
    asks_where: bool,
}

fn card(hit: &Hit, look: &Look, asked: &Asked, viewer: &Viewer, today: Date) -> ResultCard {
    let entry: &Entry = &hit.entry;
    let listed = asked.shortlist().contains(&entry.id);
    let full = asked.shortlist().len() >= LONGEST_LIST;
    ResultCard {
        href: asked.list_alone().address(&format!("{}/{}", viewer.action, entry.id)),
        name: entry.name.clone(),
        organisation: entry.organisation.clone().filter(|name| *name != entry.name),
        summary: entry.summary.clone(),
        fit: match hit.mark {
            Mark::Fits => "yes",
            Mark::Ask => "ask",
            Mark::Against => "no",
        },
        room: reasons::room_tag(entry, look.wanted.room),
        withheld: entry.standing.withheld,
        alert: entry.alert.clone(),
        reasons: reasons::reasons(hit, &look.wanted),
        source: reasons::told_by(entry, today),
        listed,
        list_href: (listed || !full)
            .then(|| format!("{}#{}", asked.with_listed(entry.id).address(&viewer.action), entry.id)),
        anchor: entry.id.to_string(),
    }
}

fn totals(found: &Found) -> String {
    let could = count(found.could_fit, "service that could fit", "services that could fit");
    match found.do_not_fit {
        0 => could,
        not => format!("{could}, {} not fit now", count(not, "does", "do")),
    }
}

fn draw(app: &App, index: &Snapshot, (asked, look, viewer): (&Asked, &Look, Viewer)) -> Result<Response, WebError> {
    let page: usize = asked.page.parse().unwrap_or(1).clamp(1, 10_000);
    // A person's door with nothing behind it yet asks first.
    let waits = asked.starts_from_person() && asked.is_empty() && viewer.asks_where;
    let reader = if viewer.staff { Reader::Staff } else { Reader::Public };
    let found = if waits {
        Found::default()
    } else {
        index.search_among(
            (&look.wanted, look.named),
            (reader, app.today()),
            ((page - 1) * AT_ONCE, AT_ONCE),
            |_| true,
        )?
    };
    let cards: Vec<ResultCard> = found.hits.iter().map(|hit| card(hit, look, asked, &viewer, app.today())).collect();
    let (unfit, results) = cards.into_iter().partition(|card| card.fit == "no");
    let door =
        |door: &str| Asked { door: door.to_owned(), page: String::new(), ..asked.clone() }.address(&viewer.action);
    let listed = asked.shortlist().len();
    let drawn = DirectoryPage {
        form: asked.form(&viewer.action, viewer.asks_where),
        doors: viewer.asks_where.then(|| (door(""), door("person"))),
        waits,
        danger: may_be_danger(&asked.q),
        understood: look.understood.join(", "),
        exact_href: Asked { exact: "yes".to_owned(), page: String::new(), ..asked.clone() }.address(&viewer.action),
        corrected: found
            .corrected
            .iter()
            .map(|(typed, read)| {
                format!("Nothing here has \u{201c}{typed}\u{201d}: we looked for \u{201c}{read}\u{201d}.")
            })
            .collect(),
        origin: look.origin.clone(),
        total: totals(&found),
        results,
        unfit,
        list: (listed > 0).then(|| {
            (asked.list_alone().address(&format!("{}/list", viewer.action)), count(listed, "service", "services"))
        }),
        earlier: (page > 1).then(|| Asked { page: (page - 1).to_string(), ..asked.clone() }.address(&viewer.action)),
        later: (page * AT_ONCE < found.total())
            .then(|| Asked { page: (page + 1).to_string(), ..asked.clone() }.address(&viewer.action)),
        directory_empty: index.is_empty(),
        staff: viewer.staff,
        missing: Missing::ALL
            .iter()
            .map(|why| Choice::new(why.code(), why.label(), *why == Missing::NotFound))
            .collect(),
        gap: viewer.gap,
        heading: viewer.heading,
        back: viewer.back,
        frame: viewer.frame,
    };
    show(app, &drawn)
}

async fn staff_viewer<P: Permission>(here: &May<P>) -> Result<Viewer, WebError> {
    Ok(Viewer {
        frame: here.frame("Directory", "directory").await?,
        action: here.href("directory"),
        heading: "Directory".to_owned(),
        back: None,
        staff: true,
        gap: Some(here.href("directory/gap")),
        asks_where: true,
    })
}

/// The staff's search.
pub async fn list(here: May<SearchDirectory>, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let app = here.app();
    let usual = match app.store().place_of_organisation(here.organisation.id).await? {
        Some(point) => Origin { point: Some(point), note: format!("Distances are from {}.", here.organisation.name) },
        None => Origin { point: None, note: "Type a postcode or a town to see distances.".to_owned() },
    };
    let index = app.directory().await?;
    let look = asked.look(app.store(), &index, usual).await?;
    draw(app, &index, (&asked, &look, staff_viewer(&here).await?))
}

/// What could fit this person: distances from their home, and whether their age fits.
pub async fn for_case(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    Query(mut asked): Query<Asked>,
) -> Result<Response, WebError> {
    let app = here.app();
    let case = app.store().case(&here.ctx, id).await?;
    let called = case.person.details.name.called().to_owned();
    let point = match &case.person.details.postcode {
        Some(postcode) => app.store().place_of(postcode).await?,
        None => None,
    };
    let note = match (point, &case.person.details.postcode) {
        (Some(_), _) => format!("Distances are from {called}'s home."),
        (None, Some(_)) => format!("We do not know where {called}'s postcode is, so distances are left out."),
        (None, None) => format!("{called}'s postcode is not known, so distances are left out."),
    };
    // What is known of the person is there at the first look, to be changed.
    let hears = |access: &fingerpost_domain::access::AccessNeeds| access.needs.contains(&AccessNeed::Hearing);
    if asked.is_empty() && case.access.as_ref().is_some_and(hears) {
        asked.must = vec!["loop".to_owned()];
    }
    let index = app.directory().await?;
    asked.near = String::new();
    let mut look = asked.look(app.store(), &index, Origin { point, note }).await?;
    let groups = look.wanted.somebody.unwrap_or_default().groups;
    look.wanted.somebody = wanted_for(&case, app.today()).somebody.map(|somebody| Somebody { groups, ..somebody });
    let viewer = Viewer {
        frame: here.frame(format!("Services for {called}"), "caseload").await?,
        action: here.href(&format!("cases/{id}/services")),
        heading: format!("What could fit {called}?"),
        back: Some((here.href(&format!("cases/{id}")), format!("Back to {called}'s page"))),
        staff: true,
        gap: here.may(Action::SearchDirectory).then(|| here.href("directory/gap")),
        asks_where: false,
    };
    draw(app, &index, (&asked, &look, viewer))
}

fn public_frame(app: &App, title: &str) -> Frame {
    Frame { title: title.to_owned(), invented: app.invented(), ..Frame::default() }
}

fn public_viewer(app: &App) -> Viewer {
    Viewer {
        frame: public_frame(app, "Find something near you"),
        action: "/directory".to_owned(),
        heading: "Find something near you".to_owned(),
        back: None,
        staff: false,
        gap: None,
        asks_where: true,
    }
}

/// The search for anyone: nothing is kept of who looks for what.
pub async fn public(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let usual = Origin { point: None, note: "Type a postcode or a town to see what is near.".to_owned() };
    let index = app.directory().await?;
    let look = asked.look(app.store(), &index, usual).await?;
    draw(&app, &index, (&asked, &look, public_viewer(&app)))
}

/// Where a service takes place, in words; none where its entry does not say.
#[must_use]
pub fn where_it_is(service: &fingerpost_directory::hsds::Service) -> Option<String> {
    Some(shown::addresses(service)).filter(|text| !text.is_empty())
}

/// The page of a service.
pub fn page(app: &App, stored: &StoredService, (frame, back): (Frame, (String, String)), staff: bool) -> ServicePage {
    let service = &stored.service;
    let entry = entry_of(stored);
    let by = service.organization.as_ref().map(|by| by.name.clone()).filter(|name| !name.is_empty());
    ServicePage {
        frame,
        back,
        name: service.name.clone(),
        organisation: by.filter(|name| *name != service.name),
        open: service.is_open() || service.is_resting(),
        room: reasons::room_tag(&entry, false),
        alert: service.alert.clone(),
        withheld: staff && stored.standing.withheld,
        description: service.description.clone().unwrap_or_default(),
        rows: rows(service, &entry),
        website: service.url.as_deref().and_then(shown::web_link),
        source: reasons::told_by(&entry, app.today()),
        told: joined::told(stored),
        against: vec![],
        offer: None,
        list: None,
        wrong: Some(OfferBeside {
            href: format!("/directory/{}/wrong", stored.id),
            text: "Something is wrong here".to_owned(),
        }),
    }
}

/// Back to the search, and the link that puts a service on the shortlist.
fn beside(asked: &Asked, action: &str, id: ServiceId) -> ((String, String), OfferBeside) {
    let list = asked.list_alone();
    let text = if asked.shortlist().contains(&id) { "Take off my list" } else { "Add to my list" };
    let href = list.with_listed(id).address(&format!("{action}/list"));
    ((list.address(action), "Directory".to_owned()), OfferBeside { href, text: text.to_owned() })
}

/// One service, for staff.
pub async fn one(
    here: May<SearchDirectory>,
    Path((_, id)): Path<(String, ServiceId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let stored = here.app().store().entries().one(id).await?;
    let (back, list) = beside(&asked, &here.href("directory"), id);
    let frame = here.frame(stored.service.name.clone(), "directory").await?;
    let mut drawn = page(here.app(), &stored, (frame, back), true);
    drawn.list = Some(list);
    if here.may(Action::KeepDirectory) {
        drawn.wrong = Some(OfferBeside { href: here.href(&format!("steward/{id}")), text: "Mend it".to_owned() });
    }
    let may_tell = here.may(Action::Signpost) && stored.service.is_open() && !stored.standing.withheld;
    drawn.offer = may_tell.then(|| OfferBeside {
        href: here.href(&format!("signpost?service={id}")),
        text: "Tell somebody about this".to_owned(),
    });
    show(here.app(), &drawn)
}

/// One service, for anyone.
pub async fn public_one(
    State(app): State<App>,
    Path(id): Path<ServiceId>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let stored = app.store().entries().one(id).await?;
    if stored.standing.withheld {
        return Err(WebError::NotFound);
    }
    let (back, list) = beside(&asked, "/directory", id);
    let mut drawn = page(&app, &stored, (public_frame(&app, &stored.service.name), back), false);
    drawn.list = Some(list);
    show(&app, &drawn)
}

/// A service that somebody may be told of in passing: it is there now, and where it is is no secret.
pub(crate) fn tellable(entry: &Entry) -> bool {
    !entry.standing.withheld && entry.facts.conditions.room != Room::Resting
}

/// What is known of a person that an entry may ask for.
pub fn wanted_for(case: &CasePage, today: Date) -> Wanted {
    let age = u16::try_from(case.person.details.born.age(today)).ok();
    Wanted { somebody: Some(Somebody { age, groups: Groups::default() }), ..Wanted::default() }
}

/// Why a service does not fit somebody now: what is said before they are sent there.
pub async fn against(app: &App, id: ServiceId, wanted: &Wanted) -> Result<Vec<String>, WebError> {
    let index = app.directory().await?;
    Ok(index.get(id).map(|entry| reasons::against(entry, wanted)).unwrap_or_default())
}

/// A shortlist: to print, in large print too, and to send.
async fn shortlist(app: &App, asked: &Asked, viewer: Viewer) -> Result<Response, WebError> {
    let ids = asked.shortlist();
    let mut listed = app.store().entries().some(&ids).await?;
    listed.retain(|stored| viewer.staff || !stored.standing.withheld);
    listed.sort_by_key(|stored| ids.iter().position(|id| *id == stored.id));
    let cards: Vec<ServicePage> = listed
        .iter()
        .map(|stored| ServicePage {
            list: Some(OfferBeside {
                href: asked.with_listed(stored.id).address(&format!("{}/list", viewer.action)),
                text: "Take off my list".to_owned(),
            }),
            ..page(app, stored, (Frame::default(), (String::new(), String::new())), viewer.staff)
        })
        .collect();
    let public = asked.list_alone().address("/directory/list");
    let address = format!("{}{public}", app.public_url());
    let larger = asked.size == "larger";
    let other = Asked { size: if larger { String::new() } else { "larger".to_owned() }, ..asked.clone() };
    let names: Vec<&str> = cards.iter().map(|card| card.name.as_str()).collect();
    let drawn = ListPage {
        back: (asked.list_alone().address(&viewer.action), "Back to the search".to_owned()),
        heading: "My list".to_owned(),
        mail: mail(&names, &address),
        qr: if address.len() <= LONGEST_CODE { view::qr(&address) } else { Default::default() },
        services: cards,
        larger,
        size_href: other.address(&format!("{}/list", viewer.action)),
        frame: Frame { title: "My list".to_owned(), ..viewer.frame },
    };
    show(app, &drawn)
}

/// The longest address that a telephone still reads from a printed code.
const LONGEST_CODE: usize = 700;

/// A letter that the reader's own mail program writes: nothing of it passes through here.
fn mail(names: &[&str], address: &str) -> String {
    let body = format!("{}\r\n\r\n{address}", names.join("\r\n"));
    let parts = [("subject", "Things near here"), ("body", body.as_str())];
    // A mail program reads a plus as a plus.
    let query = serde_html_form::to_string(parts).unwrap_or_default().replace('+', "%20");
    format!("mailto:?{query}")
}

/// The staff's shortlist.
pub async fn my_list(here: May<SearchDirectory>, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    shortlist(here.app(), &asked, staff_viewer(&here).await?).await
}

/// The shortlist of a search that started from a case.
pub async fn case_list(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    // The list names nobody; whoever may not open the case has no list of it either.
    here.app().store().case(&here.ctx, id).await?;
    let action = here.href(&format!("cases/{id}/services"));
    let viewer = Viewer {
        frame: here.frame("My list", "caseload").await?,
        action,
        heading: String::new(),
        back: None,
        staff: true,
        gap: here.may(Action::SearchDirectory).then(|| here.href("directory/gap")),
        asks_where: false,
    };
    shortlist(here.app(), &asked, viewer).await
}

/// Anyone's shortlist.
pub async fn public_list(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    shortlist(&app, &asked, public_viewer(&app)).await
}
