//! Why an act is refused, each with a stable code.

use serde_json::json;
use shian_base::{Day, Error, FieldError, Instant};

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("the act {act} is not offered in the state {state}")]
    NotPossible { act: String, state: String, state_title: String },
    #[error("the post {post} may not do {act}")]
    NotYours { act: String, post: String },
    /// A business's own post can never close a matter about itself.
    #[error("a business cannot close a matter about itself")]
    BusinessMayNotClose,
    #[error("{} fields do not hold what they must", .0.len())]
    Form(Vec<FieldError>),
    #[error("the period of {clock} has already ended")]
    TooLate { clock: String, due_at: Instant },
    #[error("no running clock can be extended here")]
    NothingToExtend,
    #[error("the value {code} is not in force on {on}")]
    NoValue { code: String, on: Day },
    #[error("nothing says how long {clock} is")]
    NoLimit { clock: String },
    #[error("there is no procedure {id} in force on {on}")]
    NoProcedure { id: String, on: Day },
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotPossible { act, state, state_title } => Error::conflict(
                "matter.not_possible",
                format!("事项现在是“{state_title}”，不能做这个操作"),
                json!({ "act": act, "current_state": state, "current_state_title": state_title }),
            ),
            Refusal::NotYours { .. } | Refusal::BusinessMayNotClose => Error::Forbidden,
            Refusal::Form(fields) => Error::Invalid(fields),
            Refusal::TooLate { clock, due_at } => Error::Refused {
                code: "matter.too_late",
                message: format!("{clock}已经届满，不能再延期"),
                facts: json!({ "due_at": due_at }),
            },
            Refusal::NothingToExtend => Error::refused("matter.nothing_to_extend", "没有正在计算的期限可以延长"),
            Refusal::NoValue { code, on } => Error::Refused {
                code: "matter.no_value",
                message: format!("规则库中没有{on}有效的数值 {code}，请管理员补充"),
                facts: json!({ "value": code, "on": on }),
            },
            Refusal::NoLimit { clock } => Error::refused("matter.no_limit", format!("缺少事实，无法确定{clock}")),
            Refusal::NoProcedure { id, on } => Error::Refused {
                code: "matter.no_procedure",
                message: format!("{on}没有有效的程序 {id}"),
                facts: json!({ "procedure": id, "on": on }),
            },
        }
    }
}
