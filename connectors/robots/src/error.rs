//! Why a note was not delivered, sorted by whether trying again can help, in words for the people who read it.

/// A note that was not delivered. The detail never holds the robot's key, token or secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RobotError {
    /// Trying again gives the same answer: someone has to change the robot's settings or the note.
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
    /// The webhook address is malformed, not HTTPS, of another host than the provider's, or redirects elsewhere.
    Address,
    /// The provider does not know the key or token, or the signature does not match.
    Credentials,
    /// The group's own rules (keywords, allowed IP addresses) keep the note out.
    Policy,
    /// The provider refuses the note itself.
    Content,
    /// Too many notes in a short time.
    RateLimited,
    /// The provider is busy or broken.
    Busy,
    /// No connection to the provider.
    Unreachable,
    /// The provider took too long.
    Timeout,
    /// The answer is not one the provider gives; something stands in between.
    Unreadable,
}

impl RobotError {
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
        Reason::Address => (
            "群机器人的 Webhook 地址不可用,请从群设置中重新复制",
            "The robot's webhook address cannot be used; copy it again from the group's settings",
        ),
        Reason::Credentials => (
            "群机器人的密钥或签名不正确,或机器人已停用;请核对密钥并检查服务器时间",
            "The robot's key or signature is wrong, or the robot is switched off; check the secret and the server's clock",
        ),
        Reason::Policy => (
            "群机器人的安全设置(关键词或 IP 白名单)拦截了消息",
            "The robot's security settings (keywords or allowed IP addresses) keep the message out",
        ),
        Reason::Content => ("群机器人拒绝了消息内容", "The robot refuses the message"),
        Reason::RateLimited => {
            ("发送过于频繁,稍后重试", "Too many messages in a short time; this one will be tried again")
        }
        Reason::Busy => {
            ("群机器人服务暂时繁忙,稍后重试", "The robot's service is busy; the message will be tried again")
        }
        Reason::Unreachable => {
            ("无法连接群机器人服务,稍后重试", "The robot's service cannot be reached; the message will be tried again")
        }
        Reason::Timeout => {
            ("群机器人服务响应超时,稍后重试", "The robot's service took too long; the message will be tried again")
        }
        Reason::Unreadable => (
            "收到的应答不是来自群机器人服务,请检查网络代理;稍后重试",
            "The answer does not come from the robot's service, check the network's proxy; the message will be tried again",
        ),
    };
    let words = if chinese { zh } else { en };
    match (detail.is_empty(), chinese) {
        (true, _) => words.to_owned(),
        (false, true) => format!("{words}({detail})"),
        (false, false) => format!("{words} ({detail})"),
    }
}
