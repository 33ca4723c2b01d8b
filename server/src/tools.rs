//! The administrator's commands.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use shian_access::Reach;
use shian_base::{Clock as _, Error, Id, Result, SharedClock, SystemClock};
use shian_business::Businesses;
use shian_db::Db;
use shian_forms::FormBook;
use shian_imports::{Import, ImportKind, Said, Wish};
use shian_kitchens::NewCamera;
use shian_law::LawBook;
use shian_matter::{ProcedureBook, References};
use shian_people::{NewPerson, People, log_at_server};
use shian_vision::ModelStore;

use crate::app::App;
use crate::config::Config;

/// Which platform a command works on.
#[derive(Args)]
pub struct Place {
    /// Configuration file (TOML).
    #[arg(long)]
    config: Option<PathBuf>,
    /// The data folder the server was started with.
    #[arg(long)]
    data: Option<PathBuf>,
    #[arg(long, env = "SHIAN_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

impl Place {
    pub fn config(&self) -> Result<Config> {
        let mut config = Config::read(self.config.as_deref())?;
        match &self.data {
            Some(data) => config.server.data.clone_from(data),
            // `make run` keeps the demo town here; without a word that is the platform meant, if it is there.
            None if self.config.is_none() && std::path::Path::new("data/demo/shian.db").exists() => {
                config.server.data = "data/demo".into();
            }
            None => {}
        }
        if let Some(database) = &self.database {
            config.server.database.clone_from(database);
        }
        Ok(config)
    }

