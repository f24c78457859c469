//! One's own account: the second step of signing in.

use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_domain::Timestamp;
use fingerpost_domain::problem::Problems;
use fingerpost_ui::pages::AccountPage;
use totp_rs::{Builder, Secret, Totp};

use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{of_visitor, show, show_again};
use fingerpost_web_core::visitor::Visitor;
use fingerpost_web_core::{WebError, sessions, view};

const ISSUER: &str = "Fingerpost";

fn totp(key: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(key).ok()?;
    Builder::new().with_secret(secret).with_issuer(Some(ISSUER)).with_account_name("sign-in").build().ok()
}

/// The time step of a code that is right now, one step either side allowed.
pub(crate) fn step_of(key: &str, code: &str, now: Timestamp) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.as_second()).ok()?;
    let step = totp(key)?.check(&digits, seconds)?;
    i64::try_from(step).ok()
}

fn page(visitor: &Visitor, key: Option<String>, problems: Problems) -> AccountPage {
    let mut frame = of_visitor(visitor, "Your account".to_owned());
    frame.problem = !problems.is_empty();
    let address = key.as_deref().and_then(totp).and_then(|totp| totp.to_url().ok());
    AccountPage {
        frame,
        second_factor: visitor.signed_in.second_factor,
        secret: key,
        qr: address.as_deref().map(view::qr).unwrap_or_default(),
        problems: problems.iter().cloned().collect(),
    }
}

pub(crate) async fn show_account(visitor: Visitor) -> Result<Response, WebError> {
    let key = sessions::kept_key(&visitor.session).await?.filter(|_| !visitor.signed_in.second_factor);
    show(&visitor.app, &page(&visitor, key, Problems::none()))
}

/// A second step that is on is not replaced without the password that turning it off asks for.
fn not_on_yet(visitor: &Visitor) -> Result<(), WebError> {
    if visitor.signed_in.second_factor { Err(WebError::StaleForm) } else { Ok(()) }
}

/// Makes a key and shows it; nothing is on until a code confirms it.
pub(crate) async fn set_up(visitor: Visitor, _form: Posted) -> Result<Response, WebError> {
    not_on_yet(&visitor)?;
    let key = Secret::from(visitor.app.store().entropy().bytes::<20>().to_vec()).to_base32();
    sessions::keep_key(&visitor.session, Some(&key)).await?;
    Ok(Redirect::to("/account").into_response())
}

pub(crate) async fn turn_on(visitor: Visitor, form: Posted) -> Result<Response, WebError> {
    not_on_yet(&visitor)?;
    let key = sessions::kept_key(&visitor.session).await?.ok_or(WebError::StaleForm)?;
    let Some(step) = step_of(&key, &form.text("code"), visitor.app.now()) else {
        let problems = Problems::one("code", "That code is not right. Wait for the next one and type it again");
        return show_again(&visitor.app, &page(&visitor, Some(key), problems));
    };
    visitor.app.store().set_second_factor(visitor.actor(), Some((&key, step)), visitor.app.now()).await?;
    sessions::keep_key(&visitor.session, None).await?;
    Ok(Redirect::to("/account").into_response())
}

pub(crate) async fn turn_off(visitor: Visitor, form: Posted) -> Result<Response, WebError> {
    let actor = visitor.actor();
    let record = visitor.app.store().sign_in_record_of(&actor.tenant, actor.user).await?.ok_or(WebError::SignedOut)?;
    let password = form.text("password");
    if !visitor.app.passwords().verify(&password, record.password_hash.as_deref()).await? {
        let problems = Problems::one("password", "That is not your password");
        return show_again(&visitor.app, &page(&visitor, None, problems));
    }
    visitor.app.store().set_second_factor(actor, None, visitor.app.now()).await?;
    Ok(Redirect::to("/account").into_response())
}
