//! GET /api/imports/{id}

use axum::Json;
use axum::extract::{Path, State as Deps};
use serde::Serialize;
use shian_base::Result;
use shian_db::Tx;
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use super::list::ImportRow;
use crate::access::MANAGE;
use crate::imports::Imports;
use crate::mapping::{Mapping, OWN_HEADINGS};
use crate::store::{self, Import, ImportId};

/// One import with its columns and what was wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportFile {
    #[serde(flatten)]
    pub row: ImportRow,
    pub columns: Vec<ImportColumn>,
    /// The first 200 issues, refusals before warnings.
    pub issues: Vec<ImportIssue>,
}

/// A column of the table.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportColumn {
    pub heading: String,
    /// The field it is read as; none when it is not read.
    pub field: Option<&'static str>,
    /// The cells of the first rows.
    pub samples: Vec<String>,
}

/// Something about a row that a person should see.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportIssue {
    pub line: i64,
    /// The heading of the column; empty when it is about the whole row.
    pub heading: String,
    pub reason: String,
    /// Whether the row was refused; otherwise it was taken.
    pub is_refusal: bool,
}

const ISSUES_SHOWN: i64 = 200;

/// One import: how far it is, how its columns are read, what was refused.
#[utoipa::path(get, path = "/api/imports/{id}", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = ImportFile), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn import(Deps(deps): Deps<Imports>, caller: Caller, Path(id): Path<String>) -> Answer<Json<ImportFile>> {
    let scope = caller.scope(MANAGE)?;
    let id: ImportId = id.parse()?;
    let mut tx = deps.db.read().await?;
    let import = store::find_within(&mut tx, &scope, id).await?;
    Ok(Json(shown(&mut tx, import).await?))
}

pub async fn shown(tx: &mut Tx, import: Import) -> Result<ImportFile> {
    let issues = store::issues(tx, import.id, ISSUES_SHOWN).await?;
    let mapping = Mapping::of(import.kind, &import.survey.headings, &import.columns);
    let cell = |row: &Vec<String>, at: usize| row.get(at).map(|cell| cell.chars().take(80).collect()).unwrap_or_default();
    let columns = import.survey.headings.iter().zip(&mapping.columns).enumerate();
    let columns = columns
        .filter(|(_, (heading, _))| !OWN_HEADINGS.contains(&heading.as_str()))
        .map(|(at, (heading, field))| ImportColumn {
            heading: heading.clone(),
            field: field.map(|field| field.code),
            samples: import.survey.samples.iter().map(|row| cell(row, at)).collect(),
        })
        .collect();
    let issues = issues
        .into_iter()
        .map(|(line, issue)| ImportIssue { line, heading: issue.heading, reason: issue.reason, is_refusal: issue.is_refusal })
        .collect();
    Ok(ImportFile { row: import.into(), columns, issues })
}
