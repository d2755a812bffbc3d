//! `server import vehicles FILE --source NAME`: what the import page does, from the terminal.
//!
//! With the embedded database the server must not be running; with databases of their own it may.
#![expect(clippy::print_stdout, reason = "the command answers at the terminal")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::i18n::{problem_text, t};
use clap::Args;
use kernel::{Lang, Principal, Problem, Role, Seat, UserId};
use platform_config::Config;
use platform_db::{Clock, ClusterError, CommandError, SystemClock, new_id};
use uuid::Uuid;
use vehicle::import::{
    FirstLine, ImportJob, JobStatus, Mapping, OpenImport, ReadAs, Severity, StartImport, check_source,
};
use vehicle::{MileageUnit, PriceRule, PriceUnit, Service};

use crate::services::{self, OpenError};

/// Which file, and how it is read. What is not said is found out, or was kept for the source the last time.
#[derive(Args, Clone, Debug)]
pub struct VehiclesFile {
    /// The file.
    file: PathBuf,
    /// The source's name: lower-case letters, digits, `.`, `_`, `-`.
    #[arg(long)]
    source: String,
    /// The file's encoding, where it is not found out rightly: UTF-8, gb18030, Big5, UTF-16LE, UTF-16BE, windows-1252.
    #[arg(long)]
    encoding: Option<String>,
    /// What stands between the cells, where it is not found out rightly: `,`, `;`, `|` or `tab`.
    #[arg(long)]
    delimiter: Option<String>,
    /// names or data: whether the first line names the columns, or is a car; then the columns are `#1`, `#2` and so on.
    #[arg(long)]
    first_line: Option<String>,
    /// A mapping of columns as JSON, as `--show-mapping` writes it.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// km, mile or wan_km.
    #[arg(long)]
    mileage_unit: Option<String>,
    /// Prices the cars from this column: guide = value × factor.
    #[arg(long)]
    price_column: Option<String>,
    /// yuan or wan: the unit of the value × factor.
    #[arg(long, default_value = "yuan")]
    price_unit: String,
    /// The factor in basis points; 10000 leaves the value as it is.
    #[arg(long, default_value_t = 10_000)]
    factor_bp: u32,
    /// The start price in basis points of the guide price.
    #[arg(long, default_value_t = 7_000)]
    start_bp: u32,
    /// The reserve price in basis points of the guide price; 0 for none.
    #[arg(long, default_value_t = 9_000)]
    reserve_bp: u32,
    /// Only writes the mapping that would be used.
    #[arg(long)]
    show_mapping: bool,
    /// Reads and judges the file, and imports nothing.
    #[arg(long)]
    check_only: bool,
    /// Writes the refused lines into this file.
    #[arg(long)]
    rejected: Option<PathBuf>,
}

/// A failure in words for the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{text} ({code})")]
struct Refused {
    text: String,
    code: String,
}

/// Imports the file and says what came of it.
pub async fn vehicles(config: &Config, file: &VehiclesFile) -> Result<(), Box<dyn Error + Send + Sync>> {
    // a slip in the command is told at once: starting the database takes seconds, and another server may hold it
    check_source(&file.source).map_err(|problem| words(&problem))?;
    let path = file.file.canonicalize().map_err(|error| format!("{}: {error}", file.file.display()))?;
    let databases = services::open(config).await.map_err(with_way_out)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let outcome = run(&databases.vehicle(&clock), file, &path).await;
    databases.close().await;
    outcome
}

/// While a server runs on the embedded database, its import page takes the file.
fn with_way_out(error: OpenError) -> Box<dyn Error + Send + Sync> {
    match error {
        OpenError::Cluster(held @ ClusterError::InUse { .. }) => {
            format!("{held}; or upload the file on that server's page /office/vehicles/import").into()
        }
        error => error.into(),
    }
}

async fn run(
    service: &Service,
    file: &VehiclesFile,
    path: &Path,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let who = operator();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let input = OpenImport { id: new_id(), source: file.source.clone(), file_name: name };
    let mut job = service.open_import(&who, input, path).await.map_err(in_words)?;
    let read_as = read_as(file)?;
    if read_as != ReadAs::default() {
        service.reread_import(&who, job.id, read_as).await.map_err(in_words)?;
        job = service.show_import(&who, job.id).await.map_err(in_words)?;
    }
    if job.layout.is_first_line_doubtful() {
        println!("warning: {}", t(Lang::En, "vehicle.import.first_line_doubtful_terminal"));
    }
    let mapping = mapping_of(&job, file)?;
    if file.show_mapping {
        println!("{}", serde_json::to_string_pretty(&mapping)?);
        service.discard_import(&who, job.id).await.map_err(in_words)?;
        return Ok(());
    }
    println!(
        "{}: {}, {:?}, {} columns",
        job.file_name,
        job.layout.encoding,
        job.layout.delimiter,
        job.layout.header.len()
    );
    let apply_at_once = !file.check_only;
    let start = StartImport { job_id: job.id, mapping, apply_at_once };
    service.start_import(&who, start).await.map_err(in_words)?;
    let done = work(service, &who, job.id).await?;
    report(service, &who, &done).await?;
    if let Some(target) = &file.rejected {
        write_rejected(service, &who, &done, target).await?;
    }
    match done.failure {
        Some(problem) => Err(Box::new(words(&problem))),
        None => Ok(()),
    }
}

