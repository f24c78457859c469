//! HTTPS with certificate files, read again when the process is told to (SIGHUP), so that a renewed certificate needs no
//! stop.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use hyper_util::rt::TokioTimer;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::Serve;
use crate::settings::Settings;

/// What was begun may take so long to end when the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(20);

/// The head of a request arrives within this time.
const LONGEST_HEAD: Duration = Duration::from_secs(10);

/// A certificate with its chain, and its key, as PEM files.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    chain: PathBuf,
    key: PathBuf,
}

impl Certificate {
    /// The files named by an option or a setting; both or neither.
    pub(crate) fn named(options: &Serve, settings: &Settings) -> anyhow::Result<Option<Self>> {
        let chain = options.certificate.as_ref().or(settings.certificate.as_ref());
        let key = options.certificate_key.as_ref().or(settings.certificate_key.as_ref());
        match (chain, key) {
            (Some(chain), Some(key)) => Ok(Some(Self { chain: chain.clone(), key: key.clone() })),
            (None, None) => Ok(None),
            _ => bail!("HTTPS needs both certificate and certificate_key"),
        }
    }

    fn file(&self) -> &Path {
        &self.chain
    }

    /// Reads both files.
    pub(crate) async fn read(self) -> anyhow::Result<(Self, RustlsConfig)> {
        let config = RustlsConfig::from_pem_file(&self.chain, &self.key).await.with_context(|| {
            let (chain, key) = (self.chain.display(), self.key.display());
            format!("{chain} and {key} cannot be used as a certificate and its key (PEM)")
        })?;
        Ok((self, config))
    }
}

/// Serves until `stopped` ends; a SIGHUP reads the files again.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    (certificate, config): (Certificate, RustlsConfig),
    stopped: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let handle = Handle::new();
    let (stopping, reading) = (handle.clone(), config.clone());
    let waiting = tokio::spawn(async move {
        stopped.await;
        stopping.graceful_shutdown(Some(LAST_ANSWERS));
    });
    let mut told = signal(SignalKind::hangup()).context("signals cannot be heard")?;
    let renewing = tokio::spawn(async move {
        while told.recv().await.is_some() {
            match reading.reload_from_pem_file(&certificate.chain, &certificate.key).await {
                Ok(()) => tracing::info!("the certificate was read again"),
                // The old one goes on.
                Err(error) => {
                    tracing::error!(%error, file = %certificate.file().display(), "the certificate cannot be read");
                }
            }
        }
    });
    let mut server = axum_server::from_tcp_rustls(listener, config)?.handle(handle);
    // Whoever sends the head of a request byte by byte holds a connection for so long and no longer.
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(LONGEST_HEAD);
    let served = server.serve(router.into_make_service_with_connect_info::<SocketAddr>()).await;
    waiting.abort();
    renewing.abort();
    Ok(served?)
}
