//! A group's robot: its address, its secret and how a note reaches it.

use std::{fmt, time::Duration};

use reqwest::{Client, Response, Url, redirect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    answer,
    compose::{self, Note},
    error::{Reason, RobotError},
    sign,
};

/// Whose robot it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// WeCom 企业微信: the key in the address is all there is.
    Wecom,
    /// DingTalk 钉钉: the token in the address, and a signature when the group asks for it.
    Dingtalk,
    /// Feishu 飞书 (and Lark): the token in the address, and a signature when the group asks for it.
    Feishu,
}

impl Kind {
    /// The hosts this provider serves its robots from.
    pub const fn hosts(self) -> &'static [&'static str] {
        match self {
            Self::Wecom => &["qyapi.weixin.qq.com"],
            Self::Dingtalk => &["oapi.dingtalk.com", "api.dingtalk.com"],
            Self::Feishu => &["open.feishu.cn", "open.larksuite.com"],
        }
    }
}

/// Which addresses may be called. The default lets nothing but the providers' own hosts through, so that a
/// webhook address typed by a user cannot lead into the network the server stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Also `http` without TLS; for counterparts on loopback.
    pub allow_plain_http: bool,
    /// Also other hosts and ports than the providers'; for private installations and counterparts.
    pub allow_other_hosts: bool,
}

/// A robot of one chat group. Neither the address, which holds the key, nor the secret appears in `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Robot {
    /// Whose robot it is.
    pub kind: Kind,
    /// The webhook address as the chat program shows it, key or token included.
    pub url: String,
    /// The secret to sign with, where the group asks for signatures (DingTalk and Feishu).
    #[serde(default)]
    pub secret: Option<String>,
}

impl fmt::Debug for Robot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = Url::parse(&self.url).ok();
        let host = host.as_ref().and_then(Url::host_str).unwrap_or("?");
        f.debug_struct("Robot")
            .field("kind", &self.kind)
            .field("host", &host)
            .field("secret", &self.secret.as_ref().map(|_| "***"))
            .finish_non_exhaustive()
    }
}

/// How long a whole call may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Largest answer that is read; real ones have some hundred bytes.
const LARGEST_ANSWER: usize = 64 * 1024;

/// A client fit for robots: TLS by ring unless the program has chosen another provider, no redirects, no proxies
/// from the environment, bounded waiting. Build one and share it.
///
/// # Errors
/// `Permanent` with [`Reason::Unreachable`] when the system's trusted certificates cannot be loaded.
pub fn client() -> Result<Client, RobotError> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Losing a race here means that another thread has installed one, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .timeout(PATIENCE)
        .build()
        .map_err(|error| RobotError::permanent(Reason::Unreachable, causes(&error)))
}

impl Robot {
    /// Checks the address without calling it: for forms that save a robot.
    ///
    /// # Errors
    /// `Permanent` with [`Reason::Address`] when the address is malformed, has no key, or is out of reach.
    pub fn check(&self, reach: Reach) -> Result<(), RobotError> {
        self.address(reach).map(|_| ())
    }

    /// Sends one note. `now_millis` is the current time in milliseconds since 1970, for the signature; `client`
    /// must not follow redirects, as the one of [`client`] does not.
    ///
    /// # Errors
    /// `Transient` for rate limits, busy or unreachable providers and timeouts; `Permanent` for wrong keys and
    /// signatures, addresses out of reach and refused notes. After a `Transient` timeout the note may have
    /// been shown: robots cannot recognise repetitions.
    pub async fn send(&self, client: &Client, reach: Reach, note: &Note, now_millis: i64) -> Result<(), RobotError> {
        let mut url = self.address(reach)?;
        let body = self.sign(&mut url, self.compose(note)?, now_millis)?;
        let response = client.post(url).timeout(PATIENCE).json(&body).send().await.map_err(|error| broken(&error))?;
        let status = response.status();
        let answer = bounded(response).await?;
        answer::read(self.kind, status, &answer).map_err(|error| self.scrubbed(error))
    }

    fn address(&self, reach: Reach) -> Result<Url, RobotError> {
        let refused = |why: &str| RobotError::permanent(Reason::Address, why);
        let url = Url::parse(self.url.trim()).map_err(|_| refused("URL"))?;
        match url.scheme() {
            "https" => {}
            "http" if reach.allow_plain_http => {}
            _ => return Err(refused("https")),
        }
        let host = url.host_str().ok_or_else(|| refused("host"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("user"));
        }
        let known = self.kind.hosts().contains(&host) && url.port().is_none();
        if !known && !reach.allow_other_hosts {
            return Err(refused(host));
        }
        let key = match self.kind {
            Kind::Wecom => query(&url, "key"),
            Kind::Dingtalk => query(&url, "access_token"),
            Kind::Feishu => url.path_segments().and_then(|mut segments| segments.next_back()).map(str::to_owned),
        };
        if key.is_none_or(|key| key.is_empty()) {
            return Err(refused("key"));
        }
        Ok(url)
    }

    fn compose(&self, note: &Note) -> Result<Value, RobotError> {
        match self.kind {
            Kind::Wecom => compose::wecom(note),
            Kind::Dingtalk => compose::dingtalk(note),
            Kind::Feishu => compose::feishu(note),
        }
    }

