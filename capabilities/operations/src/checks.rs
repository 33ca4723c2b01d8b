//! What the doctor looks at by itself.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::json;
use shian_base::{Error, Instant, Result};
use shian_db::{Db, Engine, args};
use shian_jobs::Jobs;

use crate::doctor::{Doctor, Finding, Severity};
use crate::machine::{disk_of, measured};
use crate::{BackupConfig, backup, rules};

/// How many examples are named of what there may be thousands of.
const EXAMPLES: usize = 5;
/// A write-ahead log of this size was not taken over into the database for long.
const WAL_LARGE_BYTES: u64 = 512 << 20;
/// PostgreSQL older than this is not tried any more.
const POSTGRES_OLDEST: i64 = 150_000;

pub(crate) async fn disk(doctor: &Doctor, now: Instant) -> Result<Vec<Finding>> {
    let disk = disk_of(&doctor.data)?;
    // Without a database there is no trend, but there is still a disk.
    let trend = match doctor.db.read().await {
        Ok(mut tx) => measured(&mut tx, "disk.free").await.ok().and_then(|measured| rules::days_left(&measured, now)),
        Err(_) => None,
    };
    let Some(severity) = rules::disk(disk.free_bytes, disk.size_bytes, trend) else { return Ok(Vec::new()) };
    let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    let until = trend.map(|days| format!("，照最近一周的速度还能用 {days} 天")).unwrap_or_default();
    Ok(vec![Finding::new(
        "disk.low",
        severity,
        format!("数据盘剩余 {:.1} GB，共 {:.1} GB{until}", gib(disk.free_bytes), gib(disk.size_bytes)),
        "扩容数据盘，或把备份移到别的盘；盘满时新的证据和办理都会被拒绝，已确认的不会丢。",
        json!({ "free_bytes": disk.free_bytes, "size_bytes": disk.size_bytes, "days_left": trend }),
    )])
}

/// Files that hold secrets, as far as the program knows them.
pub fn private_files(data: &Path, config: Option<&Path>) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        ["shian.db", "shian.db-wal", "demo-password"].iter().map(|name| data.join(name)).collect();
    let keys = std::fs::read_dir(data).into_iter().flatten().flatten().map(|entry| entry.path());
    files.extend(keys.filter(|path| path.extension().is_some_and(|kind| kind == "key" || kind == "pem")));
    let holds_secrets = |path: &&Path| std::fs::read_to_string(path).is_ok_and(|text| backup::holds_secrets(&text));
    files.extend(config.filter(holds_secrets).map(Path::to_owned));
    files.retain(|file| file.exists());
    files
}

pub(crate) fn secrets(doctor: &Doctor) -> Result<Vec<Finding>> {
    let is_open = |path: &Path| std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
    // What lies in a folder that nobody else may enter is closed with it.
    let folder_is_open = is_open(&doctor.data);
    let open: Vec<String> = private_files(&doctor.data, doctor.config_file.as_deref())
        .into_iter()
        .filter(|file| is_open(file) && (folder_is_open || !file.starts_with(&doctor.data)))
        .map(|file| file.display().to_string())
        .collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![Finding::new(
        "secrets.open",
        Severity::Warn,
        format!("本机其他用户能读到保密文件：{}", open.join("、")),
        "对数据目录执行 chmod 700，对配置文件执行 chmod 600。",
        json!({ "files": open }),
    )])
}

pub(crate) fn backups(config: &BackupConfig, now: Instant) -> Result<Vec<Finding>> {
    let Some(place) = config.place() else {
        return Ok(vec![Finding::new(
            "backup.none",
            Severity::Warn,
            "没有设置自动备份",
            "在配置文件 [backup] 里写上 to = \"备份目录\"，最好在另一块盘或另一台机器上。",
            json!({}),
        )]);
    };
    let there = backup::list(&place)?;
    let newest = there.first().map(|(_, manifest)| manifest);
    let mut findings = Vec::new();
    if let Some(severity) = rules::backup_age(newest.map(|manifest| now.seconds_since(manifest.made_at))) {
        let says = match newest {
            Some(manifest) => format!("最近一次完整备份是 {}", &manifest.made_at.to_string()[..16].replace('T', " ")),
            None => format!("{} 里没有完整的备份", place.display()),
        };
        let advice = "在“系统运行”页立即备份，并查看自动备份失败的原因（磁盘、权限、挂载）。";
        findings.push(Finding::new("backup.old", severity, says, advice, json!({ "place": place })));
    }
    if let Some(manifest) = newest.filter(|manifest| !manifest.missing.is_empty()) {
        findings.push(Finding::new(
            "backup.incomplete",
            Severity::Bad,
            format!("最近一次备份时有 {} 个证据文件已缺失或被改动", manifest.missing.len()),
            "从更早的备份找回这些文件；勾选“逐个核对证据文件”查看全部。",
            json!({ "missing": manifest.missing.iter().take(EXAMPLES).collect::<Vec<_>>() }),
        ));
    }
    Ok(findings)
}

