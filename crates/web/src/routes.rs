//! Every route, once: the table that the router is built from is the table that the tests call.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use fingerpost_policy::Action;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use crate::{
    about, account, ask, became, care, cases, counted, entry, flow, launch, measures, plan_copy, plans, refer, sent,
    texts, triage, users,
};
use fingerpost_oruk as oruk;
use fingerpost_web_casework::{alerts, caseload, cover, diary, find, visits};
use fingerpost_web_connections::offers;
use fingerpost_web_core::{App, assets, errors, health, sessions};
use fingerpost_web_directory::{door, gaps, joined, search, signposts, sources, steward, wrong};
use fingerpost_web_improvement::{
    clinician_surveys, colleagues, finding, improvement, questions, staff_surveys, survey_door,
};
use fingerpost_web_intake::{meet, profiles, settings};
use fingerpost_web_rights::{joining, messages, record, retention, who_knows, wording};

/// What stands in front of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Anyone: it shows nothing about anybody.
    Anyone,
    /// Anyone who has the secret in the address.
    Link,
    /// Only in an invented installation.
    Invented,
    /// Somebody who is signed in.
    SignedIn,
    /// Somebody whose role allows the action in the organisation of the address.
    May(Action),
}

/// A route: its path, its methods, what stands in front of it.
#[derive(Debug, Clone, Copy)]
pub struct RouteInfo {
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// `GET`, `POST`, or both.
    pub methods: &'static [&'static str],
    /// What stands in front.
    pub guard: Guard,
}

const GET: &[&str] = &["GET"];
const POST: &[&str] = &["POST"];
const BOTH: &[&str] = &["GET", "POST"];

macro_rules! table {
    ($($path:literal, $methods:expr, $guard:expr, $handler:expr;)+) => {
        /// Every route of the product.
        pub const ROUTES: &[RouteInfo] = &[$(RouteInfo { path: $path, methods: $methods, guard: $guard }),+];

        fn handlers() -> Vec<(&'static str, MethodRouter<App>)> {
            vec![$(($path, $handler)),+]
        }
    };
}