    fn sign(&self, url: &mut Url, mut body: Value, now_millis: i64) -> Result<Value, RobotError> {
        let secret = self.secret.as_deref().map(str::trim).unwrap_or_default();
        if secret.is_empty() {
            return Ok(body);
        }
        match self.kind {
            Kind::Wecom => {}
            Kind::Dingtalk => {
                let sign = sign::dingtalk(now_millis, secret)?;
                url.query_pairs_mut().append_pair("timestamp", &now_millis.to_string()).append_pair("sign", &sign);
            }
            Kind::Feishu => {
                let seconds = now_millis.div_euclid(1000);
                body["timestamp"] = json!(seconds.to_string());
                body["sign"] = json!(sign::feishu(seconds, secret)?);
            }
        }
        Ok(body)
    }

    /// Providers repeat parts of a request in their answers; keys and secrets must not come back that way.
    fn scrubbed(&self, error: RobotError) -> RobotError {
        const SHORTEST: usize = 6;
        let mut hidden: Vec<String> = self.secret.iter().cloned().collect();
        if let Ok(url) = Url::parse(self.url.trim()) {
            hidden.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
            let last = url.path_segments().and_then(|mut s| s.next_back());
            if self.kind == Kind::Feishu {
                hidden.extend(last.map(str::to_owned));
            }
        }
        hidden.retain(|secret| secret.len() >= SHORTEST);
        let clean = |detail: String| hidden.iter().fold(detail, |text, secret| text.replace(secret, "***"));
        match error {
            RobotError::Permanent { reason, detail } => RobotError::Permanent { reason, detail: clean(detail) },
            RobotError::Transient { reason, detail } => RobotError::Transient { reason, detail: clean(detail) },
        }
    }
}

fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Reads an answer up to its bound; what is longer does not come from a robot.
async fn bounded(mut response: Response) -> Result<Vec<u8>, RobotError> {
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        if answer.len() + chunk.len() > LARGEST_ANSWER {
            return Err(RobotError::transient(Reason::Unreadable, "> 64 KiB"));
        }
        answer.extend_from_slice(&chunk);
    }
    Ok(answer)
}

fn broken(error: &reqwest::Error) -> RobotError {
    if error.is_timeout() {
        return RobotError::transient(Reason::Timeout, "");
    }
    RobotError::transient(Reason::Unreachable, causes(error))
}

/// The causes below a client's error. Its own text is left out, for it repeats the whole address with the key.
fn causes(error: &reqwest::Error) -> String {
    let mut texts = Vec::new();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        texts.push(inner.to_string());
        source = inner.source();
    }
    texts.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn robot(kind: Kind, url: &str) -> Robot {
        Robot { kind, url: url.to_owned(), secret: Some("SEC-hidden".to_owned()) }
    }

    #[test]
    fn addresses_as_the_chat_programs_show_them_are_taken() {
        for robot in [
            robot(Kind::Wecom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6"),
            robot(Kind::Dingtalk, " https://oapi.dingtalk.com/robot/send?access_token=566cc69d\n"),
            robot(Kind::Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/c4bdd2d8"),
        ] {
            robot.check(Reach::default()).unwrap();
        }
    }

    #[test]
    fn addresses_out_of_reach_are_refused() {
        let wecom = "/cgi-bin/webhook/send?key=693a91f6";
        for origin in [
            "http://qyapi.weixin.qq.com",
            "https://169.254.169.254",
            "https://localhost",
            "https://qyapi.weixin.qq.com.evil.example",
            "https://qyapi.weixin.qq.com@evil.example",
            "https://user:word@qyapi.weixin.qq.com",
            "https://qyapi.weixin.qq.com:8443",
            "https://oapi.dingtalk.com",
            "file://qyapi.weixin.qq.com",
            "",
        ] {
            let error = robot(Kind::Wecom, &format!("{origin}{wecom}")).check(Reach::default()).unwrap_err();
            assert_eq!(error.reason(), Reason::Address, "{origin}");
            assert!(!error.is_transient());
        }
        let keyless = robot(Kind::Wecom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=");
        assert!(keyless.check(Reach::default()).is_err());
    }

    #[test]
    fn plain_http_and_other_hosts_are_two_permissions() {
        let robot = robot(Kind::Wecom, "http://127.0.0.1:8080/send?key=693a91f6");
        for (allow_plain_http, allow_other_hosts, good) in
            [(false, false, false), (true, false, false), (false, true, false), (true, true, true)]
        {
            let reach = Reach { allow_plain_http, allow_other_hosts };
            assert_eq!(robot.check(reach).is_ok(), good);
        }
    }

    #[test]
    fn debug_shows_neither_key_nor_secret() {
        let shown = format!("{:?}", robot(Kind::Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/c4bdd2d8"));
        assert!(shown.contains("open.feishu.cn"), "{shown}");
        assert!(!shown.contains("c4bdd2d8"), "{shown}");
        assert!(!shown.contains("SEC-hidden"), "{shown}");
    }

    #[test]
    fn a_key_repeated_by_the_provider_is_struck_out() {
        let robot = robot(Kind::Wecom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6");
        let error = robot
            .scrubbed(RobotError::permanent(Reason::Credentials, "93000 invalid webhook key 693a91f6, SEC-hidden"));
        assert_eq!(error.detail(), "93000 invalid webhook key ***, ***");
    }
}
