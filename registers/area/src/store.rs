//! The area tables: reading the tree, its names and its shapes, and writing them when a city is set up.

use std::collections::BTreeMap;

use anyhow::anyhow;
use shian_base::{Error, Result};
use shian_db::{FromRow, Row, Tx, Value, args};

use crate::code;
use crate::{Area, AreaKind, Shape, ShapeKind};

/// The register of areas, asked within a transaction.
pub struct Areas;

const COLUMNS: &str = "code, name, kind, parent, valid_from, valid_to";

impl Areas {
    pub async fn all(tx: &mut Tx) -> Result<Vec<Area>> {
        tx.all(&format!("select {COLUMNS} from area order by code"), args![]).await
    }

    /// An area and everything in it, in the order of the tree.
    pub async fn under(tx: &mut Tx, prefix: &str) -> Result<Vec<Area>> {
        let sql = format!("select {COLUMNS} from area where code >= $1 and code < $2 order by code");
        tx.all(&sql, args![prefix, format!("{prefix}~")]).await
    }

    /// The city, the district and so on down to the area itself.
    pub async fn path(tx: &mut Tx, code: &str) -> Result<Vec<Area>> {
        let codes = serde_json::json!(code::ancestors(code));
        let sql = format!("select {COLUMNS} from area where code in {} order by code", tx.each("$1"));
        tx.all(&sql, args![&codes]).await
    }

    /// The names along the path: `柳溪市 · 河东区 · 石桥所`.
    pub async fn path_name(tx: &mut Tx, code: &str) -> Result<String> {
        let names: Vec<String> = Self::path(tx, code).await?.into_iter().map(|area| area.name).collect();
        Ok(names.join(" · "))
    }

    /// The name of every area, for lists.
    pub async fn names(tx: &mut Tx) -> Result<BTreeMap<String, String>> {
        let rows: Vec<(String, String)> = tx.all("select code, name from area", args![]).await?;
        Ok(rows.into_iter().collect())
    }

    pub async fn shapes(tx: &mut Tx) -> Result<Vec<Shape>> {
        tx.all("select code, kind, name, geometry from area_shape order by kind, code", args![]).await
    }

    /// Records areas; one that exists gets the new name, parent and days.
    pub async fn add(tx: &mut Tx, areas: &[Area]) -> Result<()> {
        for some in areas.chunks(100) {
            let mut args = Vec::new();
            let rows = some.iter().map(|area| {
                let kind = area.kind.code();
                row(&mut args, args![&area.code, &area.name, kind, area.parent.as_ref(), area.valid_from, area.valid_to])
            });
            let rows = rows.collect::<Vec<_>>().join(", ");
            let sql = format!(
                "insert into area ({COLUMNS}) values {rows}
                 on conflict (code) do update
                 set name = excluded.name, kind = excluded.kind, parent = excluded.parent,
                     valid_from = excluded.valid_from, valid_to = excluded.valid_to"
            );
            tx.run(&sql, args).await?;
        }
        Ok(())
    }

    /// Records shapes; one that exists is drawn anew.
    pub async fn add_shapes(tx: &mut Tx, shapes: &[Shape]) -> Result<()> {
        for some in shapes.chunks(100) {
            let mut args = Vec::new();
            let rows = some
                .iter()
                .map(|shape| row(&mut args, args![&shape.code, shape.kind.code(), &shape.name, &shape.geometry]));
            let rows = rows.collect::<Vec<_>>().join(", ");
            let sql = format!(
                "insert into area_shape (code, kind, name, geometry) values {rows}
                 on conflict (code) do update
                 set kind = excluded.kind, name = excluded.name, geometry = excluded.geometry"
            );
            tx.run(&sql, args).await?;
        }
        Ok(())
    }
}

/// `($7, $8, $9)` for the values, which go to the end of the parameters.
fn row(args: &mut Vec<Value>, values: Vec<Value>) -> String {
    let first = args.len() + 1;
    let places: Vec<String> = (first..first + values.len()).map(|at| format!("${at}")).collect();
    args.extend(values);
    format!("({})", places.join(", "))
}

impl FromRow for Area {
    fn from_row(row: &Row) -> Result<Self> {
        let kind: String = row.get("kind")?;
        Ok(Self {
            code: row.get("code")?,
            name: row.get("name")?,
            kind: AreaKind::named(&kind).ok_or_else(|| unknown(&kind))?,
            parent: row.get("parent")?,
            valid_from: row.get("valid_from")?,
            valid_to: row.get("valid_to")?,
        })
    }
}

impl FromRow for Shape {
    fn from_row(row: &Row) -> Result<Self> {
        let kind: String = row.get("kind")?;
        Ok(Self {
            code: row.get("code")?,
            kind: ShapeKind::named(&kind).ok_or_else(|| unknown(&kind))?,
            name: row.get("name")?,
            geometry: row.json("geometry")?,
        })
    }
}

fn unknown(kind: &str) -> Error {
    anyhow!("the area tables hold the kind {kind}, which this version does not know").into()
}