pub(crate) async fn database(doctor: &Doctor, reads_all: bool) -> Result<Vec<Finding>> {
    let db = &doctor.db;
    db.ping().await?;
    let mut findings = Vec::new();
    let schema = db.schema_state(&doctor.migrations).await?;
    if !schema.changed.is_empty() {
        findings.push(Finding::new(
            "db.changed_migration",
            Severity::Bad,
            format!("数据库的结构是用另一份迁移做成的：{}", schema.changed.join("、")),
            "换回与这个数据库对应的程序版本，不要手工改迁移文件。",
            json!({ "migrations": schema.changed }),
        ));
    }
    if !schema.unknown.is_empty() {
        findings.push(Finding::new(
            "db.newer_schema",
            Severity::Bad,
            format!("数据库比程序新，程序不认识的迁移有 {} 个", schema.unknown.len()),
            "启动升级后的程序；若要退回旧版，请从升级前的备份恢复。",
            json!({ "migrations": schema.unknown }),
        ));
    }
    if !schema.missing.is_empty() {
        findings.push(Finding::new(
            "db.older_schema",
            Severity::Note,
            format!("有 {} 个迁移还没有执行", schema.missing.len()),
            "启动服务时会自动执行。",
            json!({ "migrations": schema.missing }),
        ));
    }
    match db.engine() {
        Engine::Sqlite => {
            let said = if reads_all { db.quick_check().await? } else { "ok".into() };
            if said != "ok" {
                findings.push(Finding::new(
                    "db.damaged",
                    Severity::Bad,
                    format!("数据库文件损坏：{said}"),
                    "停止服务，保留现场，从最近的完整备份恢复到新目录，并检查磁盘。",
                    json!({ "said": said }),
                ));
            }
            let wal = std::fs::metadata(doctor.data.join("shian.db-wal")).map_or(0, |found| found.len());
            if wal > WAL_LARGE_BYTES {
                findings.push(Finding::new(
                    "db.large_wal",
                    Severity::Warn,
                    format!("数据库的预写日志已有 {} MB", wal >> 20),
                    "有读取长时间没有结束；重启服务即可收回。",
                    json!({ "bytes": wal }),
                ));
            }
        }
        Engine::Postgres => {
            let sql = "select cast(current_setting('server_version_num') as bigint)";
            let (version,): (i64,) = db.read().await?.one(sql, args![]).await?;
            if version < POSTGRES_OLDEST {
                findings.push(Finding::new(
                    "db.old_version",
                    Severity::Warn,
                    format!("PostgreSQL 版本 {} 太旧", version / 10_000),
                    "升级到 PostgreSQL 15 或更新。",
                    json!({ "version": version }),
                ));
            }
        }
    }
    Ok(findings)
}

pub(crate) async fn clock(db: &Db, now: Instant) -> Result<Vec<Finding>> {
    let mut tx = db.read().await?;
    let mut findings = Vec::new();
    // Rows are written with the server's time; one that lies ahead was written before the clock was set back.
    let newest =
        "select max(at) from (select max(began_at) as at from sweep_run union all select max(created_at) from file
                  union all select max(at) from live_event) as newest";
    let (newest,): (Option<Instant>,) = tx.one(newest, args![]).await?;
    let ahead = newest.map_or(0, |newest| newest.seconds_since(now).max(0));
    if let Some(severity) = rules::clock(ahead) {
        findings.push(Finding::new(
            "clock.set_back",
            severity,
            format!("服务器的时钟被拨回过：最新的记录比现在晚 {ahead} 秒"),
            "启用网络校时（chrony 或 systemd-timesyncd），核对这段时间内的期限和证据时间。",
            json!({ "ahead_s": ahead }),
        ));
    }
    if db.engine() == Engine::Postgres {
        let sql = "select cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)";
        let (theirs,): (Instant,) = tx.one(sql, args![]).await?;
        let off = theirs.seconds_since(now);
        if let Some(severity) = rules::clock(off) {
            findings.push(Finding::new(
                "clock.drift",
                severity,
                format!("服务器与数据库的时钟相差 {} 秒", off.abs()),
                "两台机器使用同一个校时来源。",
                json!({ "off_s": off }),
            ));
        }
    }
    Ok(findings)
}

