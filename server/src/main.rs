//! `server serve | migrate | check | import | verify-log | checkpoint | countersigned | verify-receipt | witness |
//! verify-checkpoint`.
#![expect(clippy::print_stdout, reason = "the commands answer at the terminal")]

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use platform_config::{Config, LogFormat};
use server::{
    assets, checkpoint, import, serve, services, timestamps, verify_log, verify_receipt, witness,
    witness_desk, witnesses,
};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The wholesale platform for used cars.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server (also without any command).
    Serve,
    /// Brings the tables of all services up to date.
    Migrate,
    /// Says which settings hold, and whether the server could start with them.
    Check,
    /// Checks the log of every lot: that no bid is missing or was changed.
    VerifyLog(verify_log::VerifyLog),
    /// Signs what is in all logs now, as happens by itself once a day.
    Checkpoint,
    /// Checks a receipt or an evidence file, without a database and without a connection.
    VerifyReceipt(verify_receipt::VerifyReceipt),
    /// Hands a witness's line on with its checkpoint.
    Countersigned(checkpoint::Countersigned),
    /// Signs a checkpoint that continues the one seen before: for witnesses, without a database and without settings.
    Witness(witness::Witness),
    /// Says who signed a checkpoint, without a database and without a connection.
    VerifyCheckpoint(witness::VerifyCheckpoint),
    /// Brings records in from files.
    Import {
        /// What is in the file.
        #[command(subcommand)]
        what: Import,
    },
}

#[derive(Subcommand)]
enum Import {
    /// Cars, from a table with a header (.csv, .csv.gz).
    Vehicles(Box<import::VehiclesFile>),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // these need no settings: whoever checks what we say need not be able to run a server
    let outside = match &arguments.command {
        Some(Command::VerifyReceipt(file)) => Some(verify_receipt::run(file)),
        Some(Command::Witness(what)) if what.listens() => Some(witness_desk::listen(what).await),
        Some(Command::Witness(what)) => Some(witness::run(what)),
        Some(Command::VerifyCheckpoint(what)) => Some(witness::verify(what)),
        _ => None,
    };
    if let Some(done) = outside {
        return match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(error.as_ref()),
        };
    }
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(errors) => return failed(&errors),
    };
    start_log(&config);
    for variable in config.unknown() {
        tracing::warn!(variable, "no such setting; misspelt?");
    }
    let done = match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(config).await.map_err(Into::into),
        Command::Migrate => migrate(&config).await,
        Command::Check => check(&config).await,
        Command::VerifyLog(which) => verify_log::run(&config, &which).await,
        Command::Checkpoint => checkpoint::run(&config).await,
        Command::Countersigned(what) => checkpoint::countersigned(&config, &what).await,
        Command::VerifyReceipt(file) => verify_receipt::run(&file),
        Command::Witness(what) => witness::run(&what),
        Command::VerifyCheckpoint(what) => witness::verify(&what),
        Command::Import { what: Import::Vehicles(file) } => import::vehicles(&config, &file).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(error.as_ref()),
    }
}

async fn migrate(config: &Config) -> Result<(), Box<dyn Error + Send + Sync>> {
    services::open(config).await?.close().await;
    println!("all tables are up to date");
    Ok(())
}

async fn check(config: &Config) -> Result<(), Box<dyn Error + Send + Sync>> {
    for line in config.explain() {
        println!("{:<24} {:<40} {}", line.setting.name, line.value, line.from.word());
    }
    if let Some(set) = &config.timestamps {
        timestamps::roots(&set.roots)?;
    }
    witnesses::asked(config)?;
    let assets = assets::find()?;
    println!("{:<24} {:<40} found", "built files", assets.stylesheet);
    Ok(())
}

fn start_log(config: &Config) {
    let log =
        tracing_subscriber::fmt().with_env_filter(EnvFilter::new(&config.log)).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}

/// Says what is wrong, with every cause, each on its line.
#[expect(clippy::print_stderr, reason = "the log may not have started yet")]
fn failed(error: &dyn Error) -> ExitCode {
    eprintln!("cannot go on: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        eprintln!("  because: {inner}");
        cause = inner.source();
    }
    ExitCode::FAILURE
}
