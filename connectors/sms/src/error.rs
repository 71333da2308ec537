//! Why a message was not sent, sorted by whether trying again can help, in words for the people who read it.

/// A message that was not sent. The detail never holds keys, passwords, the number or the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SmsError {
    /// Trying again gives the same answer: someone has to change the number, the message or the settings.
    #[error("{}", sentence(*reason, detail, "en"))]
    Permanent {
        /// What went wrong.
        reason: Reason,
        /// The provider's code and words, or the part at fault; may be empty.
        detail: String,
    },
    /// Trying again later can succeed.
    #[error("{}", sentence(*reason, detail, "en"))]
    Transient {
        /// What went wrong.
        reason: Reason,
        /// The provider's code and words; may be empty.
        detail: String,
    },
}

/// What went wrong, for programs that decide and for texts that explain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The receiver's number is not a mobile number.
    Mobile,
    /// The text is empty or too long.
    Content,
    /// A value the template asks for was not given, or cannot stand where the template puts it.
    Parameter,
    /// The template itself cannot be used.
    Template,
    /// The provider's address cannot be used: not HTTPS, unknown there, or redirecting elsewhere.
    Address,
    /// The provider does not take the credentials in the template.
    Credentials,
    /// The provider refuses the message.
    Refused,
    /// Too many messages in a short time.
    RateLimited,
    /// The provider is busy or broken.
    Busy,
    /// No connection to the provider.
    Unreachable,
    /// The provider took too long.
    Timeout,
    /// The answer cannot be read in the way the template says.
    Unreadable,
}

impl SmsError {
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

    /// The provider's code and words, or the part at fault; may be empty.
    pub fn detail(&self) -> &str {
        match self {
            Self::Permanent { detail, .. } | Self::Transient { detail, .. } => detail,
        }
    }

    /// One sentence for users: Chinese for locales that start with `zh`, English for all others.
    pub fn text(&self, locale: &str) -> String {
        sentence(self.reason(), self.detail(), locale)
    }
}

/// Provider texts may be of any length; what is stored and shown is one short line.
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
        Reason::Mobile => {
            ("手机号码格式不正确,请修改后再发送", "The mobile number is not valid; correct it and send again")
        }
        Reason::Content => ("短信内容为空或过长", "The text is empty or too long"),
        Reason::Parameter => {
            ("短信模板需要的参数缺失或不可用", "A value the SMS template asks for is missing or cannot be used")
        }
        Reason::Template => {
            ("短信接口设置有误,请管理员检查", "The SMS settings cannot be used; ask an administrator to check them")
        }
        Reason::Address => (
            "短信接口地址不可用,请管理员检查",
            "The address of the SMS provider cannot be used; ask an administrator to check it",
        ),
        Reason::Credentials => (
            "短信服务商不接受设置中的密钥,请管理员检查",
            "The SMS provider does not accept the credentials in the settings; ask an administrator to check them",
        ),
        Reason::Refused => ("短信服务商拒绝发送", "The SMS provider refuses the message"),
        Reason::RateLimited => {
            ("短信发送过于频繁,稍后重试", "Too many messages in a short time; this one will be tried again")
        }
        Reason::Busy => ("短信服务商暂时繁忙,稍后重试", "The SMS provider is busy; the message will be tried again"),
        Reason::Unreachable => {
            ("无法连接短信服务商,稍后重试", "The SMS provider cannot be reached; the message will be tried again")
        }
        Reason::Timeout => {
            ("短信服务商响应超时,稍后重试", "The SMS provider took too long; the message will be tried again")
        }
        Reason::Unreadable => (
            "无法识别短信服务商的应答,请管理员检查设置;稍后重试",
            "The SMS provider's answer cannot be read, check the settings; the message will be tried again",
        ),
    };
    let words = if chinese { zh } else { en };
    match (detail.is_empty(), chinese) {
        (true, _) => words.to_owned(),
        (false, true) => format!("{words}({detail})"),
        (false, false) => format!("{words} ({detail})"),
    }
}