table! {
    "/healthz", GET, Guard::Anyone, get(health::alive);
    "/readyz", GET, Guard::Anyone, get(health::ready);
    "/assets/{hash}/{name}", GET, Guard::Anyone, get(assets::file);
    "/privacy", GET, Guard::Anyone, get(texts::privacy);
    "/accessibility", GET, Guard::Anyone, get(texts::accessibility);
    "/cookies", GET, Guard::Anyone, get(texts::cookies);
    "/sign-in", BOTH, Guard::Anyone, get(entry::sign_in_form).post(entry::sign_in);
    "/sign-in/code", BOTH, Guard::Anyone, get(entry::code_form).post(entry::code);
    "/sign-in/invented", POST, Guard::Invented, post(entry::sign_in_invented);
    "/self-referral/{scheme}", BOTH, Guard::Anyone, get(ask::start).post(ask::begin);
    "/meet/{practice}", GET, Guard::Anyone, get(meet::page);
    "/meet/{practice}/poster", GET, Guard::Anyone, get(meet::poster);
    "/meet/{practice}/{user}/picture", GET, Guard::Anyone, get(meet::picture);
    "/s/{code}", BOTH, Guard::Anyone, get(door::look).post(door::choose);
    "/s/{code}/{service}", GET, Guard::Anyone, get(door::service);
    "/launch", POST, Guard::Anyone, post(launch::take);
    "/launch/{ticket}", BOTH, Guard::SignedIn, get(launch::look).post(launch::open);
    "/thank-you", GET, Guard::Anyone, get(measures::thank_you);
    "/l/{token}", BOTH, Guard::Link, get(entry::link_form).post(entry::link);
    "/", GET, Guard::SignedIn, get(entry::start);
    "/places", GET, Guard::SignedIn, get(entry::places);
    "/sign-out", POST, Guard::SignedIn, post(entry::sign_out);
    "/account", GET, Guard::SignedIn, get(account::show_account);
    "/account/second-step", POST, Guard::SignedIn, post(account::set_up);
    "/account/second-step/on", POST, Guard::SignedIn, post(account::turn_on);
    "/account/second-step/off", POST, Guard::SignedIn, post(account::turn_off);
    "/o/{org}", GET, Guard::SignedIn, get(entry::place);
    "/o/{org}/refer", BOTH, Guard::May(Action::ReferPerson), get(refer::who_form).post(refer::who);
    "/o/{org}/refer/paper", GET, Guard::May(Action::ReferPerson), get(refer::paper);
    "/o/{org}/refer/{id}", BOTH, Guard::May(Action::ReferPerson), get(refer::form).post(refer::send);
    "/o/{org}/refer/{id}/person", BOTH, Guard::May(Action::ReferPerson), get(refer::person_form).post(refer::person);
    "/o/{org}/sent", GET, Guard::May(Action::ReadSent), get(sent::list);
    "/o/{org}/sent/{id}", GET, Guard::May(Action::ReadSent), get(sent::one);
    "/o/{org}/sent/{id}/slip", GET, Guard::May(Action::ReadSent), get(sent::slip);
    "/o/{org}/sent/{id}/referral", GET, Guard::May(Action::ReadSent), get(sent::referral);
    "/o/{org}/sent/{id}/letters/{letter}", GET, Guard::May(Action::ReadSent), get(sent::letter);
    "/o/{org}/sent/{id}/letters/{letter}/data", GET, Guard::May(Action::ReadSent), get(sent::data);
    "/o/{org}/sent/{id}/answer", POST, Guard::May(Action::AnswerBack), post(sent::answer);
    "/o/{org}/sent/{id}/take-back", POST, Guard::May(Action::TakeBack), post(sent::take_back);
    "/o/{org}/referrals", GET, Guard::May(Action::Triage), get(triage::list);
    "/o/{org}/referrals/{id}", GET, Guard::May(Action::Triage), get(triage::one);
    "/o/{org}/referrals/{id}/accept", POST, Guard::May(Action::Triage), post(triage::accept);
    "/o/{org}/referrals/{id}/ask", POST, Guard::May(Action::Triage), post(triage::ask);
    "/o/{org}/referrals/{id}/declined", POST, Guard::May(Action::Triage), post(triage::declined);
    "/o/{org}/referrals/{id}/not-accept", POST, Guard::May(Action::Triage), post(triage::not_accept);
    "/o/{org}/referrals/{id}/told", POST, Guard::May(Action::Triage), post(triage::told);
    "/o/{org}/caseload", GET, Guard::May(Action::ReadCaseload), get(caseload::list);
    "/o/{org}/find", BOTH, Guard::May(Action::ReadCaseload), get(find::form).post(find::find);
    "/o/{org}/diary", BOTH, Guard::May(Action::ReadCaseload), get(diary::list).post(diary::change_feed);
    "/o/{org}/visits/{id}/reached", POST, Guard::May(Action::ReadCaseload), post(visits::reached);
    "/o/{org}/cover", BOTH, Guard::May(Action::Reallocate), get(cover::list).post(cover::record);
    "/o/{org}/cover/{id}/end", POST, Guard::May(Action::Reallocate), post(cover::end);
    "/o/{org}/hand-over", BOTH, Guard::May(Action::Reallocate), get(cover::hand_over_form).post(cover::hand_over);
    "/o/{org}/cases/{id}/visits", BOTH, Guard::May(Action::WorkCase), get(visits::form).post(visits::plan);
    "/o/{org}/cases/{id}/visits/{visit}", POST, Guard::May(Action::WorkCase), post(visits::act);
    "/calendar/{token}/visits.ics", GET, Guard::Link, get(diary::feed);
    "/o/{org}/cases/{id}", GET, Guard::May(Action::ReadCase), get(cases::one);
    "/o/{org}/cases/{id}/contacts", POST, Guard::May(Action::WorkCase), post(cases::record);
    "/o/{org}/cases/{id}/contacts/{contact}/note", BOTH, Guard::May(Action::WorkCase), get(cases::note_form).post(cases::note);
    "/o/{org}/cases/{id}/care", BOTH, Guard::May(Action::WorkCase), get(care::form).post(care::change);
    "/o/{org}/signpost", BOTH, Guard::May(Action::Signpost), get(signposts::form).post(signposts::note);
    "/o/{org}/signpost/slips", POST, Guard::May(Action::Signpost), post(door::slips);
    "/o/{org}/signpost/door", BOTH, Guard::May(Action::Signpost), get(door::set_up).post(door::make);
    "/o/{org}/signpost/{id}/undo", POST, Guard::May(Action::Signpost), post(signposts::undo);
    "/o/{org}/signpost/{id}/text", BOTH, Guard::May(Action::Signpost), get(signposts::text_form).post(signposts::text);
    "/o/{org}/signpost/{id}/slip", GET, Guard::May(Action::Signpost), get(signposts::slip);
    "/directory", GET, Guard::Anyone, get(search::public);
    "/directory/list", GET, Guard::Anyone, get(search::public_list);
    "/directory/{id}", GET, Guard::Anyone, get(search::public_one);
    "/directory/{id}/wrong", BOTH, Guard::Anyone, get(wrong::form).post(wrong::send);
    "/o/{org}/directory/gap", POST, Guard::May(Action::SearchDirectory), post(gaps::note);
    "/o/{org}/gaps", GET, Guard::May(Action::SearchDirectory), get(gaps::list);
    "/o/{org}/sources", GET, Guard::May(Action::KeepDirectory), get(sources::list);
    "/o/{org}/sources/new", BOTH, Guard::May(Action::KeepDirectory), get(sources::form).post(sources::add);
    "/o/{org}/sources/{id}", BOTH, Guard::May(Action::KeepDirectory), get(sources::one).post(sources::act);
    "/o/{org}/steward", GET, Guard::May(Action::KeepDirectory), get(steward::list);
    "/o/{org}/steward/new", BOTH, Guard::May(Action::KeepDirectory), get(steward::new_form).post(steward::add);
    "/o/{org}/steward/same", BOTH, Guard::May(Action::KeepDirectory), get(joined::same).post(joined::judge);
    "/o/{org}/steward/{id}", BOTH, Guard::May(Action::KeepDirectory), get(steward::one).post(steward::act);
    "/o/{org}/steward/{id}/edit", BOTH, Guard::May(Action::KeepDirectory), get(steward::form).post(steward::save);
    "/oruk", GET, Guard::Anyone, get(oruk::about);
    "/oruk/openapi.json", GET, Guard::Anyone, get(oruk::openapi);
    "/oruk/services", GET, Guard::Anyone, get(oruk::services);
    "/oruk/services/{id}", GET, Guard::Anyone, get(oruk::service);
    "/oruk/service_at_locations", GET, Guard::Anyone, get(oruk::places);
    "/oruk/service_at_locations/{id}", GET, Guard::Anyone, get(oruk::place);
    "/oruk/taxonomies", GET, Guard::Anyone, get(oruk::taxonomies_list);
    "/oruk/taxonomies/{id}", GET, Guard::Anyone, get(oruk::taxonomy);
    "/oruk/taxonomy_terms", GET, Guard::Anyone, get(oruk::terms_list);
    "/oruk/taxonomy_terms/{id}", GET, Guard::Anyone, get(oruk::term);
    "/o/{org}/directory/list", GET, Guard::May(Action::SearchDirectory), get(search::my_list);
    "/o/{org}/cases/{id}/services/list", GET, Guard::May(Action::ReadCase), get(search::case_list);
    "/o/{org}/directory", GET, Guard::May(Action::SearchDirectory), get(search::list);
    "/o/{org}/directory/{id}", GET, Guard::May(Action::SearchDirectory), get(search::one);
    "/o/{org}/cases/{id}/services", GET, Guard::May(Action::ReadCase), get(search::for_case);
    "/o/{org}/cases/{id}/services/{service}", GET, Guard::May(Action::ReadCase), get(offers::service);
    "/o/{org}/cases/{id}/services/{service}/offer", BOTH, Guard::May(Action::WorkCase), get(offers::offer_form).post(offers::offer);
    "/o/{org}/cases/{id}/connections/{connection}", BOTH, Guard::May(Action::ReadCase), get(offers::one).post(offers::say);
    "/o/{org}/cases/{id}/connections/{connection}/card", GET, Guard::May(Action::ReadCase), get(offers::card);
    "/o/{org}/cases/{id}/who-knows", BOTH, Guard::May(Action::ReadCase), get(who_knows::list).post(who_knows::change);
    "/o/{org}/cases/{id}/who-knows/{consent}", POST, Guard::May(Action::WorkCase), post(who_knows::one);
    "/o/{org}/records", BOTH, Guard::May(Action::KeepRecords), get(retention::list).post(retention::confirm);
    "/o/{org}/records/{id}", BOTH, Guard::May(Action::KeepRecords), get(retention::one).post(retention::decide);
    "/o/{org}/cases/{id}/record", BOTH, Guard::May(Action::CopyRecord), get(record::form).post(record::give);
    "/o/{org}/wording", GET, Guard::May(Action::SetIntake), get(wording::list);
    "/o/{org}/wording/{message}", BOTH, Guard::May(Action::SetIntake), get(wording::form).post(wording::set);
    "/o/{org}/messages", GET, Guard::May(Action::SeeMessages), get(messages::list);
    "/o/{org}/messages/{id}", POST, Guard::May(Action::SeeMessages), post(messages::act);
    "/o/{org}/cases/{id}/measures", BOTH, Guard::May(Action::ReadCase), get(measures::list).post(measures::begin);
    "/o/{org}/cases/{id}/measures/paper", GET, Guard::May(Action::ReadCase), get(measures::paper);
    "/o/{org}/cases/{id}/measures/{assessment}", BOTH, Guard::May(Action::WorkCase), get(measures::ask).post(measures::answer);
    "/o/{org}/cases/{id}/measures/{assessment}/seen", POST, Guard::May(Action::WorkCase), post(alerts::seen);
    "/o/{org}/cases/{id}/about", BOTH, Guard::May(Action::ReadCase), get(about::form).post(about::save);
    "/o/{org}/cases/{id}/measures/{assessment}/link", POST, Guard::May(Action::WorkCase), post(measures::change_link);
    "/o/{org}/cases/{id}/plan", BOTH, Guard::May(Action::WorkCase), get(plans::form).post(plans::save);
    "/o/{org}/cases/{id}/plan/copy", GET, Guard::May(Action::ReadCase), get(plan_copy::page);
    "/o/{org}/cases/{id}/plan/copy.pdf", GET, Guard::May(Action::ReadCase), get(plan_copy::pdf);
    "/o/{org}/cases/{id}/who", BOTH, Guard::May(Action::WorkCase), get(care::who_form).post(care::correct_who);
    "/o/{org}/cases/{id}/likenesses", BOTH, Guard::May(Action::MergePeople), get(joining::likenesses).post(joining::change);
    "/o/{org}/cases/{id}/likenesses/{other}", BOTH, Guard::May(Action::MergePeople), get(joining::compare).post(joining::join);
    "/o/{org}/cases/{id}/close", BOTH, Guard::May(Action::WorkCase), get(cases::close_form).post(cases::close);
    "/o/{org}/launch", BOTH, Guard::May(Action::ManageLaunch), get(launch::keys).post(launch::make);
    "/o/{org}/launch/{id}/end", POST, Guard::May(Action::ManageLaunch), post(launch::end);
    "/o/{org}/users", BOTH, Guard::May(Action::ManageUsers), get(users::list).post(users::invite);
    "/o/{org}/users/{id}/disable", POST, Guard::May(Action::ManageUsers), post(users::disable);
    "/o/{org}/users/{id}/link", POST, Guard::May(Action::ManageUsers), post(users::link);
    "/survey/{code}", BOTH, Guard::Anyone, get(survey_door::form).post(survey_door::answer);
    "/survey/{code}/{secret}", BOTH, Guard::Anyone, get(survey_door::receipt).post(survey_door::withdraw);
    "/survey/{code}/{secret}/draw", POST, Guard::Anyone, post(survey_door::enter);
    "/o/{org}/surveys", GET, Guard::May(Action::Improve), get(clinician_surveys::list);
    "/o/{org}/surveys/new", BOTH, Guard::May(Action::Improve), get(clinician_surveys::new_form).post(clinician_surveys::make);
    "/o/{org}/surveys/{id}", BOTH, Guard::May(Action::Improve), get(clinician_surveys::one).post(clinician_surveys::change);
    "/o/{org}/questions/new", BOTH, Guard::May(Action::Improve), get(questions::new_form).post(questions::begin);
    "/o/{org}/questions/{id}", GET, Guard::May(Action::Improve), get(questions::list);
    "/o/{org}/questions/{id}/drop", POST, Guard::May(Action::Improve), post(questions::drop_all);
    "/o/{org}/questions/{id}/{item}", BOTH, Guard::May(Action::Improve), get(questions::edit_form).post(questions::edit);
    "/o/{org}/questions/{id}/{item}/order", POST, Guard::May(Action::Improve), post(questions::order);
    "/o/{org}/surveys/{id}/colleagues", BOTH, Guard::May(Action::Improve), get(colleagues::form).post(colleagues::write);
    "/o/{org}/surveys/{id}/contacts", POST, Guard::May(Action::Improve), post(clinician_surveys::contacts);
    "/o/{org}/surveys/{id}/draw", POST, Guard::May(Action::Improve), post(clinician_surveys::draw);
    "/o/{org}/surveys/{id}/interviews", GET, Guard::May(Action::Improve), get(clinician_surveys::interviews::list);
    "/o/{org}/surveys/{id}/interviews/new", BOTH, Guard::May(Action::Improve), get(clinician_surveys::interviews::new_form).post(clinician_surveys::interviews::add);
    "/o/{org}/surveys/{id}/interviews/themes", POST, Guard::May(Action::Improve), post(clinician_surveys::interviews::name_theme);
    "/o/{org}/surveys/{id}/interviews/passages/{passage}", POST, Guard::May(Action::Improve), post(clinician_surveys::interviews::find);
    "/o/{org}/surveys/{id}/interviews/{interview}", BOTH, Guard::May(Action::Improve), get(clinician_surveys::interviews::one).post(clinician_surveys::interviews::change);
    "/o/{org}/surveys/{id}/interviews/{interview}/forget", POST, Guard::May(Action::Improve), post(clinician_surveys::interviews::forget);
    "/o/{org}/surveys/{id}/insights", POST, Guard::May(Action::Improve), post(clinician_surveys::add_insight);
    "/o/{org}/surveys/{id}/insights/{insight}/drop", POST, Guard::May(Action::Improve), post(clinician_surveys::drop_insight);
    "/o/{org}/surveys/{id}/answers.csv", GET, Guard::May(Action::Improve), get(clinician_surveys::table);
    "/o/{org}/surveys/{id}/report.pdf", GET, Guard::May(Action::Improve), get(clinician_surveys::report::pdf);
    "/o/{org}/surveys/{id}/{item}/read", BOTH, Guard::May(Action::Improve), get(clinician_surveys::reading::form).post(clinician_surveys::reading::save);
    "/o/{org}/surveys/{id}/{item}/themes", POST, Guard::May(Action::Improve), post(clinician_surveys::reading::name_theme);
    "/o/{org}/surveys/{id}/{item}/matrix", GET, Guard::May(Action::Improve), get(clinician_surveys::reading::matrix);
    "/o/{org}/improvement", GET, Guard::May(Action::Improve), get(improvement::list);
    "/o/{org}/improvement/new", BOTH, Guard::May(Action::Improve), get(improvement::new_form).post(improvement::begin);
    "/o/{org}/improvement/claims", BOTH, Guard::May(Action::Improve), get(improvement::claims::form).post(improvement::claims::save);
    "/o/{org}/improvement/found", BOTH, Guard::May(Action::Improve), get(finding::form).post(finding::save);
    "/o/{org}/improvement/{id}/training", GET, Guard::May(Action::Improve), get(improvement::training::page);
    "/o/{org}/improvement/{id}/months", GET, Guard::May(Action::Improve), get(improvement::months::page);
    "/o/{org}/improvement/{id}/months.csv", GET, Guard::May(Action::Improve), get(improvement::months::table);
    "/o/{org}/improvement/{id}/monitoring", BOTH, Guard::May(Action::Improve), get(improvement::monitoring::form).post(improvement::monitoring::add);
    "/o/{org}/improvement/{id}/monitoring/{line}/drop", POST, Guard::May(Action::Improve), post(improvement::monitoring::drop_line);
    "/o/{org}/improvement/{id}", GET, Guard::May(Action::Improve), get(improvement::one);
    "/o/{org}/improvement/{id}/goal", BOTH, Guard::May(Action::Improve), get(improvement::goal_form).post(improvement::set_goal);
    "/o/{org}/improvement/{id}/change", BOTH, Guard::May(Action::Improve), get(improvement::change_form).post(improvement::set_change);
    "/o/{org}/improvement/{id}/count/{stage}", BOTH, Guard::May(Action::Improve), get(improvement::count_form).post(improvement::set_count);
    "/o/{org}/improvement/{id}/study", BOTH, Guard::May(Action::Improve), get(improvement::study_form).post(improvement::set_studied);
    "/o/{org}/improvement/{id}/survey/{moment}", BOTH, Guard::May(Action::Improve), get(staff_surveys::sending_form).post(staff_surveys::send);
    "/o/{org}/improvement/{id}/copy", POST, Guard::May(Action::Improve), post(improvement::copy);
    "/o/{org}/improvement/{id}/evidence.pdf", GET, Guard::May(Action::Improve), get(improvement::evidence::pdf);
    "/o/{org}/improvement/{id}/counts.csv", GET, Guard::May(Action::Improve), get(improvement::evidence::counts);
    "/o/{org}/intake", BOTH, Guard::May(Action::SetIntake), get(settings::form).post(settings::set);
    "/o/{org}/profiles", GET, Guard::May(Action::KeepProfile), get(profiles::list);
    "/o/{org}/profiles/{id}", BOTH, Guard::May(Action::KeepProfile), get(profiles::form).post(profiles::change);
    "/o/{org}/profiles/{id}/picture", POST, Guard::May(Action::KeepProfile), post(profiles::put_picture).layer(DefaultBodyLimit::max(profiles::LARGEST_UPLOAD));
    "/o/{org}/profiles/{id}/picture/remove", POST, Guard::May(Action::KeepProfile), post(profiles::drop_picture);
    "/o/{org}/workers/{id}/picture", GET, Guard::May(Action::SearchDirectory), get(profiles::show_picture);
    "/o/{org}/became", GET, Guard::May(Action::ReadCounted), get(became::page);
    "/o/{org}/flow/people", GET, Guard::May(Action::ReadCounted), get(counted::people);
    "/o/{org}/flow/months", GET, Guard::May(Action::ReadFlow), get(flow::by_month);
    "/o/{org}/flow", GET, Guard::May(Action::ReadFlow), get(flow::counts);
}

