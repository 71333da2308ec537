//! The two letters this domain writes, in the reader's language. A job hands them to the outbox.

use db::Stmt;
use jobs::NewJob;
use kernel::Context;
use serde_json::json;

use crate::{
    model::{Locale, Tenant, User},
    store::credentials::Link,
};

/// The kind of job that sends a mail: `{to, subject, text}`.
pub(crate) const MAIL_JOB: &str = "mail.send";

/// The address where the holder of `token` chooses a password.
pub(crate) fn address(link: Link, public_url: &str, token: &str) -> String {
    let page = match link {
        Link::Invitation => "invite",
        Link::PasswordReset => "reset",
    };
    format!("{}/{page}/{token}", public_url.trim_end_matches('/'))
}

/// The job that mails `url` to `user`; `None` when there is no address to send to.
pub(crate) fn letter(cx: &Context, link: Link, tenant: &Tenant, user: &User, url: &str) -> Option<Stmt<'static>> {
    let to = user.email.as_deref()?;
    let (subject, text) = words(link, tenant, user, url);
    let payload = json!({ "to": to, "subject": subject, "text": text });
    Some(jobs::statement(cx, &NewJob::new(MAIL_JOB, payload)))
}

fn words(link: Link, tenant: &Tenant, user: &User, url: &str) -> (String, String) {
    let (company, name, login) = (&tenant.name, &user.name, &user.login);
    match (link, user.locale) {
        (Link::Invitation, Locale::Chinese) => (
            format!("{company} 邀请您加入售后服务平台"),
            format!(
                "{name}，您好：\n\n{company} 邀请您使用售后服务平台。请在 7 天内打开以下链接设置密码：\n\n{url}\n\n\
                 登录名：{login}\n\n如果您不认识这家企业，请忽略这封邮件。\n"
            ),
        ),
        (Link::Invitation, Locale::English) => (
            format!("{company} invites you to its service desk"),
            format!(
                "Hello {name},\n\n{company} invites you to its service desk. Open this link within 7 days and choose a \
                 password:\n\n{url}\n\nYour login: {login}\n\nIf you do not know this company, ignore this mail.\n"
            ),
        ),
        (Link::PasswordReset, Locale::Chinese) => (
            "重置密码".to_owned(),
            format!(
                "{name}，您好：\n\n有人请求重置您在 {company} 售后服务平台的密码。请在 1 小时内打开以下链接设置新密码：\n\n\
                 {url}\n\n登录名：{login}\n\n如果不是您本人的操作，请忽略这封邮件，您的密码不会改变。\n"
            ),
        ),
        (Link::PasswordReset, Locale::English) => (
            "Reset your password".to_owned(),
            format!(
                "Hello {name},\n\nSomebody asked to reset your password at {company}. Open this link within one hour and \
                 choose a new one:\n\n{url}\n\nYour login: {login}\n\nIf it was not you, ignore this mail; your password \
                 stays as it is.\n"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_has_one_slash_between_its_parts() {
        assert_eq!(address(Link::Invitation, "https://s.example/", "abc"), "https://s.example/invite/abc");
        assert_eq!(address(Link::PasswordReset, "https://s.example", "abc"), "https://s.example/reset/abc");
    }
}
