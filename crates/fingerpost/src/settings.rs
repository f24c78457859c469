//! Settings: the commented defaults, a file, the environment, the command line; the later wins.

use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::Context;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use fingerpost_feeds::Manners;
use fingerpost_store::Address;
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

/// The file of defaults, which is also their documentation.
pub(crate) const DEFAULTS: &str = include_str!("../fingerpost.toml");

/// Options that every command understands.
#[derive(Debug, Clone, Default, Serialize, clap::Args)]
#[command(next_help_heading = "The installation")]
pub(crate) struct Common {
    /// A file of settings; see `fingerpost settings` for all of them
    #[arg(long, global = true, value_name = "FILE", env = "FINGERPOST_CONFIG")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// The folder of the built-in database
    #[arg(long, global = true, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// A PostgreSQL server instead: postgres://user@host/database
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// The tenant to work for
    #[arg(long, global = true, default_value = "main", value_name = "NAME")]
    #[serde(skip)]
    pub tenant: String,
}

/// The settings in force.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub data: PathBuf,
    pub database: Option<String>,
    pub listen: String,
    pub behind_proxy: bool,
    pub certificate: Option<PathBuf>,
    pub certificate_key: Option<PathBuf>,
    pub metrics_listen: Option<String>,
    pub public_url: Option<String>,
    pub smtp: Option<String>,
    pub mail_from: String,
    pub text_gateway: Option<String>,
    pub text_gateway_key: Option<String>,
    pub letters: Option<PathBuf>,
    pub bounces: Option<PathBuf>,
    pub texts: Option<PathBuf>,
    #[serde(default)]
    pub feeds_inside: Vec<IpAddr>,
    pub log_format: String,
    pub log: String,
    #[serde(skip)]
    pub tenant: String,
}

impl Settings {
    pub(crate) fn address(&self) -> Address {
        match &self.database {
            Some(url) => Address::Postgres(url.clone()),
            None => Address::Folder(self.data.clone()),
        }
    }

    /// How feeds are asked.
    pub(crate) fn manners(&self) -> Manners {
        Manners { also: self.feeds_inside.as_slice().into(), ..Manners::default() }
    }
}

pub(crate) fn load(common: &Common) -> anyhow::Result<Settings> {
    let mut figment = Figment::from(Toml::string(DEFAULTS));
    if let Some(file) = &common.config {
        anyhow::ensure!(file.exists(), "{}: there is no such settings file", file.display());
        figment = figment.merge(Toml::file(file));
    }
    let known = |name: &str| name.starts_with("test_") || name == "config";
    let environment = Env::prefixed("FINGERPOST_").filter(move |name| !known(&name.as_str().to_lowercase()));
    figment = figment.merge(environment).merge(Serialized::defaults(common));
    let mut settings: Settings = figment.extract().context("a setting cannot be used")?;
    settings.tenant = common.tenant.clone();
    Ok(settings)
}

/// Structured logs on standard error. Ids and codes only: no handler logs what a person typed.
pub(crate) fn start_logs(settings: &Settings) {
    let filter =
        EnvFilter::try_new(format!("{},sqlx=warn,hyper=warn", settings.log)).unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    if settings.log_format == "json" { logs.json().init() } else { logs.init() }
}
