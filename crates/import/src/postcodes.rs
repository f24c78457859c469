//! Where postcodes are: a table with a header row, plain or gzipped, as the ONS Postcode Directory and cuts of it
//! have it. Read row by row: a whole country does not have to fit into memory.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use csv::StringRecord;
use fingerpost_directory::place::Point;
use fingerpost_domain::Date;
use fingerpost_domain::person::Postcode;
use fingerpost_store::{PlacesDigest, PostcodePlace};
use flate2::read::GzDecoder;

use crate::ImportError;
use crate::figures::month_number;
use crate::report::Report;
use crate::rows::{broken, not_cut};

/// Rows at most: every postcode there ever was in the United Kingdom, and as many again.
const MOST_POSTCODES: u64 = 6_000_000;

/// Bytes of one row at most, with what is read ahead of it.
const LONGEST_ROW: u64 = 1024 * 1024;

/// Counts bytes since the last row: one that does not end, or a quote that nobody closes, must not fill the memory.
struct RowByRow<R> {
    inner: R,
    since: Arc<AtomicU64>,
    last: Arc<AtomicU8>,
}

impl<R: Read> Read for RowByRow<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(into)?;
        if let Some(last) = into[..read].last() {
            self.last.store(*last, Ordering::Relaxed);
        }
        let more = u64::try_from(read).unwrap_or(u64::MAX);
        if self.since.fetch_add(more, Ordering::Relaxed) > LONGEST_ROW {
            return Err(std::io::Error::other("a row is longer than any: is a quote not closed?"));
        }
        Ok(read)
    }
}

const POSTCODE: &[&str] = &["pcds", "postcode", "pcd8", "pcd"];
const LATITUDE: &[&str] = &["lat", "latitude"];
const LONGITUDE: &[&str] = &["long", "lon", "longitude"];
const LSOA: &[&str] = &["lsoa21cd", "lsoa21", "lsoa11cd", "lsoa11"];

/// The places of a file, one after the other; what could not be read is in `report`.
pub(crate) struct Places {
    rows: csv::ByteRecordsIntoIter<Box<dyn Read + Send>>,
    since: Arc<AtomicU64>,
    /// The byte that was read last.
    last: Arc<AtomicU8>,
    columns: [usize; 3],
    /// How many columns there are.
    width: usize,
    lsoa: Option<usize>,
    pub(crate) report: Report,
    /// Why reading broke off, when it did.
    pub(crate) broke: Option<csv::Error>,
}

pub(crate) fn open(path: &Path) -> Result<Places, ImportError> {
    let file =
        std::fs::File::open(path).map_err(|source| ImportError::File { path: path.display().to_string(), source })?;
    let zipped = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz"));
    let since = Arc::<AtomicU64>::default();
    let last = Arc::<AtomicU8>::default();
    let inner: Box<dyn Read + Send> = if zipped { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let bytes: Box<dyn Read + Send> = Box::new(RowByRow { inner, since: since.clone(), last: last.clone() });
    let mut table = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = table.headers().map_err(broken(path))?;
    let width = header.len();
    let columns: HashMap<String, usize> = header
        .iter()
        .enumerate()
        .map(|(at, name)| (name.trim().trim_start_matches('\u{FEFF}').to_lowercase(), at))
        .collect();
    let find = |names: &[&str]| names.iter().find_map(|name| columns.get(*name).copied());
    let needed = || ImportError::NoColumns {
        path: path.display().to_string(),
        columns: "a postcode (pcds or postcode), a latitude (lat) and a longitude (long or lon)",
    };
    let columns = [find(POSTCODE), find(LATITUDE), find(LONGITUDE)];
    let [Some(postcode), Some(latitude), Some(longitude)] = columns else { return Err(needed()) };
    Ok(Places {
        rows: table.into_byte_records(),
        since,
        last,
        width,
        columns: [postcode, latitude, longitude],
        lsoa: find(LSOA),
        report: Report::default(),
        broke: None,
    })
}

/// What the register of postcodes is called among the editions.
pub(crate) const NAME: &str = "Where postcodes are";

/// The first day of the month that the file's name tells, as `ONSPD_NOV_2025_UK.csv` or `postcodes-2025-11.csv` do.
pub(crate) fn month_in_name(path: &Path) -> Option<Date> {
    let name = path.file_name()?.to_str()?;
    let words: Vec<&str> = name.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    let year = |word: &str| word.parse().ok().filter(|year| (1990..2100).contains(year));
    let month = |word: &str| month_number(word).or_else(|| word.parse().ok().filter(|_| word.len() == 2));
    words.windows(2).find_map(|pair| {
        let (year, month) = match (year(pair[0]), year(pair[1])) {
            (Some(year), _) => (year, month(pair[1])?),
            (_, Some(year)) => (year, month(pair[0])?),
            _ => return None,
        };
        Date::new(year, month, 1).ok()
    })
}

impl Places {
    /// Reads to the end: how many places there are, and the digest of what is said of them.
    pub(crate) fn gone_through(&mut self) -> (usize, String) {
        let (mut found, mut digest) = (0, PlacesDigest::default());
        for place in self {
            found += 1;
            digest.add(&place);
        }
        (found, digest.end())
    }

    /// Whether the file, read to its end, has no end of its last line.
    pub(crate) fn ends_open(&self) -> bool {
        !matches!(self.last.load(Ordering::Relaxed), b'\n' | b'\r')
    }

    fn place(&self, row: &StringRecord) -> Result<PostcodePlace, String> {
        not_cut(row, self.width)?;
        let [postcode, latitude, longitude] = self.columns.map(|at| row.get(at).unwrap_or("").trim());
        let number = |text: &str| text.parse::<f64>().map_err(|_| format!("{text:?} is not a number of degrees"));
        let point = Point::new(number(latitude)?, number(longitude)?)
            // 99.999999 is how the national file says that a postcode has no place.
            .ok_or_else(|| format!("{latitude}, {longitude} is not on the earth"))?;
        let lsoa = self.lsoa.and_then(|at| row.get(at)).map(str::trim).filter(|lsoa| !lsoa.is_empty());
        Ok(PostcodePlace {
            postcode: Postcode::parse(postcode).map_err(|error| error.to_string())?,
            point,
            lsoa: lsoa.map(str::to_owned),
        })
    }
}

impl Iterator for Places {
    type Item = PostcodePlace;

    fn next(&mut self) -> Option<PostcodePlace> {
        loop {
            let row = match self.rows.next()? {
                // What is no UTF-8 is one row that cannot be read, not a file.
                Ok(row) => {
                    let position = row.position().cloned();
                    let mut row = StringRecord::from_byte_record_lossy(row);
                    row.set_position(position);
                    row
                }
                Err(error) => {
                    self.broke = Some(error);
                    return None;
                }
            };
            self.since.store(0, Ordering::Relaxed);
            self.report.counts.read += 1;
            if self.report.counts.read > MOST_POSTCODES {
                self.broke = Some(csv::Error::from(std::io::Error::other("it does not end")));
                return None;
            }
            match self.place(&row) {
                Ok(place) => return Some(place),
                Err(reason) => self.report.refuse(row.position().map_or(1, csv::Position::line), reason),
            }
        }
    }
}
