//! `shian`: serve, demo, and the tools of the administrator.

use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use shian_base::{Instant, Result, SharedClock, ShiftedClock, SystemClock};
use shian_server::app::App;
use shian_server::config::{Config, EXAMPLE};
use shian_server::{demo, operate, proof, tools};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::info;
use tracing_subscriber::EnvFilter;

/// Shian 食安: a city's food-safety platform in one program.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the platform.
    Serve(Where),
    /// Serves the demo town 柳溪市 with simulated cameras.
    Demo {
        #[command(flatten)]
        place: Where,
        /// Print one line of JSON with the address and the accounts instead of a text.
        #[arg(long)]
        json: bool,
        /// Nothing happens by itself in the town (for tests that make things happen).
        #[arg(long)]
        quiet_town: bool,
        /// Begin at this moment instead of now, such as 2026-11-21T10:00:00+08:00.
        #[arg(long)]
        at: Option<Instant>,
    },
    /// Cameras.
    #[command(subcommand)]
    Camera(tools::CameraCommand),
    /// Accounts.
    #[command(subcommand)]
    Account(tools::AccountCommand),
    /// Model packages.
    #[command(subcommand)]
    Model(tools::ModelCommand),
    /// Makes a backup, also while the server runs.
    Backup(operate::BackupCommand),
    /// Brings a backup back into a new folder, and a new database where it is of PostgreSQL.
    Restore(operate::RestoreCommand),
    /// Finds and explains trouble; exits with 1 or 2 when there is any.
    Doctor(operate::DoctorCommand),
    /// Procedures (程序).
    #[command(subcommand)]
    Procedures(tools::ProceduresCommand),
    /// Checks a bundle (核验包) offline: names the first thing that does not fit.
    Verify(proof::VerifyArgs),
    /// Replays the log against the database and the files, and says what differs.
    Audit(proof::AuditArgs),
    /// Prints the log's public key and its newest signed state.
    Log(tools::Place),
    /// Brings in a table (CSV or XLSX): businesses, licences, inspections, samples or penalties.
    Import(tools::ImportCommand),
    /// The configuration file.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Prints the OpenAPI document.
    Openapi,
    /// Prints who may do what, where.
    Access,
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Prints a commented configuration file with every default.
    Example,
    /// Reads a configuration file and explains mistakes.
    Check { file: PathBuf },
}

/// Where the platform keeps its things and listens.
#[derive(Args, Clone)]
pub struct Where {
    /// Configuration file (TOML).
    #[arg(long)]
    config: Option<PathBuf>,
    /// Folder for the database, files and models.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Address and port to listen on.
    #[arg(long)]
    listen: Option<String>,
    /// `sqlite:PATH` or `postgres://…`.
    #[arg(long, env = "SHIAN_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

impl Where {
    fn config(&self) -> Result<Config> {
        let mut config = Config::read(self.config.as_deref())?;
        if let Some(data) = &self.data {
            config.server.data.clone_from(data);
        }
        if let Some(listen) = &self.listen {
            config.server.listen.clone_from(listen);
        }
        if let Some(database) = &self.database {
            config.server.database.clone_from(database);
        }
        Ok(config)
    }
}

fn main() -> ExitCode {
    // A child process that looks at pictures is this same program; it must start without a runtime or logs.
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == "vision-worker") {
        return ExitCode::from(shian_vision::worker_main(arguments) as u8);
    }
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("SHIAN_LOG").unwrap_or_else(|_| EnvFilter::new("info,retina=warn"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() { logs.init() } else { logs.json().init() }
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("shian: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Serve(place) => serve(place.config()?).await,
        Command::Demo { place, json, quiet_town, at } => demo_town(place, json, !quiet_town, at).await,
        Command::Camera(command) => tools::camera(command).await,
        Command::Account(command) => tools::account(command, read_secret).await,
        Command::Model(command) => tools::model(command),
        Command::Backup(command) => operate::backup(command).await,
        Command::Restore(command) => operate::restore(command).await,
        Command::Doctor(command) => match operate::doctor(command).await? {
            0 => Ok(()),
            status => std::process::exit(status.into()),
        },
        Command::Procedures(command) => tools::procedures(command),
        Command::Verify(args) => proof::verify(args),
        Command::Audit(args) => proof::audit(args).await,
        Command::Log(place) => proof::log(place).await,
        Command::Import(command) => tools::import(command).await,
        Command::Config(ConfigCommand::Example) => {
            print!("{EXAMPLE}");
            Ok(())
        }
        Command::Config(ConfigCommand::Check { file }) => {
            Config::read(Some(&file))?;
            println!("{} is in order", file.display());
            Ok(())
        }
        Command::Openapi => tools::print_openapi().await,
        Command::Access => tools::print_access().await,
    }
}

async fn serve(config: Config) -> Result<()> {
    let listener = listen(&config).await?;
    let app = App::start(config, Arc::new(SystemClock)).await?;
    info!("serving on http://{}", listener.local_addr().context("asking for our own address")?);
    app.serve(listener, stop_signal()).await
}

async fn demo_town(place: Where, json: bool, lively: bool, at: Option<Instant>) -> Result<()> {
    let mut place = place;
    place.data = Some(place.data.unwrap_or_else(|| "data/demo".into()));
    let config = demo::config(place.config()?);
    let listener = listen(&config).await?;
    let address = listener.local_addr().context("asking for our own address")?;
    let stop = stop_signal();
    let clock: SharedClock = match at {
        Some(instant) => Arc::new(ShiftedClock::beginning_at(instant)),
        None => Arc::new(SystemClock),
    };
    let app = App::start(config, clock).await?;
    let town = demo::Demo::raise(&app).await?;
    town.announce(address, json)?;
    if !lively {
        // The town is kept until the end: its cameras stop when it is dropped.
        let served = app.serve(listener, stop).await;
        drop(town);
        return served;
    }
    let story = tokio::spawn(town.live_on(stop.clone()));
    let served = app.serve(listener, stop).await;
    story.abort();
    served
}

async fn listen(config: &Config) -> Result<TcpListener> {
    let address = &config.server.listen;
    Ok(TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))?)
}

/// Turns true when the process is asked to end (ctrl-c or SIGTERM).
fn stop_signal() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        let asked = async {
            #[cfg(unix)]
            {
                use tokio::signal::unix::{SignalKind, signal};
                if let Ok(mut terminate) = signal(SignalKind::terminate()) {
                    tokio::select! { _ = terminate.recv() => {}, _ = tokio::signal::ctrl_c() => {} }
                    return;
                }
            }
            let _ = tokio::signal::ctrl_c().await;
        };
        asked.await;
        info!("ending");
        let _ = sender.send(true);
    });
    receiver
}

/// A password from standard input, so that it stands in no shell history.
fn read_secret() -> Result<String> {
    if std::io::stdin().is_terminal() {
        eprint!("Password: ");
    }
    let mut text = String::new();
    std::io::stdin().take(1024).read_to_string(&mut text).context("reading the password")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
