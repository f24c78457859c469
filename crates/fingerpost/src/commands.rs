//! What each command does, in a few lines: the rooms below do the work.

use std::io::IsTerminal;
use std::os::fd::AsFd;
use std::path::Path;

use anyhow::{Context, anyhow, bail, ensure};
use fingerpost_demo::{DemoError, Plan, Size};
use fingerpost_directory::sheet::Column;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::TenantId;
use fingerpost_domain::organisation::{ODS, Organisation, OrganisationKind, slug_of};
use fingerpost_domain::person::{Email, Phone};
use fingerpost_domain::role::Role;
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_import::{FigureKind, Report, Run};
use fingerpost_stewardship::{Comparing, Source, Stewardship};
use fingerpost_store::{Address, AuditHead, Ledger, NewScheme, NewUser, Store, StoreError, WorkerDays};

use crate::cli::{Check, Command, Dated, Demo, DemoSize, Export, Figures, Import, ImportHow, Scheme, User};
use crate::settings::{DEFAULTS, Settings};
use crate::{ambient, feeds, moving, serve};

struct Here {
    store: Store,
    tenant: TenantId,
    now: Timestamp,
    settings: Settings,
}

/// Does what needs neither a database nor others at work beside it; gives back a command that does.
pub(crate) fn at_once(command: Command) -> Result<Command, anyhow::Result<()>> {
    Err(match command {
        Command::Settings => {
            print!("{DEFAULTS}");
            Ok(())
        }
        // Standard output itself: millions of rows need no search for line ends.
        Command::Stats(stats) => match std::io::stdout().as_fd().try_clone_to_owned() {
            Ok(out) => stats.run(std::fs::File::from(out)).map_err(Into::into),
            Err(error) => Err(error.into()),
        },
        Command::Licences => licences(),
        command => return Ok(command),
    })
}

pub(crate) async fn run(command: Command, settings: Settings) -> anyhow::Result<()> {
    let needs_database =
        matches!(command, Command::Check(_) | Command::Backup { .. } | Command::CopyTo { .. } | Command::Export { .. });
    if let (true, Address::Folder(folder)) = (needs_database, settings.address()) {
        ensure!(Ledger::is_in(&folder), "{}: there is no database in this folder", folder.display());
    }
    let now = ambient::clock().now();
    // The ids of an invented place come from its seed, so that the same seed gives the same place.
    let entropy = match &command {
        Command::Demo(demo) => fingerpost_domain::ambient::Entropy::from_number(demo.seed),
        _ => ambient::entropy()?,
    };
    let store = Store::open(&settings.address(), entropy, now).await?;
    let tenant: TenantId = settings.tenant.parse().map_err(|_| anyhow!("--tenant: use 1 to 32 of a-z, 0-9 and -"))?;
    // What is restored into has to be untouched.
    if !matches!(command, Command::Restore { .. }) {
        store.ledger().ensure_tenant(&tenant, now).await?;
    }
    let here = Here { store, tenant, now, settings };
    let done = match command {
        Command::Serve(options) => return serve::serve(here.store, &here.settings, &options).await,
        Command::Work => return serve::work(here.store, &here.settings).await,
        Command::Demo(options) => return demo(here, options).await,
        Command::Import { what } => import(&here, what).await,
        Command::Feed { what } => feeds::run(&here.store, here.settings.manners(), what, here.now).await,
        Command::Export { what: Export::Directory { folder } } => {
            let mut shown = progress("Services");
            let written = fingerpost_export::directory(&here.store, &folder, |at| shown(at, at)).await;
            written.map(|count| println!("{count} services are in {}.", folder.display())).map_err(Into::into)
        }
        Command::Export { what: Export::Everything { folder } } => {
            let written = fingerpost_export::everything(&here.store, &folder, (now, progress("Tables"))).await;
            written.map(|rows| println!("{rows} rows are in {}.", folder.display())).map_err(Into::into)
        }
        Command::Scheme { what } => scheme(&here, what).await,
        Command::User { what } => user(&here, what).await,
        Command::Backup { file } => moving::backup(&here.store, &file, (now, progress("Tables"))).await,
        Command::Restore { file } => moving::restore(&here.store, &file, (now, progress("Tables"))).await,
        Command::CopyTo { target } => moving::copy_to(&here.store, &target, (now, progress("Tables"))).await,
        Command::Check(options) => check(&here, &options).await,
        Command::Migrate => {
            println!("The database has schema {}.", here.store.ledger().health().await?.schema);
            Ok(())
        }
        // Done at once, above.
        Command::Settings | Command::Licences | Command::Stats(_) => Ok(()),
    };
    here.store.close().await;
    done
}

