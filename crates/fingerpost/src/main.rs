//! Fingerpost: the binary. Reads settings, opens the store, and hands over to the room that does the work.

mod ambient;
mod cli;
mod commands;
mod feeds;
mod https;
mod moving;
mod serve;
mod settings;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

/// Memory for many threads: less waiting and fewer fresh pages than the system's own.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

/// 0 done; 1 refused, with one line that says what to do; 2 wrong usage, which clap answers.
fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let settings = match settings::load(&cli.common) {
        Ok(settings) => settings,
        Err(error) => return refused(&error),
    };
    settings::start_logs(&settings);
    let command = match commands::at_once(cli.command) {
        Ok(command) => command,
        Err(done) => return ended(done),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refused(&error.into()),
    };
    ended(runtime.block_on(commands::run(command, settings)))
}

fn ended(done: anyhow::Result<()>) -> ExitCode {
    done.map_or_else(|error| refused(&error), |()| ExitCode::SUCCESS)
}

fn refused(error: &anyhow::Error) -> ExitCode {
    eprintln!("fingerpost: {error:#}");
    ExitCode::FAILURE
}