    /// Opens a database that is there; a mistyped folder must not make a new, empty one.
    pub async fn open(&self) -> Result<Db> {
        let config = self.config()?;
        let url = config.database_url();
        if let Some(path) = url.strip_prefix("sqlite:")
            && !std::path::Path::new(path).exists()
        {
            return Err(anyhow::anyhow!("there is no database {path}; name the server's folder with --data").into());
        }
        Db::open(&url).await
    }
}

#[derive(Subcommand)]
pub enum CameraCommand {
    /// Brings a camera in; a running server connects to it within seconds.
    Add {
        #[command(flatten)]
        place: Place,
        /// The business's id, or its exact name.
        #[arg(long)]
        business: String,
        /// rtsp://user:pass@host/path
        #[arg(long)]
        url: String,
        #[arg(long, default_value = "后厨")]
        name: String,
        /// storage, rough, cutting, cooking, cold, raw, serving, washing or other
        #[arg(long, default_value = "cooking")]
        zone: String,
        /// The public may watch during business hours.
        #[arg(long)]
        public: bool,
    },
    /// Takes a camera out.
    Remove {
        #[command(flatten)]
        place: Place,
        id: String,
    },
}

pub async fn camera(command: CameraCommand) -> Result<()> {
    match command {
        CameraCommand::Add { place, business, url, name, zone, public } => {
            let db = place.open().await?;
            let mut tx = db.write().await?;
            let business_id = match business.parse::<Id<shian_access::Business>>() {
                Ok(id) => Businesses::find(&mut tx, id).await.map(|found| found.id).context("there is no such business")?,
                Err(_) => Businesses::by_name(&mut tx, &business).await?,
            };
            let camera = NewCamera { id: None, business_id, name, zone, url, is_public: public, added_by: None };
            let id = shian_kitchens::add_camera(&mut tx, camera, SystemClock.now()).await?;
            tx.commit().await?;
            println!("{id}");
            Ok(())
        }
        CameraCommand::Remove { place, id } => {
            let db = place.open().await?;
            let mut tx = db.write().await?;
            shian_kitchens::remove_camera(&mut tx, id.parse()?, None, SystemClock.now()).await?;
            tx.commit().await
        }
    }
}

#[derive(Subcommand)]
pub enum AccountCommand {
    /// Makes an account; the password is read from standard input.
    Add {
        #[command(flatten)]
        place: Place,
        account: String,
        #[arg(long)]
        name: String,
        /// Such as station.officer, merchant.manager, admin.
        #[arg(long)]
        post: String,
        /// The area the post reaches, by code prefix.
        #[arg(long, conflicts_with = "business")]
        area: Option<String>,
        /// The business, for merchant.* posts.
        #[arg(long)]
        business: Option<String>,
    },
    /// Sets a new password from standard input and ends the account's sessions.
    Password {
        #[command(flatten)]
        place: Place,
        account: String,
    },
    /// Takes a lost second factor away and ends the account's sessions.
    DropSecondFactor {
        #[command(flatten)]
        place: Place,
        account: String,
    },
}

pub async fn account(command: AccountCommand, secret: impl FnOnce() -> Result<String>) -> Result<()> {
    match command {
        AccountCommand::Add { place, account, name, post, area, business } => {
            let db = place.open().await?;
            let reach = match (area, business) {
                (Some(code), _) => Reach::Area { code },
                (None, Some(id)) => Reach::Business { id: id.parse()? },
                (None, None) => Reach::Nothing,
            };
            let person = NewPerson { id: Id::new(), account: account.clone(), name, post, reach, password: Some(secret()?) };
            let now = SystemClock.now();
            let mut tx = db.write().await?;
            People::add(&mut tx, &[person], now).await?;
            log_at_server(&mut tx, shian_people::CREATED, &account, now).await?;
            tx.commit().await
        }
        AccountCommand::Password { place, account } => {
            let db = place.open().await?;
            let mut tx = db.write().await?;
            People::set_password(&mut tx, &account, &secret()?).await?;
            log_at_server(&mut tx, shian_people::PASSWORD_RESET, &account, SystemClock.now()).await?;
            tx.commit().await
        }
        AccountCommand::DropSecondFactor { place, account } => {
            let db = place.open().await?;
            let mut tx = db.write().await?;
            People::drop_second_factor(&mut tx, &account).await?;
            log_at_server(&mut tx, shian_people::SECOND_FACTOR_RESET, &account, SystemClock.now()).await?;
            tx.commit().await
        }
    }
}

#[derive(Subcommand)]
pub enum ModelCommand {
    /// Lists the packages that can be installed by name, with their pinned hashes, and those that are.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Installs a package by name from a folder that holds its files; a wrong hash is refused.
    Install {
        #[command(flatten)]
        place: Place,
        id: String,
        #[arg(long)]
        from: PathBuf,
    },
}

pub fn model(command: ModelCommand) -> Result<()> {
    match command {
        ModelCommand::List { place } => {
            for entry in shian_vision::catalogue() {
                println!("{}  {} {}  {}  sha256 {}", entry.id, entry.title, entry.version, entry.licence, entry.sha256);
            }
            let folder = place.config()?.server.data.join("models");
            let store = ModelStore::open(&folder).context("opening the model store")?;
            for package in store.packages() {
                println!("installed: {} {}", package.id, package.version);
            }
            Ok(())
        }
        ModelCommand::Install { place, id, from } => {
            let folder = place.config()?.server.data.join("models");
            let mut store = ModelStore::open(&folder).context("opening the model store")?;
            let installed = store.install(&id, &from).context("installing the model package")?;
            println!("installed {} {}; a running server uses it after a restart", installed.id, installed.version);
            Ok(())
        }
    }
}

#[derive(Subcommand)]
pub enum ProceduresCommand {
    /// Checks the procedures the program ships, or those of a folder that stands in for them.
    Check { folder: Option<PathBuf> },
}

pub fn procedures(command: ProceduresCommand) -> Result<()> {
    let ProceduresCommand::Check { folder } = command;
    let law = LawBook::load(folder.as_deref())?;
    let forms = FormBook::parse(&law.forms())?;
    let files = law.procedures();
    // What cannot be read is said for every file at once, before the files are held against each other.
    let unread = |(name, text): &(String, String)| shian_matter::Procedure::parse(text).err().map(|error| format!("{name}，{error:#}"));
    let mut said: Vec<String> = files.iter().filter_map(unread).collect();
    if said.is_empty() {
        let procedures = ProcedureBook::parse(&files)?;
        let references = References { procedures: &procedures, forms: &forms, law: &law };
        said = shian_matter::check_all(references, SystemClock.now().day()).iter().map(ToString::to_string).collect();
        if said.is_empty() {
            let titles: Vec<&str> = procedures.all().iter().map(|procedure| procedure.title.as_str()).collect();
            println!("{} 个程序都成立：{}", titles.len(), titles.join("、"));
            return Ok(());
        }
    }
    for problem in &said {
        eprintln!("{problem}");
    }
    Err(anyhow::anyhow!("共 {} 处问题，程序不能使用", said.len()).into())
}

#[derive(Args)]
pub struct ImportCommand {
    #[command(flatten)]
    place: Place,
    /// businesses, licences, inspections, samples or penalties
    kind: String,
    file: PathBuf,
    /// Where the table comes from: registration, licensing, supervision, credit, report or other.
    #[arg(long)]
    source: String,
    /// Only count what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Reads a column as a field, `--column Shop=name`; an empty field leaves the column out.
    #[arg(long = "column", value_name = "HEADING=FIELD")]
    columns: Vec<String>,
    /// Keep these columns for the next table of this source.
    #[arg(long)]
    remember: bool,
    /// Where refused rows are written; beside the table when not given.
    #[arg(long)]
    errors: Option<PathBuf>,
}

/// Brings a table in; run again after it was broken off, it goes on where it was.
pub async fn import(command: ImportCommand) -> Result<()> {
    let ImportCommand { place, kind, file, source, dry_run, columns, remember, errors } = command;
    let kind = ImportKind::of_code(&kind).ok_or_else(|| {
        anyhow::anyhow!("{kind} cannot be brought in; businesses, licences, inspections, samples and penalties can")
    })?;
    let columns = columns.iter().map(|pair| pair.split_once('=').context("a column is written HEADING=FIELD"));
    let columns: Said =
        columns.map(|pair| pair.map(|(heading, field)| (heading.into(), field.into()))).collect::<Result<_, _>>()?;
    let db = place.open().await?;
    let clock: SharedClock = Arc::new(SystemClock);
    let wish = Wish { source: &source, columns: &columns, dry_run, remember };
    let mut told = |import: &Import| eprint!("\r{} / {} rows", import.rows_done, import.rows_total);
    let import = shian_imports::bring_in(&db, &clock, kind, &file, &wish, &mut told).await;
    eprintln!();
    let import = import.map_err(in_words)?;
    if let Some(failure) = &import.failure {
        return Err(anyhow::anyhow!("{failure}").into());
    }
    let counts = &import.counts;
    println!(
        "{}{}: added {}, changed {}, same {}, refused {}, to be looked at {}",
        if dry_run { "dry run, " } else { "" },
        import.format,
        counts.added,
        counts.changed,
        counts.same,
        counts.refused,
        counts.warned,
    );
    if counts.refused > 0 {
        let path = errors.unwrap_or_else(|| file.with_extension("errors.csv"));
        let text = shian_imports::errors_file(&db, &import).await?;
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        println!("refused rows with their reasons: {}", path.display());
    }
    Ok(())
}

/// Says what is wrong with each field: on the command line no screen does.
fn in_words(error: Error) -> Error {
    match error {
        Error::Invalid(faults) => {
            let all: Vec<String> = faults.into_iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect();
            anyhow::anyhow!("{}", all.join("; ")).into()
        }
        other => other,
    }
}

pub async fn print_openapi() -> Result<()> {
    let (app, _folder) = throwaway().await?;
    println!("{}", app.openapi.to_pretty_json().context("writing the document")?);
    Ok(())
}

pub async fn print_access() -> Result<()> {
    let (app, _folder) = throwaway().await?;
    print!("{}", app.policy.matrix());
    Ok(())
}

/// A platform in a folder of its own that nobody serves.
pub async fn throwaway() -> Result<(App, tempfile::TempDir)> {
    let folder = tempfile::tempdir().context("making a temporary folder")?;
    let mut config = Config::default();
    config.server.data = folder.path().into();
    Ok((App::start(config, Arc::new(SystemClock)).await?, folder))
}