pub(crate) async fn jobs(db: &Db) -> Result<Vec<Finding>> {
    let (dead, total) = Jobs::list(&mut db.read().await?, "dead", 0, EXAMPLES as i64).await?;
    if total == 0 {
        return Ok(Vec::new());
    }
    let kinds: BTreeSet<&str> = dead.iter().map(|job| job.kind.as_str()).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    Ok(vec![Finding::new(
        "jobs.dead",
        Severity::Warn,
        format!("有 {total} 项后台任务多次失败后被放弃：{}", kinds.join("、")),
        "在“系统运行”页看原因，处理后点“重试”。",
        json!({ "total": total, "jobs": dead }),
    )])
}

pub(crate) async fn sweeps(db: &Db, now: Instant) -> Result<Vec<Finding>> {
    let runs = Jobs::sweeps(&mut db.read().await?).await?;
    let mut findings = Vec::new();
    for run in runs {
        if let Some(error) = &run.error {
            findings.push(Finding::new(
                "sweeps.failed",
                Severity::Bad,
                format!("定时任务 {} 连续失败 {} 次：{error}", run.name, run.failures),
                "按错误处理；它每隔一段时间会自己再试。",
                json!({ "sweep": run }),
            ));
        } else if rules::is_late(run.began_at, run.every_s, now) {
            findings.push(Finding::new(
                "sweeps.late",
                Severity::Warn,
                format!("定时任务 {} 已有 {} 分钟没有运行", run.name, now.seconds_since(run.began_at) / 60),
                "服务没有运行，或后台任务卡住：检查服务状态，必要时重启。",
                json!({ "sweep": run }),
            ));
        }
    }
    Ok(findings)
}

/// Rows without bytes are lost evidence; bytes without a row are a sending that was broken off.
pub(crate) async fn files(doctor: &Doctor) -> Result<Vec<Finding>> {
    let sql = "select sha256, max(size_bytes) from file group by sha256";
    let rows: Vec<(String, i64)> = doctor.db.read().await?.all(sql, args![]).await?;
    // Listed after the rows were read: what comes in meanwhile is in the store before its row.
    let stored = doctor.files.stored().await?;
    let mut lost = Vec::new();
    let mut altered = Vec::new();
    for (sha256, size_bytes) in &rows {
        match stored.get(sha256) {
            None => lost.push(sha256.clone()),
            Some(found) if *found != *size_bytes as u64 => altered.push(sha256.clone()),
            Some(_) => match doctor.files.bytes(sha256).await {
                Ok(_) => {}
                Err(Error::Unavailable { .. }) => altered.push(sha256.clone()),
                Err(error) => return Err(error),
            },
        }
    }
    let named: BTreeSet<&String> = rows.iter().map(|(sha256, _)| sha256).collect();
    let stray: Vec<&String> = stored.keys().filter(|hash| hash.len() == 64 && !named.contains(hash)).collect();
    let some =
        |list: &[String]| json!({ "total": list.len(), "sha256": list.iter().take(EXAMPLES).collect::<Vec<_>>() });
    let mut findings = Vec::new();
    if !lost.is_empty() {
        let says = format!("有 {} 个证据文件在存储里找不到", lost.len());
        findings.push(Finding::new("files.lost", Severity::Bad, says, "从备份的 files 目录按哈希找回。", some(&lost)));
    }
    if !altered.is_empty() {
        let says = format!("有 {} 个证据文件与登记的哈希不符", altered.len());
        let advice = "内容被改动或写了一半：检查磁盘，从备份的 files 目录按哈希找回。";
        findings.push(Finding::new("files.altered", Severity::Bad, says, advice, some(&altered)));
    }
    if !stray.is_empty() {
        let bytes: u64 = stray.iter().filter_map(|hash| stored.get(*hash)).sum();
        findings.push(Finding::new(
            "files.stray",
            Severity::Note,
            format!("有 {} 个文件没有登记，共 {} MB", stray.len(), bytes >> 20),
            "上传中断留下的，不影响使用。",
            json!({ "total": stray.len(), "bytes": bytes }),
        ));
    }
    Ok(findings)
}
