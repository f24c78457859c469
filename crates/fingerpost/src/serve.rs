//! Serving pages, with the worker beside.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, ensure};
use async_trait::async_trait;
use fingerpost_domain::ambient::Clock;
use fingerpost_domain::id::TenantId;
use fingerpost_store::Store;
use fingerpost_web::{App, AtOnce, TextsAtOnce, WebConfig};
use fingerpost_worker::{Post, Worker};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::ambient;
use crate::cli::Serve;
use crate::https::{self, Certificate};
use crate::settings::Settings;

/// Response times are counted in these steps, in seconds.
const STEPS: &[f64] = &[0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];

/// Serves until a signal says stop, then lets what was begun end.
pub(crate) async fn serve(store: Store, settings: &Settings, options: &Serve) -> anyhow::Result<()> {
    let listen = options.listen.as_ref().unwrap_or(&settings.listen);
    let address: SocketAddr =
        listen.parse().with_context(|| format!("{listen}: write the address as 127.0.0.1:8080"))?;
    let behind_proxy = options.behind_proxy || settings.behind_proxy;
    let invented = store.ledger().is_invented().await?;
    let certificate = Certificate::named(options, settings)?;
    ensure!(
        !(behind_proxy && certificate.is_some()),
        "say either --behind-proxy or --certificate: one of them speaks HTTPS"
    );
    let https = behind_proxy || certificate.is_some();
    allowed(address.ip(), https, invented)?;
    let certificate = match certificate {
        Some(certificate) => Some(certificate.read().await?),
        None => None,
    };
    let clock = ambient::clock();
    let listener = TcpListener::bind(address).await.with_context(|| format!("{address} cannot be listened on"))?;
    let here = listener.local_addr()?;
    let at = format!("{}://{here}", if certificate.is_some() { "https" } else { "http" });
    let public_url = settings.public_url.clone().unwrap_or_else(|| at.clone());
    let config = WebConfig {
        secure_cookies: https,
        behind_proxy,
        texts: settings.texts.clone(),
        feeds_inside: !settings.feeds_inside.is_empty(),
        at_once: at_once(settings, invented)?,
        public_url: public_url.clone(),
    };
    let app = App::new(store.clone(), clock.clone(), config, fingerpost_web::screens()?).await?;
    let (stop, stopped) = watch::channel(false);
    if let Some(address) = options.metrics_listen.as_ref().or(settings.metrics_listen.as_ref()) {
        serve_metrics(address, stopped.clone()).await?;
    }
    let worker = worker(store.clone(), clock, (settings, invented), &public_url)?;
    let working = tokio::spawn(worker.run(stopped.clone()));
    println!("Fingerpost is at {at}");
    if invented {
        println!("Everything here is invented. Open the address and press a name to sign in as them:");
        let mut accounts = store.invented_accounts(&TenantId::main()).await?;
        accounts.sort_by_key(|account| account.role);
        for account in accounts {
            let place = account.organisation.unwrap_or_default();
            println!("  {:<20} {:<18} {place}", account.name, account.job_title.unwrap_or_default());
        }
    }
    let (router, stopped) = (fingerpost_web::router(&app), until(stopped, stop));
    match certificate {
        Some(certificate) => https::serve(listener.into_std()?, router, certificate, stopped).await?,
        None => {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service).with_graceful_shutdown(stopped).await?;
        }
    }
    working.await.ok();
    store.close().await;
    Ok(())
}

/// Does only the background work until a signal says stop.
pub(crate) async fn work(store: Store, settings: &Settings) -> anyhow::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let public_url = settings.public_url.clone().unwrap_or_else(|| format!("http://{}", settings.listen));
    let invented = store.ledger().is_invented().await?;
    let worker = worker(store.clone(), ambient::clock(), (settings, invented), &public_url)?;
    let working = tokio::spawn(worker.run(stopped.clone()));
    println!("Working. Stop with Ctrl-C.");
    until(stopped, stop).await;
    working.await.ok();
    store.close().await;
    Ok(())
}