const NOTICE: &str = include_str!("../../../NOTICE");
const OTHERS: &str = include_str!("../licences.txt");

/// Long enough to be sent through a pager that stops reading.
fn licences() -> anyhow::Result<()> {
    use std::io::{ErrorKind, Write};
    match std::io::stdout().write_all(format!("{NOTICE}\n{OTHERS}").as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Shows how far a long piece of work has got, on a terminal only.
fn progress(what: &'static str) -> impl FnMut(usize, usize) {
    let shown = std::io::stderr().is_terminal();
    move |at, of| {
        if shown && (at == of || at % 50 == 0) {
            eprint!("\r{what}: {at} of {of}");
            if at == of {
                eprintln!();
            }
        }
    }
}

async fn demo(here: Here, options: Demo) -> anyhow::Result<()> {
    let today: Date = match &options.on {
        Some(day) => a_day("--on", day)?,
        None => day_of(here.now),
    };
    let size = match options.size {
        DemoSize::Neighbourhood => Size::Neighbourhood,
        DemoSize::Place => Size::Place,
        DemoSize::Icb => Size::Icb,
    };
    let plan = Plan { size, seed: options.seed, today };
    match fingerpost_demo::fill(&here.store, plan, progress("Inventing people")).await {
        Ok(()) => println!("An invented {} is ready (seed {}).", size.name(), options.seed),
        Err(DemoError::InUse) if options.serve && here.store.ledger().is_invented().await? => {}
        Err(error) => return Err(error.into()),
    }
    if options.serve {
        // Serving needs ids that nobody can foresee: open the store again with real randomness.
        here.store.close().await;
        let store = Store::open(&here.settings.address(), ambient::entropy()?, here.now).await?;
        return serve::serve(store, &here.settings, &options.how).await;
    }
    here.store.close().await;
    Ok(())
}

fn source(how: &ImportHow, file: &Path) -> String {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    how.source.clone().or(name).unwrap_or_else(|| "file".to_owned())
}

/// Lines of a report that a terminal is given; a file is given all.
const LINES_SHOWN: usize = 1_000;

/// Where the rows go that were not taken: a new file, opened before anything is imported, or standard error.
struct Reporting {
    file: Option<(std::path::PathBuf, std::fs::File)>,
    dry_run: bool,
}

impl Reporting {
    fn open(how: &ImportHow) -> anyhow::Result<Self> {
        let open = |path: &std::path::PathBuf| {
            let file = std::fs::File::create_new(path);
            file.map(|file| (path.clone(), file))
                .with_context(|| format!("{}: the report cannot be written; it has to be a new file", path.display()))
        };
        Ok(Self { file: how.report.as_ref().map(open).transpose()?, dry_run: how.dry_run })
    }

    /// Says what an import did.
    fn say(&self, what: &str, report: &Report) -> anyhow::Result<()> {
        let mut left = report.more;
        if let Some((path, file)) = &self.file {
            report.write(file).with_context(|| format!("{}: the report cannot be written", path.display()))?;
        } else {
            report.refused.iter().take(LINES_SHOWN).for_each(|refused| eprintln!("{refused}"));
            left += report.refused.len().saturating_sub(LINES_SHOWN) as u64;
        }
        if left > 0 {
            eprintln!("and {left} more, which are not written out here; --report FILE keeps up to 200,000 of them");
        }
        let counts = report.counts;
        println!(
            "{what}: {} rows read, {} added, {} changed, {} unchanged, {} refused.{}",
            counts.read,
            counts.added,
            counts.changed,
            counts.unchanged,
            counts.refused,
            if self.dry_run { " Dry run: nothing was changed." } else { "" }
        );
        Ok(())
    }
}

/// Keeps what was said of a source, and says whether its entries are given on.
async fn describe_source(
    here: &Here,
    name: String,
    (licence, attribution, republish): (Option<String>, Option<String>, Option<bool>),
) -> anyhow::Result<()> {
    let stewardship = Stewardship::over(here.store.clone());
    let known = stewardship.sources().await?.into_iter().find(|source| source.name == name);
    let before = known.unwrap_or(Source { name, licence: None, attribution: None, republish: false });
    let now = Source {
        licence: licence.or_else(|| before.licence.clone()),
        attribution: attribution.or_else(|| before.attribution.clone()),
        republish: republish.unwrap_or(before.republish),
        ..before.clone()
    };
    if now != before {
        stewardship.describe_source(&now, here.now).await?;
    }
    if !now.republish {
        println!("Its entries are not given on at /oruk. If its licence allows that: --republish yes");
    }
    Ok(())
}

async fn import(here: &Here, what: Import) -> anyhow::Result<()> {
    let mut shown = progress("Rows");
    match what {
        Import::Practices { file, how } => {
            let source = source(&how, &file);
            let run = Run { source: &source, dry_run: how.dry_run, now: here.now };
            let to = Reporting::open(&how)?;
            let report = fingerpost_import::practices(&here.store, &file, run, &mut shown).await?;
            to.say("Practices", &report)?;
        }
        Import::Directory { path, how, columns, licence, attribution, republish } => {
            // What a service is known by here is its source and its id there: a name that changes with each file
            // would bring every service twice.
            let source = how.source.clone().context("--source NAME: say whose directory it is, the same each time")?;
            let run = Run { source: &source, dry_run: how.dry_run, now: here.now };
            let to = Reporting::open(&how)?;
            let report = if fingerpost_import::is_sheet(&path) {
                let said = columns.iter().map(|text| a_column(text)).collect::<anyhow::Result<Vec<_>>>()?;
                let (report, understood) = fingerpost_import::sheet(&here.store, &path, &said, run, &mut shown).await?;
                for (heading, column) in &understood {
                    println!("{heading}: {}", column.map_or("not read", |column| column.code()));
                }
                report
            } else {
                if !columns.is_empty() {
                    bail!("--column goes with a spreadsheet");
                }
                fingerpost_import::directory(&here.store, &path, run, &mut shown).await?
            };
            to.say("Directory", &report)?;
            if !how.dry_run {
                describe_source(here, source, (licence, attribution, republish)).await?;
                compare(here).await?;
            }
        }
        Import::Postcodes { file, figures: Figures { dated: Dated { as_of, how }, trust } } => {
            let as_of = as_of.map(|day| a_day("--as-of", &day)).transpose()?;
            let source = source(&how, &file);
            let run = Run { source: &source, dry_run: how.dry_run, now: here.now };
            let to = Reporting::open(&how)?;
            let report = fingerpost_import::postcodes(&here.store, &file, (as_of, trust), run, &mut shown).await?;
            to.say("Postcodes", &report)?;
        }
        Import::ListSizes { file, figures } => {
            take_figures(here, ("List sizes", FigureKind::ListSizes), &file, &figures).await?;
        }
        Import::Deprivation { file, figures } => {
            take_figures(here, ("Deprivation", FigureKind::Deprivation), &file, &figures).await?;
        }
        Import::Appointments { file, figures } => {
            take_figures(here, ("Appointments", FigureKind::Appointments), &file, &figures).await?;
        }
        Import::Networks { details, partners, how } => {
            let source = source(&how, &details);
            let run = Run { source: &source, dry_run: how.dry_run, now: here.now };
            let files = (details.as_path(), partners.as_path());
            let (to, to_members) = (Reporting::open(&how)?, Reporting::open(&how.beside("memberships"))?);
            let (bodies, members) = fingerpost_import::networks(&here.store, files, run, &mut shown).await?;
            to.say("Networks", &bodies)?;
            to_members.say("Memberships", &members)?;
        }
    }
    Ok(())
}

/// What a column of a spreadsheet is: `name=Group title`.
fn a_column(text: &str) -> anyhow::Result<(Column, String)> {
    let all = || Column::ALL.iter().map(|column| column.code()).collect::<Vec<_>>().join(", ");
    let (column, heading) = text.split_once('=').with_context(|| format!("--column {text}: write WHAT=HEADING"))?;
    let column =
        Column::from_code(column.trim()).with_context(|| format!("--column {text}: WHAT is one of {}", all()))?;
    Ok((column, heading.trim().to_owned()))
}

/// Compares what came with the entries of other sources.
async fn compare(here: &Here) -> anyhow::Result<()> {
    let stewardship = Stewardship::over(here.store.clone());
    let done = stewardship.compare(&mut Comparing::default(), || here.now).await?;
    if done.compared > 0 {
        println!(
            "{} entries compared with those of other sources: {} are one service with another and stand as one with it, {} pairs wait \
             for a steward to say.",
            done.compared, done.joined, done.asked
        );
    }
    Ok(())
}

async fn take_figures(
    here: &Here,
    (what, kind): (&str, FigureKind),
    file: &Path,
    Figures { dated: Dated { as_of, how }, trust }: &Figures,
) -> anyhow::Result<()> {
    let as_of = as_of.as_deref().map(|day| a_day("--as-of", day)).transpose()?;
    let source = source(how, file);
    let run = Run { source: &source, dry_run: how.dry_run, now: here.now };
    let to = Reporting::open(how)?;
    let report = fingerpost_import::figures(&here.store, (kind, file), as_of, *trust, run).await?;
    to.say(what, &report)
}

fn a_day(option: &str, day: &str) -> anyhow::Result<Date> {
    day.parse().map_err(|_| anyhow!("{option}: write the day as 2026-11-21"))
}

async fn organisation(store: &Store, named: &str) -> anyhow::Result<Organisation> {
    let by_code = store.organisation_by_identifier(ODS, &named.to_uppercase()).await?;
    let found = match by_code {
        Some(found) => Some(found),
        None => store.organisation_by_slug(&slug_of(named)).await?,
    };
    found.with_context(|| format!("{named}: no such organisation. Give its code, or its name as in addresses"))
}

async fn scheme(here: &Here, what: Scheme) -> anyhow::Result<()> {
    let Scheme::Add { name, practices, agencies, min_age, max_age, sessions, answer_within, phone, self_referral } =
        what;
    let phone =
        phone.map(|phone| Phone::parse(&phone).with_context(|| format!("{phone}: no telephone number"))).transpose()?;
    let mut serves = vec![];
    for code in &practices {
        let practice = organisation(&here.store, code).await?;
        ensure!(practice.kind == OrganisationKind::Practice, "{code} is not a practice");
        serves.push(practice.id);
    }
    let mut referring = vec![];
    let mut taken = vec![slug_of(&name)];
    for agency in &agencies {
        let slug = slug_of(agency);
        ensure!(!slug.is_empty(), "{agency}: the name needs a letter or a digit");
        ensure!(!taken.contains(&slug), "{agency}: named twice here");
        taken.push(slug);
        let there = here.store.organisation_by_slug(&slug_of(agency)).await?;
        let known = there.as_ref().is_none_or(|found| found.kind == OrganisationKind::Other);
        ensure!(known, "{agency}: an organisation of another kind has that name already");
        referring.push(there);
    }
    let there = here.store.organisation_by_slug(&slug_of(&name)).await?;
    // What is not said stays as it is.
    let before = match &there {
        Some(found) => here.store.scheme_terms(&here.tenant, found.id).await?.unwrap_or_default(),
        None => SchemeTerms::default(),
    };
    let scheme = match there {
        Some(found) if found.kind == OrganisationKind::Scheme => found,
        Some(_) => bail!("{name}: an organisation of another kind has that name already"),
        None => here.store.add_organisation(OrganisationKind::Scheme, &name, here.now).await?,
    };
    for (name, there) in agencies.iter().zip(referring) {
        let agency = match there {
            Some(found) => found,
            None => here.store.add_organisation(OrganisationKind::Other, name, here.now).await?,
        };
        println!(
            "{} refers at /o/{}; add who signs in there with user add --role referrer --org {}.",
            agency.name, agency.slug, agency.slug
        );
        serves.push(agency.id);
    }
    let terms = SchemeTerms {
        min_age: min_age.unwrap_or(before.min_age),
        max_age: max_age.or(before.max_age),
        sessions_agreed: sessions.unwrap_or(before.sessions_agreed),
        answer_working_days: answer_within.unwrap_or(before.answer_working_days),
        self_referral: self_referral.unwrap_or(before.self_referral),
    };
    let new = NewScheme { organisation: scheme.id, phone, terms, practices: serves };
    here.store.put_scheme(&here.tenant, &new, here.now).await?;
    println!(
        "{} is at /o/{} and serves {} practices and agencies named here.",
        scheme.name,
        scheme.slug,
        new.practices.len()
    );
    if new.terms.self_referral {
        println!("People ask for help themselves at /self-referral/{}.", scheme.slug);
    }
    Ok(())
}

fn link_address(here: &Here, token: &str) -> String {
    let base = here.settings.public_url.clone().unwrap_or_else(|| format!("http://{}", here.settings.listen));
    format!("{}/l/{token}", base.trim_end_matches('/'))
}

async fn user(here: &Here, what: User) -> anyhow::Result<()> {
    match what {
        User::Add { name, email, job_title, role, org, languages, phone, places, days } => {
            let email = Email::parse(&email)?;
            let role = Role::from_code(&role).with_context(|| {
                format!(
                    "--role {role}: choose one of {}",
                    Role::ALL.iter().map(|r| r.code()).collect::<Vec<_>>().join(", ")
                )
            })?;
            let place = organisation(&here.store, &org).await?;
            ensure!(role.belongs_in(place.kind), "{} is no role in {}", role.label(), place.name);
            let mut at = vec![];
            for day in &days {
                let (code, words) = day.split_once('=').context("--days: write it as A81001=Tuesdays, room 4")?;
                at.push(WorkerDays { practice: organisation(&here.store, code).await?.id, days: words.to_owned() });
            }
            let new = NewUser { name, email, job_title, password_hash: None, roles: vec![(place.id, role)] };
            let id = match here.store.add_user(&here.tenant, &new, here.now).await {
                Err(StoreError::AlreadyThere) => bail!("somebody signs in with that email already"),
                added => added?,
            };
            if role == Role::LinkWorker {
                let profile = (languages.as_str(), phone.as_deref(), places);
                here.store.put_link_worker(&here.tenant, (id, place.id), profile, &at, here.now).await?;
            }
            let token = here.store.mint_password_link(&here.tenant, id, here.now).await?;
            println!("Added. Give them this link; it works once, for 3 days:\n{}", link_address(here, &token));
        }
        User::Disable { email } => {
            let email = Email::parse(&email)?;
            here.store.disable_by_email(&email, here.now).await.map_err(nobody)?;
            println!("Stopped. Every session of theirs has ended.");
        }
        User::Reset { email } => {
            let email = Email::parse(&email)?;
            let record =
                here.store.sign_in_record(&email.folded()).await?.context("nobody signs in with that email")?;
            let token = here.store.mint_password_link(&record.tenant, record.user, here.now).await?;
            println!("Give them this link; it works once, for 3 days:\n{}", link_address(here, &token));
        }
    }
    Ok(())
}

fn nobody(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::NotFound => anyhow!("nobody signs in with that email"),
        error => error.into(),
    }
}

async fn check(here: &Here, options: &Check) -> anyhow::Result<()> {
    let expected = match &options.head {
        Some(head) => {
            let (number, hash) = head.split_once(':').context("--head: write it as NUMBER:HASH")?;
            let number = number.parse().context("--head: the number is not one")?;
            Some(AuditHead { number, hash: hash.to_owned() })
        }
        None => None,
    };
    let schema = here.store.ledger().health().await?.schema;
    let integrity = here.store.ledger().integrity_faults().await?;
    let report = here.store.ledger().verify_audit(expected.as_ref()).await?;
    println!("Schema: {schema}.");
    for edition in here.store.editions().await? {
        println!(
            "Reference: {} of {}, version {}, {} rows, from {}.",
            edition.name, edition.as_of, edition.version, edition.rows, edition.source
        );
    }
    println!(
        "Audit: {} blocks, {} rows sealed, {} not sealed yet. Head {}:{}",
        report.blocks, report.rows, report.unsealed, report.head.number, report.head.hash
    );
    let faults: Vec<String> = integrity.into_iter().chain(report.faults).collect();
    if faults.is_empty() {
        println!("Everything verifies.");
        return Ok(());
    }
    for fault in &faults {
        eprintln!("{fault}");
    }
    bail!("{} faults were found: keep this database as it is and restore a backup beside it", faults.len())
}
