//! What is on record, proved: `shian verify`, `shian audit`, `shian log`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use clap::Args;
use shian_base::Result;
use shian_files::{FileRecords, Files, sha256_of};
use shian_proof::{Audited, Beside, Key, Log, Note, Source, Trust, Verified};

use crate::tools::Place;

/// Everything that has a leaf in the log.
pub fn sources(files: &Files) -> Vec<Arc<dyn Source>> {
    let mut sources = shian_matter::sources();
    sources.push(Arc::new(FileRecords(files.clone())));
    sources
}

#[derive(Args)]
pub struct VerifyArgs {
    /// The bundle, a JSON file.
    bundle: PathBuf,
    /// The log's public key as you were told it (name+id+base64). Without it, compare the fingerprint that is printed.
    #[arg(long)]
    key: Option<String>,
    /// A witness that must have cosigned (its public key); may be repeated.
    #[arg(long)]
    witness: Vec<String>,
    /// An attachment to compare with the hashes in the bundle; may be repeated.
    #[arg(long)]
    file: Vec<PathBuf>,
}

pub fn verify(args: VerifyArgs) -> Result<()> {
    let text = std::fs::read_to_string(&args.bundle).with_context(|| format!("reading {}", args.bundle.display()))?;
    let trust = Trust { key: args.key.as_deref().map(key).transpose()?, witnesses: keys(&args.witness)? };
    let is_key_told = trust.key.is_some();
    let verified = shian_proof::verify(&text, &trust).map_err(anyhow::Error::new)?;
    for path in &args.file {
        check_file(path, &verified)?;
    }
    print_verified(&verified, is_key_told);
    Ok(())
}

fn check_file(path: &Path, verified: &Verified) -> Result<()> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let sha256 = sha256_of(&bytes);
    match verified.files.iter().find(|file| file.sha256 == sha256) {
        Some(file) => println!("附件一致：{} 就是 {}", path.display(), file.name),
        None => return Err(anyhow!("{} 不是核验包里的任何附件，或者被改过（file.bytes）", path.display()).into()),
    }
    Ok(())
}

fn print_verified(verified: &Verified, is_key_told: bool) {
    println!("核验通过：{} {}", verified.number, verified.title);
    println!("  {} 步经过，{} 个附件，都在存证日志里（检查点共 {} 条）", verified.acts, verified.files.len(), verified.log_size);
    if verified.withheld > 0 {
        println!("  另有 {} 条未附内容，只核对了位置", verified.withheld);
    }
    for file in &verified.files {
        println!("  附件 {}  {}", file.sha256, file.name);
    }
    println!("  签名公钥指纹 {}", verified.key.fingerprint());
    if !is_key_told {
        println!("  没有给出公钥：请与监管部门公布的指纹核对，或用 --key 再核验一次");
    }
}

fn key(text: &str) -> Result<Key> {
    Key::parse(text).ok_or_else(|| anyhow!("“{text}”不是公钥，应为 名称+编号+base64（key.unreadable）").into())
}

fn keys(texts: &[String]) -> Result<Vec<Key>> {
    texts.iter().map(|text| key(text)).collect()
}

#[derive(Args)]
pub struct AuditArgs {
    #[command(flatten)]
    place: Place,
    /// A checkpoint that was kept elsewhere (a file with the signed note): the log must still grow from it.
    #[arg(long)]
    checkpoint: Vec<PathBuf>,
    /// A public key that signed this log before the present one.
    #[arg(long)]
    earlier_key: Vec<String>,
}

pub async fn audit(args: AuditArgs) -> Result<()> {
    let (log, files) = open(&args.place).await?;
    let mut beside = Beside { earlier_keys: keys(&args.earlier_key)?, kept: Vec::new() };
    for path in &args.checkpoint {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        beside.kept.push(Note::parse(&text).ok_or_else(|| anyhow!("{} 不是检查点", path.display()))?);
    }
    let found = shian_proof::audit(&log, &sources(&files), &beside).await?;
    print_audited(&found)
}

fn print_audited(found: &Audited) -> Result<()> {
    for difference in &found.differences {
        println!("{}（{}）", difference.text, difference.code);
    }
    let done = format!("查了 {} 条日志、{} 个检查点、{} 条记录", found.leaves, found.checkpoints, found.records);
    if !found.differences.is_empty() {
        return Err(anyhow!("{done}：{} 处不一致", found.differences.len()).into());
    }
    println!("{done}：全部一致");
    if found.waiting > 0 {
        println!("另有 {} 条刚记下，还没有排进日志；服务启动后会排入", found.waiting);
    }
    Ok(())
}

pub async fn log(place: Place) -> Result<()> {
    let (log, _) = open(&place).await?;
    let state = log.state(&mut log.db().read().await?).await?;
    println!("公钥 {}\n指纹 {}\n", state.key, state.fingerprint);
    print!("{}", state.checkpoint.as_deref().unwrap_or("还没有检查点\n"));
    Ok(())
}

/// The log of a platform that is there; none is made.
async fn open(place: &Place) -> Result<(Log, Files)> {
    let config = place.config()?;
    let data = &config.server.data;
    if !data.join("proof-key").exists() {
        return Err(anyhow!("there is no key {}; name the server's folder with --data", data.join("proof-key").display()).into());
    }
    let db = place.open().await?;
    let files = Files::local(db.clone(), &data.join("files"))?;
    Ok((Log::open(db, data, &config.proof.witnesses)?, files))
}
