//! The commands and their options.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::settings::Common;

/// Social prescribing from "someone noticed" to "my life is better", and honestly counted
#[derive(Debug, Parser)]
#[command(name = "fingerpost", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve pages, and do the background work too
    Serve(Serve),
    /// Do only the background work: seal the audit, run jobs, send messages
    Work,
    /// Fill an empty database with an invented neighbourhood
    Demo(Demo),
    /// Read reference data: all of a file or nothing; a second time changes nothing
    Import {
        #[command(subcommand)]
        what: Import,
    },
    /// Follow directories of others that are published as feeds
    Feed {
        #[command(subcommand)]
        what: Feed,
    },
    /// Write what others may have into a new folder
    Export {
        #[command(subcommand)]
        what: Export,
    },
    /// Statistics on a CSV file, without a server: rates, charts, comparisons, with what may be claimed
    Stats(fingerpost_evaluation::Stats),
    /// Set up a scheme and the practices it serves
    Scheme {
        #[command(subcommand)]
        what: Scheme,
    },
    /// Add, stop or reset people who sign in
    User {
        #[command(subcommand)]
        what: User,
    },
    /// Write everything into one new file, while the server runs
    Backup {
        /// The file; it must not be there yet
        file: PathBuf,
    },
    /// Read everything back from a backup into an empty folder or database
    Restore {
        /// The backup
        file: PathBuf,
    },
    /// Copy everything into another empty database: postgres://user@host/database, or a folder. Stop the server first
    CopyTo {
        /// Where to
        #[arg(value_name = "URL|DIR")]
        target: String,
    },
    /// Check schema, file integrity and the audit chain
    Check(Check),
    /// Bring the database to the schema of this program (serve does so by itself)
    Migrate,
    /// Print every setting with its default
    Settings,
    /// Print whose work is in this program, and under which licences
    Licences,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The address to serve on
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// A proxy that speaks HTTPS stands in front: serve beyond loopback, with cookies for HTTPS only
    #[arg(long)]
    pub behind_proxy: bool,
    /// Speak HTTPS: a PEM file with the certificate and its chain
    #[arg(long, value_name = "FILE", requires = "certificate_key", conflicts_with = "behind_proxy")]
    pub certificate: Option<PathBuf>,
    /// The key of the certificate, as a PEM file
    #[arg(long, value_name = "FILE")]
    pub certificate_key: Option<PathBuf>,
    /// Serve Prometheus metrics on this address
    #[arg(long, value_name = "ADDR")]
    pub metrics_listen: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum DemoSize {
    /// Three practices, one scheme, about 150 people over a year
    Neighbourhood,
    /// 60 practices, about 50,000 cases over three years
    Place,
    /// 300 practices, about 250,000 cases over three years
    Icb,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How large
    #[arg(long, value_enum, default_value = "neighbourhood")]
    pub size: DemoSize,
    /// The same seed on the same day gives the same content
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// The day on which the story has arrived, as 2026-11-21; today by default
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
    /// Serve it afterwards; a database that is filled already is served as it is
    #[arg(long)]
    pub serve: bool,
    #[command(flatten)]
    pub how: Serve,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// A register of practices: the national 27-column file, or a table with ods_code and name
    Practices {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        how: ImportHow,
    },
    /// A directory of services: a folder of HSDS tables, a file of HSDS-UK JSON, a folder of its pages, or a spreadsheet saved as .csv
    Directory {
        /// The file or folder
        path: PathBuf,
        #[command(flatten)]
        how: ImportHow,
        /// What a column of a spreadsheet is, where it is not known by its heading: name='Group title', when='Meets'
        #[arg(long = "column", value_name = "WHAT=HEADING")]
        columns: Vec<String>,
        /// The licence of the source, for whoever gets its entries from here
        #[arg(long, value_name = "LICENCE")]
        licence: Option<String>,
        /// How the source wants to be named
        #[arg(long, value_name = "WORDS")]
        attribution: Option<String>,
        /// Whether its entries may be given on at /oruk; a source of which nobody said so keeps them here
        #[arg(long, value_name = "yes|no", value_parser = clap::builder::BoolishValueParser::new())]
        republish: Option<bool>,
    },
    /// Where postcodes are: a table with postcode, lat and long, plain or gzipped
    Postcodes {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        figures: Figures,
    },
    /// Patients registered with practices: the national table of totals, or by age
    ListSizes {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        figures: Figures,
    },
    /// Deprivation by small area, practice or network: a code and imd_decile, with rank and score where it has them
    Deprivation {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        figures: Figures,
    },
    /// Appointments in general practice, by area and month
    Appointments {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        figures: Figures,
    },
    /// Primary care networks and their members: PCNDetails and PCN_Core_Partner_Details
    Networks {
        /// The table of networks
        details: PathBuf,
        /// The table of members
        partners: PathBuf,
        #[command(flatten)]
        how: ImportHow,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Feed {
    /// Follow a feed of Open Referral UK, version 3 or 1, from now on
    Add {
        /// Where it is, without /services: https://directory.example.org/api
        address: String,
        /// Whose directory it is: the same name as that of an import, if there was one
        #[arg(long, value_name = "NAME")]
        source: String,
        /// Hours between two pulls
        #[arg(long, default_value_t = 24, value_name = "HOURS", value_parser = clap::value_parser!(u16).range(1..=8760))]
        every: u16,
        /// Its licence, for whoever gets its entries from here
        #[arg(long, value_name = "LICENCE")]
        licence: Option<String>,
        /// How it wants to be named
        #[arg(long, value_name = "WORDS")]
        attribution: Option<String>,
        /// Its licence lets its entries be given to others at /oruk
        #[arg(long)]
        republish: bool,
    },
    /// Pull now every feed whose turn it is, or one of them, and say what it brought
    Pull {
        /// Only this one, whether it is its turn or not
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        /// Take what the last pull thought too strange to take
        #[arg(long, requires = "source")]
        trust: bool,
    },
    /// The feeds, when each was pulled, and what was strange about it
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// The directory: services.json (HSDS-UK JSON) and a folder of HSDS tables
    Directory {
        /// A new or empty folder
        folder: PathBuf,
    },
    /// Everything but secrets: one CSV file for each table, and a dictionary of what each column means
    Everything {
        /// A new or empty folder
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Dated {
    /// The day that the file is for, where neither it nor its name says so
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    #[command(flatten)]
    pub how: ImportHow,
}

#[derive(Debug, Args)]
pub(crate) struct Figures {
    #[command(flatten)]
    pub dated: Dated,
    /// Take a file that looks cut short: without the end of its last line, or with far fewer rows than the one before
    #[arg(long)]
    pub trust: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ImportHow {
    /// Where the file comes from, kept with each record; the file's name by default
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Do everything and undo it: only the report is left
    #[arg(long)]
    pub dry_run: bool,
    /// A new CSV file for the rows that were not taken, or not as they stood; on standard error otherwise
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

impl ImportHow {
    /// The same, with a report of its own for the second of two files: `report-memberships.csv` beside `report.csv`.
    pub(crate) fn beside(&self, what: &str) -> Self {
        let report = self.report.as_ref().map(|path| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let mut name = format!("{stem}-{what}");
            if let Some(end) = path.extension() {
                name = format!("{name}.{}", end.to_string_lossy());
            }
            path.with_file_name(name)
        });
        Self { report, ..self.clone() }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Scheme {
    /// Add a scheme, or give one more practices or agencies
    Add {
        /// Its name
        name: String,
        /// Code of a practice it serves; may be given several times
        #[arg(long = "practice", value_name = "CODE")]
        practices: Vec<String>,
        /// Name of an agency that may refer too, such as housing or advice; made if it is not there; may be given several times
        #[arg(long = "agency", value_name = "NAME")]
        agencies: Vec<String>,
        /// Youngest age taken; 18 for a new scheme, unchanged for one that is there
        #[arg(long)]
        min_age: Option<i16>,
        /// Oldest age taken; any for a new scheme, unchanged for one that is there
        #[arg(long)]
        max_age: Option<i16>,
        /// Sessions agreed for each case; 6 for a new scheme, unchanged for one that is there
        #[arg(long)]
        sessions: Option<u16>,
        /// Working days within which the referrer hears yes or no; 1 for a new scheme, unchanged for one that is there
        #[arg(long)]
        answer_within: Option<u16>,
        /// Its telephone number, for people who would rather ring
        #[arg(long)]
        phone: Option<String>,
        /// Whether people may ask this scheme for help themselves; yes for a new one, unchanged for one that is there
        #[arg(long, value_name = "yes|no", value_parser = clap::builder::BoolishValueParser::new())]
        self_referral: Option<bool>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Add somebody and print the link with which they choose a password
    Add {
        /// Their name
        #[arg(long)]
        name: String,
        /// What they sign in with
        #[arg(long)]
        email: String,
        /// What they do: GP, Receptionist
        #[arg(long)]
        job_title: Option<String>,
        /// referrer, practice_manager, link_worker, supervisor, steward or administrator
        #[arg(long)]
        role: String,
        /// The organisation: its code, or its name in addresses
        #[arg(long)]
        org: String,
        /// A link worker's languages
        #[arg(long, default_value = "English")]
        languages: String,
        /// A link worker's own phone
        #[arg(long)]
        phone: Option<String>,
        /// A link worker's places
        #[arg(long, default_value_t = 30)]
        places: u16,
        /// When a link worker is where: "A81001=Tuesdays, room 4"; may be given several times
        #[arg(long, value_name = "CODE=DAYS")]
        days: Vec<String>,
    },
    /// Stop somebody from signing in; their sessions end at once
    Disable {
        /// What they sign in with
        email: String,
    },
    /// Print a new link with which somebody chooses a password
    Reset {
        /// What they sign in with
        email: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// An audit head noted elsewhere, as NUMBER:HASH: shows if the end of the audit was cut off
    #[arg(long, value_name = "NUMBER:HASH")]
    pub head: Option<String>,
}
