//! Why a message was not sent, sorted by whether trying again can help, in words for the people who read it.

use std::error::Error as _;

use lettre::transport::smtp;

/// A message that was not sent. The detail is the server's own answer or the offending value, never a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Trying again gives the same answer: someone has to change the address, the message or the settings.
    #[error("{}", sentence(*reason, detail, "en"))]
    Permanent {
        /// What went wrong.
        reason: Reason,
        /// The server's own words, or the value at fault; may be empty.
        detail: String,
    },
    /// Trying again later can succeed.
    #[error("{}", sentence(*reason, detail, "en"))]
    Transient {
        /// What went wrong.
        reason: Reason,
        /// The server's own words, or the name that could not be reached; may be empty.
        detail: String,
    },
}

/// What went wrong, for programs that decide and for texts that explain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The receiver's address is not a mail address.
    Address,
    /// A line break or control character stands where it would become a header of its own, or the Message-ID is malformed.
    Header,
    /// Host, sender or certificate in the settings cannot be used.
    Settings,
    /// The server does not take the user name and password.
    SignIn,
    /// The server offers no encryption although the settings ask for it.
    NoEncryption,
    /// The server's certificate is not trusted or names another host.
    Certificate,
    /// The server refuses the conversation as a whole.
    Service,
    /// The server refuses the sender's address.
    Sender,
    /// The server refuses the receiver's address.
    Recipient,
    /// The server refuses the message itself.
    Content,
    /// The server asks to come back later.
    Busy,
    /// No connection to the server.
    Unreachable,
    /// The server took too long.
    Timeout,
    /// The connection broke before the server took the message.
    Interrupted,
}

impl MailError {
    pub(crate) fn permanent(reason: Reason, detail: impl AsRef<str>) -> Self {
        Self::Permanent { reason, detail: one_line(detail.as_ref()) }
    }

    pub(crate) fn transient(reason: Reason, detail: impl AsRef<str>) -> Self {
        Self::Transient { reason, detail: one_line(detail.as_ref()) }
    }

    /// True when trying again later can succeed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Transient { .. })
    }

    /// What went wrong.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Permanent { reason, .. } | Self::Transient { reason, .. } => *reason,
        }
    }

    /// The server's own words or the value at fault; may be empty.
    pub fn detail(&self) -> &str {
        match self {
            Self::Permanent { detail, .. } | Self::Transient { detail, .. } => detail,
        }
    }

    /// One sentence for users: Chinese for locales that start with `zh`, English for all others.
    pub fn text(&self, locale: &str) -> String {
        sentence(self.reason(), self.detail(), locale)
    }

    /// Sorts what the SMTP client reports. `refused` is the reason when the server answers 5xx at this point of
    /// the conversation, `unable` the one when the client itself cannot go on.
    pub(crate) fn from_smtp(error: &smtp::Error, refused: Reason, unable: Reason) -> Self {
        let words = error.source().map(ToString::to_string).unwrap_or_default();
        if let Some(code) = error.status() {
            let detail = format!("{code} {words}");
            return if error.is_permanent() {
                Self::permanent(refused, detail)
            } else {
                Self::transient(Reason::Busy, detail)
            };
        }
        if is_certificate_fault(error) {
            // A certificate is renewed without anyone touching these settings, so waiting can help.
            return Self::transient(Reason::Certificate, words);
        }
        if error.is_client() || error.is_tls() {
            return Self::permanent(unable, words);
        }
        if error.is_timeout() {
            return Self::transient(Reason::Timeout, words);
        }
        Self::transient(Reason::Interrupted, words)
    }
}

fn is_certificate_fault(error: &smtp::Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>()
            && let Some(tls) = io.get_ref().and_then(|held| held.downcast_ref::<rustls::Error>())
        {
            return matches!(tls, rustls::Error::InvalidCertificate(_));
        }
        source = inner.source();
    }
    false
}

/// Server answers may span lines and be of any length; what is stored and shown is one short line.
fn one_line(words: &str) -> String {
    const LONGEST: usize = 300;
    let spaced: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

fn sentence(reason: Reason, detail: &str, locale: &str) -> String {
    let chinese = locale.starts_with("zh");
    let (zh, en) = match reason {
        Reason::Address => (
            "收件人邮箱地址格式不正确,请修改后再发送",
            "The receiver's mail address is not valid; correct it and send again",
        ),
        Reason::Header => (
            "主题、地址或邮件编号中含有换行或控制字符,邮件未发送",
            "The subject, an address or the message number contains a line break or control character; the mail was not sent",
        ),
        Reason::Settings => (
            "发信设置有误,请管理员检查服务器、发件人和证书",
            "The mail settings cannot be used; ask an administrator to check server, sender and certificate",
        ),
        Reason::SignIn => (
            "邮件服务器不接受设置中的用户名或密码,请管理员检查",
            "The mail server does not accept the user name or password in the settings; ask an administrator to check them",
        ),
        Reason::NoEncryption => (
            "邮件服务器不支持设置要求的加密方式,请管理员检查",
            "The mail server does not offer the encryption the settings ask for; ask an administrator to check them",
        ),
        Reason::Certificate => (
            "邮件服务器的证书不受信任,邮件未发送,稍后重试",
            "The mail server's certificate is not trusted; the mail was not sent and will be tried again",
        ),
        Reason::Service => ("邮件服务器拒绝提供服务", "The mail server refuses to serve us"),
        Reason::Sender => (
            "邮件服务器拒绝该发件人地址,请管理员检查发信设置",
            "The mail server refuses the sender's address; ask an administrator to check the mail settings",
        ),
        Reason::Recipient => ("邮件服务器拒绝该收件人地址", "The mail server refuses the receiver's address"),
        Reason::Content => ("邮件服务器拒绝了邮件内容", "The mail server refuses the message"),
        Reason::Busy => {
            ("邮件服务器暂时无法接收,稍后重试", "The mail server cannot take the message now; it will be tried again")
        }
        Reason::Unreachable => {
            ("无法连接邮件服务器,稍后重试", "The mail server cannot be reached; the message will be tried again")
        }
        Reason::Timeout => {
            ("邮件服务器响应超时,稍后重试", "The mail server took too long; the message will be tried again")
        }
        Reason::Interrupted => (
            "与邮件服务器的连接中断,稍后重试",
            "The connection to the mail server broke; the message will be tried again",
        ),
    };
    let words = if chinese { zh } else { en };
    match (detail.is_empty(), chinese) {
        (true, _) => words.to_owned(),
        (false, true) => format!("{words}({detail})"),
        (false, false) => format!("{words} ({detail})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_server_answer_becomes_one_short_line() {
        let error = MailError::permanent(Reason::Content, format!("first\r\n{}", "二".repeat(1000)));
        assert!(error.detail().starts_with("first 二"));
        assert!(error.detail().ends_with('…'));
        assert_eq!(error.detail().chars().count(), 301);
    }

    #[test]
    fn the_text_follows_the_locale() {
        let error = MailError::transient(Reason::Busy, "451 try later");
        assert_eq!(error.text("zh-CN"), "邮件服务器暂时无法接收,稍后重试(451 try later)");
        assert!(error.text("en").starts_with("The mail server cannot take"));
        assert_eq!(error.to_string(), error.text("en"));
        assert!(error.is_transient());
    }
}