/// The largest form that is read, in bytes: the longest notes a few times over.
const LARGEST_FORM: usize = 512 * 1024;

/// A request that takes longer is given up; its transaction is undone.
const LONGEST_REQUEST: Duration = Duration::from_secs(20);

/// The whole web face over an application.
pub fn router(app: &App) -> Router {
    let mut router = Router::new();
    for (path, handler) in handlers() {
        router = router.route(path, handler);
    }
    router
        .fallback(async || crate::WebError::NotFound)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(sessions::layer(app))
        .layer(CsrfLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST_REQUEST))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(app.clone(), errors::draw))
        .layer(middleware::from_fn_with_state(app.clone(), guarded))
        .layer(CompressionLayer::new())
        .with_state(app.clone())
}

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Secure headers on every answer; how long it took, by route and never by address.
async fn guarded(State(app): State<App>, matched: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = matched.map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    let took = begun.elapsed();
    let headers = response.headers_mut();
    let fixed: &[(HeaderName, &'static str)] = &[
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), browsing-topics=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name.clone(), HeaderValue::from_static(value));
    }
    if app.config().secure_cookies {
        let a_year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(STRICT_TRANSPORT_SECURITY, a_year);
    }
    // A page about somebody is never kept by a browser or a proxy.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    measure(&method, &route, &response, took);
    response
}

fn measure(method: &axum::http::Method, route: &str, response: &Response, took: Duration) {
    let status = response.status().as_u16();
    let labels = [("method", method.to_string()), ("route", route.to_owned()), ("status", status.to_string())];
    metrics::histogram!("fingerpost_http_request_seconds", &labels).record(took.as_secs_f64());
    let millis = took.as_secs_f64() * 1_000.0;
    tracing::info!(%method, route, status, millis = format!("{millis:.1}"), "request");
}