/// Where plain HTTP may be spoken, and where invented people may be shown.
fn allowed(ip: IpAddr, https: bool, invented: bool) -> anyhow::Result<()> {
    ensure!(
        (ip.is_loopback() && !https) || !invented,
        "an invented neighbourhood has one-click sign-in: serve it on 127.0.0.1 only, without --behind-proxy or --certificate"
    );
    ensure!(
        ip.is_loopback() || https,
        "{ip} is not loopback and this is plain HTTP: name --certificate and --certificate-key, or put a proxy that speaks \
         HTTPS in front and say --behind-proxy"
    );
    Ok(())
}

/// What happens when nobody is looking.
fn worker(
    store: Store,
    clock: Arc<dyn Clock>,
    (settings, invented): (&Settings, bool),
    public_url: &str,
) -> anyhow::Result<Worker> {
    let worker = Worker::new(store, clock, post(settings, invented)?, public_url).with_manners(settings.manners());
    Ok(match settings.bounces.as_ref().filter(|_| !invented) {
        Some(folder) => worker.with_mailbox(folder),
        None => worker,
    })
}

/// The way out. Invented people are never written to: their messages stay in the folder.
fn post(settings: &Settings, invented: bool) -> anyhow::Result<Post> {
    let mut post = match settings.smtp.as_ref().filter(|_| !invented) {
        Some(url) => Post::smtp(url, &settings.mail_from)?,
        None => Post::folder(&settings.data.join("outbox"), &settings.mail_from)?,
    };
    if !invented {
        if let Some(gateway) = &settings.text_gateway {
            post = post.with_text_gateway(gateway, settings.text_gateway_key.as_deref())?;
        }
        if let Some(folder) = &settings.letters {
            post = post.with_letters(folder)?;
        }
    }
    Ok(post)
}

/// Texts that somebody waits for leave through the gateway; invented ones go where every invented message goes.
struct ThroughPost(Post);

#[async_trait]
impl TextsAtOnce for ThroughPost {
    async fn text(&self, id: &str, to: &str, words: &str) -> bool {
        let sent = self.0.text_at_once(id, to, words).await;
        if let Err(error) = &sent {
            tracing::warn!(%error, "a text about a service did not leave");
        }
        sent.is_ok()
    }
}

/// Only where a gateway is set up: a number must not lie in a folder. Invented numbers are nobody's.
fn at_once(settings: &Settings, invented: bool) -> anyhow::Result<AtOnce> {
    if settings.text_gateway.is_none() && !invented {
        return Ok(AtOnce::default());
    }
    Ok(AtOnce::through(Arc::new(ThroughPost(post(settings, invented)?))))
}

async fn serve_metrics(address: &str, stopped: watch::Receiver<bool>) -> anyhow::Result<()> {
    let handle: PrometheusHandle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), STEPS)?
        .install_recorder()?;
    let listener = TcpListener::bind(address).await.with_context(|| format!("{address} cannot be listened on"))?;
    println!("Metrics are at http://{}/metrics", listener.local_addr()?);
    let routes = axum::Router::new().route("/metrics", axum::routing::get(async move || handle.render()));
    let mut stopped = stopped;
    tokio::spawn(async move {
        let until = async move {
            stopped.changed().await.ok();
        };
        axum::serve(listener, routes).with_graceful_shutdown(until).await
    });
    Ok(())
}

/// Waits for Ctrl-C or a polite kill, then tells everybody.
async fn until(_stopped: watch::Receiver<bool>, stop: watch::Sender<bool>) {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::error!(%error, "signals cannot be heard");
            return;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    stop.send(true).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_and_invented_people_stay_on_loopback() {
        let ip = |text: &str| text.parse().unwrap();
        assert!(allowed(ip("127.0.0.1"), false, true).is_ok());
        assert!(allowed(ip("::1"), false, true).is_ok());
        assert!(allowed(ip("127.0.0.1"), true, true).is_err());
        assert!(allowed(ip("0.0.0.0"), false, false).is_err());
        assert!(allowed(ip("0.0.0.0"), true, false).is_ok());
        assert!(allowed(ip("192.0.2.1"), true, true).is_err());
    }
}
