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
    /// A colleague of the same post has claimed it.
    #[error("{name} deals with it")]
    HeldBy { name: String },
    #[error("the opinion of {names} is awaited")]
    AwaitsOpinions { names: String },
    /// 双人: another person must do it.
    #[error("{act} must be done by another person")]
    SamePerson { act: String },
    #[error("it was urged already")]
    UrgedAlready { again_at: Instant },
    #[error("the actor does not stand in for that person")]
    NotDeputy,
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
            Refusal::HeldBy { name } => Error::Refused {
                code: "matter.held_by",
                message: format!("已由{name}承办，需要时请他转办，或由所长转办"),
                facts: json!({ "handler": name }),
            },
            Refusal::AwaitsOpinions { names } => Error::Refused {
                code: "matter.awaits_opinions",
                message: format!("正在等{names}签署意见，签署后再办"),
                facts: json!({ "names": names }),
            },
            Refusal::SamePerson { act } => Error::Refused {
                code: "matter.same_person",
                message: "须由另一个人办理，不能与前一步是同一人".into(),
                facts: json!({ "act": act }),
            },
            Refusal::UrgedAlready { again_at } => Error::Refused {
                code: "matter.urged_already",
                message: format!("已经催过，{}后可以再催", crate::clocks::in_words(again_at)),
                facts: json!({ "again_at": again_at }),
            },
            Refusal::NotDeputy => Error::refused("matter.not_deputy", "今天没有受他委托，不能代他办理"),
            Refusal::NoProcedure { id, on } => Error::Refused {
                code: "matter.no_procedure",
                message: format!("{on}没有有效的程序 {id}"),
                facts: json!({ "procedure": id, "on": on }),
            },
        }
    }
}
