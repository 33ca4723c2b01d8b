//! What may be granted to whom, and what may be done with an account. Pure.

use shian_access::{POSTS, Person, Reach};
use shian_base::{Error, Id, Result};

use crate::access::ADMINISTRATORS;

/// A post about to be granted.
pub struct Grant<'a> {
    pub by: Id<Person>,
    pub to: Id<Person>,
    /// What is held until now; empty for none.
    pub held: &'a str,
    pub post: &'a str,
    pub reach: &'a Reach,
}

impl Grant<'_> {
    /// Whether it may be granted; that its area or business exists is asked of the registers.
    pub fn check(&self) -> Result<()> {
        if !POSTS.iter().any(|(post, _)| *post == self.post && *post != "stranger") {
            return Err(Error::invalid("post", "people.post", "没有这个岗位"));
        }
        let of_a_business = self.post.starts_with("merchant.");
        if of_a_business != matches!(self.reach, Reach::Business { .. }) || matches!(self.reach, Reach::Nothing) {
            let message = if of_a_business {
                "企业的岗位要指定一家企业"
            } else {
                "监管的岗位要指定一个辖区"
            };
            return Err(Error::invalid("reach", "people.reach", message));
        }
        not_oneself(self.by, self.to)?;
        let apart = |post: &str| ADMINISTRATORS.contains(&post);
        if apart(self.held) && apart(self.post) && self.held != self.post {
            let message = "系统、安全、审计三个管理员岗位必须由不同的人担任；此人已担任其中一个";
            return Err(Error::refused("people.three_apart", message));
        }
        Ok(())
    }
}

/// Nobody grants, withdraws, locks or resets anything of the own account from the administrator's side.
pub fn not_oneself(by: Id<Person>, to: Id<Person>) -> Result<()> {
    if by == to {
        return Err(Error::refused("people.own_account", "不能对自己的账号做这件事，请由另一位管理员办理"));
    }
    Ok(())
}

/// Whoever could set the password of one of the three could act as that one: it is done at the server itself.
pub fn may_reset_password(post: &str) -> Result<()> {
    if ADMINISTRATORS.contains(&post) {
        let message = "管理员的密码只能在服务器上用 shian account password 重设";
        return Err(Error::refused("people.at_the_server", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(held: &str, post: &str, reach: Reach) -> Result<()> {
        Grant { by: Id::named("安全"), to: Id::named("李敏"), held, post, reach: &reach }.check()
    }
    fn station() -> Reach {
        Reach::Area { code: "990302001".into() }
    }
    fn code(result: Result<()>) -> String {
        match result.unwrap_err() {
            Error::Invalid(fields) => fields[0].code.into(),
            other => other.code().into(),
        }
    }

    #[test]
    fn nobody_holds_two_of_the_three_administrators_posts() {
        for held in ADMINISTRATORS {
            for post in ADMINISTRATORS {
                let granted = grant(held, post, station());
                if held == post {
                    granted.unwrap();
                } else {
                    assert_eq!(code(granted), "people.three_apart", "{held} → {post}");
                }
            }
            grant(held, "station.officer", station()).unwrap();
            grant("station.officer", held, station()).unwrap();
        }
    }

    #[test]
    fn a_post_reaches_an_area_or_a_business_as_it_is_made_for() {
        let business = || Reach::Business { id: Id::named("王记面馆") };
        grant("", "merchant.manager", business()).unwrap();
        assert_eq!(code(grant("", "merchant.manager", station())), "people.reach");
        assert_eq!(code(grant("", "station.officer", business())), "people.reach");
        assert_eq!(code(grant("", "station.officer", Reach::Nothing)), "people.reach");
        assert_eq!(code(grant("", "merchant.staff", Reach::Nothing)), "people.reach");
        assert_eq!(code(grant("", "emperor", station())), "people.post");
        assert_eq!(code(grant("", "stranger", station())), "people.post");
    }

    #[test]
    fn nobody_grants_to_himself() {
        let me = Id::named("安全");
        let own = Grant { by: me, to: me, held: "security.admin", post: "station.head", reach: &station() };
        assert_eq!(code(own.check()), "people.own_account");
    }
}
