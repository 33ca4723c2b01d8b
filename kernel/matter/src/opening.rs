//! Matters that a person opens by hand: which procedures allow it, to whom, and with which form.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use shian_access::{Business, Principal, Scope};
use shian_base::{Error, FieldError, Id, Instant, Result};
use shian_db::Tx;
use utoipa::ToSchema;

use crate::engine::{Beginning, Matters, NewMatter, Opening, Party};
use crate::model::{Actor, MatterId};
use crate::procedure::{OpenedBy, Procedure};
use crate::refusal::Refusal;
use crate::store;
use crate::view::MatterForm;

/// Where a business lies; whoever keeps the register of businesses answers.
#[async_trait]
pub trait Parties: Send + Sync {
    /// The business with the office that answers for it; not found outside the scope.
    async fn locate(&self, tx: &mut Tx, id: Id<Business>, scope: &Scope) -> Result<Located>;
}

pub struct Located {
    pub party: Party,
    /// The area whose office deals with it, and its name, which goes into the number.
    pub area_code: String,
    pub area_name: String,
}

/// A matter to be opened about a business.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenBody {
    pub procedure: String,
    #[schema(value_type = String)]
    pub business_id: Id<Business>,
    /// The values of the procedure's opening form; they become the facts of the matter.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub form: Json,
    /// Named by the screen, once per press of the button: the same request is carried out once.
    #[serde(default)]
    pub request_id: Option<String>,
}

/// A procedure under which the caller may open matters.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpenableProcedure {
    pub id: String,
    pub title: String,
    pub purpose: String,
    pub form: Option<MatterForm>,
}

impl Matters {
    /// The procedures in force under which this post may open a matter by hand.
    pub fn openable(&self, post: &str, now: Instant) -> Vec<OpenableProcedure> {
        let mut found: Vec<OpenableProcedure> = Vec::new();
        for any in self.procedures.all() {
            let Some((procedure, open)) = self.opened_by(&any.id, now) else { continue };
            if !open.by.iter().any(|by| by == post) || found.iter().any(|other| other.id == procedure.id) {
                continue;
            }
            let form = open.form.as_deref().and_then(|id| self.forms.get(id)).cloned();
            found.push(OpenableProcedure {
                id: procedure.id.clone(),
                title: procedure.title.clone(),
                purpose: procedure.purpose.clone(),
                form: form.map(|form| MatterForm { title: form.title, schema: form.schema, ui: form.ui }),
            });
        }
        found
    }

    fn opened_by(&self, id: &str, now: Instant) -> Option<(&Procedure, &OpenedBy)> {
        let procedure = self.procedures.in_force(id, now.day())?;
        Some((procedure, procedure.open.as_ref()?))
    }

    /// Opens a matter about a business; the caller has seen that the business is within reach.
    pub async fn open_by_hand(&self, tx: &mut Tx, who: &Principal, about: Located, body: OpenBody, now: Instant) -> Result<MatterId> {
        let (procedure, open) = self.opened_by(&body.procedure, now).ok_or(Error::NotFound)?;
        if !open.by.contains(&who.post) {
            return Err(Error::Forbidden);
        }
        let form = if body.form.is_null() { json!({}) } else { body.form };
        let wanted = open.form.as_deref().and_then(|id| self.forms.get(id));
        let facts = checked(wanted, &form)?;
        let fields = wanted.map_or_else(Vec::new, |wanted| shian_forms::fields(wanted, &form));
        let id = MatterId::new();
        if let Some(request) = &body.request_id {
            if request.is_empty() || request.len() > 100 {
                return Err(Error::invalid("request_id", "matter.request_id", "请求编号应为1至100个字符"));
            }
            match store::note_request(tx, who.person_id, request, id, "open", now).await? {
                Some((before, act)) if act == "open" => return Ok(before),
                Some((before, act)) => {
                    let facts = json!({ "matter_id": before, "act": act });
                    return Err(Error::conflict("matter.request_reused", "这个请求编号已用于另一个操作", facts));
                }
                None => {}
            }
        }
        let actor = Actor::from(who);
        let new = NewMatter {
            id: Some(id),
            procedure: procedure.id.clone(),
            title: format!("{}：{}", about.party.name, procedure.title),
            business: Some(about.party),
            area_code: about.area_code,
            area_name: about.area_name,
            facts: Json::Null,
            opening: Opening { title: procedure.opening.clone(), note: String::new(), actor: None },
        };
        self.begin_matter(tx, Beginning { new, facts, form, fields, parent: None, actor }, now).await
    }
}

/// The form as the schema wants it; without a form nothing may be filled in.
fn checked(wanted: Option<&shian_forms::Form>, form: &Json) -> Result<Map<String, Json>> {
    let given = form.as_object().cloned();
    let errors = match (wanted, &given) {
        (Some(wanted), Some(_)) => shian_forms::validate(&wanted.schema, form),
        (None, Some(given)) if given.is_empty() => Vec::new(),
        (_, given) => {
            let message = if given.is_some() { "这个程序立案时没有表单" } else { "应为一组填写项" };
            vec![FieldError { field: String::new(), code: "form.unknown", message: message.into() }]
        }
    };
    if errors.is_empty() { Ok(given.unwrap_or_default()) } else { Err(Refusal::Form(errors).into()) }
}