/// Who imports at the terminal: whoever may start the server may do everything.
fn operator() -> Principal {
    Principal {
        user_id: UserId(Uuid::nil()),
        display_name: "server import".to_owned(),
        lang: Lang::En,
        seat: Seat::Staff { roles: vec![Role::Admin] },
    }
}

/// What the command says of the file.
fn read_as(file: &VehiclesFile) -> Result<ReadAs, Box<dyn Error + Send + Sync>> {
    let character = |d: &str| if d == "tab" { '\t' } else { d.chars().next().unwrap_or(',') };
    let first_line = file
        .first_line
        .as_deref()
        .map(|name| FirstLine::from_name(name).ok_or("--first-line is names or data"))
        .transpose()?;
    Ok(ReadAs {
        encoding: file.encoding.clone(),
        delimiter: file.delimiter.as_deref().map(character),
        first_line,
    })
}

fn mapping_of(job: &ImportJob, file: &VehiclesFile) -> Result<Mapping, Box<dyn Error + Send + Sync>> {
    let mut mapping = match &file.mapping {
        Some(path) => serde_json::from_str(&std::fs::read_to_string(path)?)?,
        None => job.mapping.clone(),
    };
    if let Some(name) = &file.mileage_unit {
        mapping.mileage_unit = MileageUnit::from_name(name).ok_or("--mileage-unit is km, mile or wan_km")?;
    }
    if let Some(column) = &file.price_column {
        mapping.price = Some(PriceRule {
            column: column.clone(),
            unit: PriceUnit::from_name(&file.price_unit).ok_or("--price-unit is yuan or wan")?,
            factor_bp: file.factor_bp,
            start_bp: file.start_bp,
            reserve_bp: file.reserve_bp,
        });
    }
    Ok(mapping)
}

/// Runs the job to its end, with a line for every step that moved.
async fn work(
    service: &Service,
    who: &Principal,
    id: Uuid,
) -> Result<ImportJob, Box<dyn Error + Send + Sync>> {
    let mut progress = service.watch_imports();
    loop {
        let step = service.run_import_step();
        tokio::pin!(step);
        let worked = loop {
            tokio::select! {
                worked = &mut step => break worked.map_err(in_words)?,
                moved = progress.changed() => if moved.is_ok() {
                    let now = *progress.borrow_and_update();
                    if now.rows_read % 50_000 == 0 || (now.rows_applied > 0 && now.rows_applied % 10_000 == 0) {
                        println!("  read {}, applied {}", now.rows_read, now.rows_applied);
                    }
                },
            }
        };
        let job = service.show_import(who, id).await.map_err(in_words)?;
        if !job.status.is_running() {
            return Ok(job);
        }
        if !worked {
            return Err("another process works on this import".into());
        }
    }
}

async fn report(
    service: &Service,
    who: &Principal,
    job: &ImportJob,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let c = job.counts;
    println!("{}", t(Lang::En, &format!("vehicle.import.status.{}", job.status.name())));
    println!(
        "  read {}, good {}, repeated {}, refused {}, warnings {}",
        c.read, c.good, c.repeated, c.rejected, c.warned
    );
    if job.status == JobStatus::Done {
        println!("  new {}, changed {}, unchanged {}, priced {}", c.new, c.changed, c.unchanged, c.priced);
    }
    for finding in service.import_findings(who, job.id).await.map_err(in_words)? {
        let kind = if finding.rejected { "refused" } else { "warning" };
        let text = t(Lang::En, &format!("error.{}", finding.code));
        println!("  {kind} {:>7}  {}: {text}", finding.count, finding.code);
    }
    Ok(())
}

async fn write_rejected(
    service: &Service,
    who: &Principal,
    job: &ImportJob,
    target: &Path,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    // a refused line may have more or fewer cells than the header
    let mut writer = csv::WriterBuilder::new().flexible(true).from_path(target)?;
    writer.write_record(crate::http::vehicles::rejected_header(job, Lang::En))?;
    let mut last_line = 0;
    loop {
        let lines =
            service.found_lines(who, job.id, Severity::Rejected, last_line, 1_000).await.map_err(in_words)?;
        let Some(last) = lines.last() else { break };
        last_line = last.line;
        for line in &lines {
            writer.write_record(crate::http::vehicles::rejected_cells(line, Lang::En))?;
        }
    }
    writer.flush()?;
    println!("  refused lines: {}", target.display());
    Ok(())
}

fn in_words(error: CommandError) -> Refused {
    words(&error.into_problem())
}

fn words(problem: &Problem) -> Refused {
    let fields: Vec<String> = problem
        .fields
        .iter()
        .map(|f| format!("{}: {}", f.field, app::i18n::field_text(Lang::En, &f.code)))
        .collect();
    let text = if fields.is_empty() { problem_text(Lang::En, problem) } else { fields.join("; ") };
    Refused { text, code: problem.code.clone() }
}
