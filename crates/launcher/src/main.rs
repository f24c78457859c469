//! The launcher: one file on a practice's computer. It takes what the clinical system hands over, signs it with the practice's key,
//! posts it, and opens the address that comes back: one that tells nobody anything.

mod ambient;

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::{Args, Parser, Subcommand};
use fingerpost_domain::person::PersonAnswers;
use fingerpost_launch::{Launch, SetUp};

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Hands a person over from a clinical system to Fingerpost
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// The file with the practice's key; beside this program by default
    #[arg(long, global = true, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Read the line that Fingerpost showed from standard input, and keep it beside this program
    SetUp,
    /// Hand over a person and open the form in the browser
    Refer(Box<Refer>),
}

#[derive(Debug, Args)]
struct Refer {
    /// Read the person as JSON from a file, or - for standard input: nothing of it is seen by other programs
    #[arg(long, value_name = "FILE", conflicts_with_all = ["nhs_number", "given", "family", "born", "phone", "email", "address", "postcode"])]
    context: Option<PathBuf>,
    /// NHS number
    #[arg(long)]
    nhs_number: Option<String>,
    /// First name
    #[arg(long)]
    given: Option<String>,
    /// Family name
    #[arg(long)]
    family: Option<String>,
    /// Day of birth: 1947-06-04, 04/06/1947 or 04-Jun-1947
    #[arg(long)]
    born: Option<String>,
    /// Telephone
    #[arg(long)]
    phone: Option<String>,
    /// Email
    #[arg(long)]
    email: Option<String>,
    /// Address without postcode
    #[arg(long)]
    address: Option<String>,
    /// Postcode
    #[arg(long)]
    postcode: Option<String>,
    /// Print the address instead of opening it
    #[arg(long)]
    print: bool,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let file = match cli.key {
        Some(file) => file,
        None => std::env::current_exe().context("this program cannot find itself")?.with_extension("key"),
    };
    match cli.what {
        What::SetUp => set_up(&file),
        What::Refer(refer) => hand_over(&file, &refer),
    }
}

/// Text from standard input, of a size that somebody may have meant.
fn typed() -> anyhow::Result<String> {
    let mut text = String::new();
    io::stdin().take(64 * 1024).read_to_string(&mut text).context("nothing readable came in")?;
    Ok(text)
}

/// A person is never posted in the clear, except to this computer itself.
fn is_private(address: &str) -> bool {
    let this = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    address.starts_with("https://") || this.iter().any(|start| address.starts_with(start))
}

const IN_THE_CLEAR: &str = "The server's address begins with http: a person would be posted in the clear. Ask for a key from its https address";

fn set_up(file: &Path) -> anyhow::Result<()> {
    let line = typed()?;
    let set_up: SetUp =
        line.parse().ok().context("That is not the whole line. Copy it again: it begins with fingerpost-launch-1.")?;
    ensure!(is_private(&set_up.address), IN_THE_CLEAR);
    write_private(file, &set_up.line()?).with_context(|| format!("{} cannot be written", file.display()))?;
    println!("Ready. Referrals go to {}.", set_up.address);
    Ok(())
}

/// A file that only its owner reads.
fn write_private(file: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(file)?;
    // A file that was there already keeps the rights that it had: taken away before the secret is in it.
    #[cfg(unix)]
    opened.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    opened.write_all(text.as_bytes())
}

/// The day as three fields. What cannot be read is left for somebody to type.
fn born(text: &str) -> [String; 3] {
    let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let parts: Vec<&str> = text.split(['-', '/', '.', ' ', 'T']).filter(|part| !part.is_empty()).collect();
    let (first, second, third) = match parts.as_slice() {
        [first, second, third, ..] => (*first, *second, *third),
        // As some systems have it: 19470604.
        [whole] if whole.len() == 8 && whole.is_ascii() => (&whole[..4], &whole[4..6], &whole[6..]),
        _ => return Default::default(),
    };
    let (day, month, year) = if first.len() == 4 { (third, second, first) } else { (first, second, third) };
    let named = months.iter().position(|name| month.to_lowercase().starts_with(name));
    let month = named.map_or_else(|| month.to_owned(), |at| (at + 1).to_string());
    [day.to_owned(), month, year.to_owned()]
}

fn person(refer: &Refer) -> anyhow::Result<PersonAnswers> {
    let text = match refer.context.as_deref() {
        None => {
            let said = |value: &Option<String>| value.clone().unwrap_or_default();
            let [born_day, born_month, born_year] = born(&said(&refer.born));
            return Ok(PersonAnswers {
                nhs_number: said(&refer.nhs_number),
                given: said(&refer.given),
                family: said(&refer.family),
                born_day,
                born_month,
                born_year,
                phone: said(&refer.phone),
                email: said(&refer.email),
                address: said(&refer.address),
                postcode: said(&refer.postcode),
                ..PersonAnswers::default()
            });
        }
        Some(file) if file == Path::new("-") => typed()?,
        Some(file) => fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?,
    };
    let mut fields: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&text).context("the person is not a JSON object")?;
    if let Some(day) = fields.remove("born") {
        let [day, month, year] = born(day.as_str().unwrap_or_default());
        for (field, value) in [("born_day", day), ("born_month", month), ("born_year", year)] {
            fields.insert(field.to_owned(), value.into());
        }
    }
    serde_json::from_value(fields.into()).context("the person has a field that is no text")
}

fn hand_over(file: &Path, refer: &Refer) -> anyhow::Result<()> {
    let line =
        fs::read_to_string(file).with_context(|| format!("{}: there is no key. Run set-up first", file.display()))?;
    let set_up: SetUp = line.parse().ok().context("The key cannot be read. Run set-up again")?;
    ensure!(is_private(&set_up.address), IN_THE_CLEAR);
    let launch = Launch { key: set_up.key, at: ambient::now()?, nonce: ambient::nonce()?, person: person(refer)? };
    let token = set_up.secret()?.seal(&launch)?;
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .into();
    let mut answer = agent
        .post(format!("{}/launch", set_up.address))
        .send_form([("token", token.as_str())])
        .with_context(|| format!("{} does not answer. Check the network, or open it by hand", set_up.address))?;
    let text = answer.body_mut().read_to_string().unwrap_or_default();
    if answer.status() != 200 {
        bail!("Fingerpost refused. Check this computer's clock, then ask your practice manager for a new key");
    }
    let address = text.trim();
    ensure!(address.starts_with(&format!("{}/launch/", set_up.address)), "the answer is not an address of Fingerpost");
    if refer.print {
        println!("{address}");
        return Ok(());
    }
    webbrowser::open(address)
        .with_context(|| format!("The browser cannot be opened. Open {address} yourself, within 10 minutes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_clinical_systems_write_them() {
        for text in ["1947-06-04", "04/06/1947", "04-Jun-1947", "19470604", "1947-06-04T00:00:00", "04 June 1947"] {
            let [day, month, year] = born(text);
            let read = (day.parse::<u8>().unwrap(), month.parse::<u8>().unwrap(), year.as_str());
            assert_eq!(read, (4, 6, "1947"), "{text}");
        }
        assert_eq!(born("unknown"), <[String; 3]>::default());
    }

    #[test]
    fn nobody_is_posted_in_the_clear() {
        assert!(is_private("https://example.org") && is_private("http://127.0.0.1:8080"));
        assert!(!is_private("http://example.org") && !is_private("http://127.0.0.1.example.org"));
    }
}
