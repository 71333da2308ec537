//! Builds one message and carries it through one SMTP conversation.

use std::{fmt, time::Duration};

use lettre::{
    Address,
    message::{Mailbox, MultiPart, SinglePart},
    transport::smtp::{
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailParameter},
    },
};
use serde::{Deserialize, Serialize};

use crate::error::{MailError, Reason};

/// How the connection to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Plain text all the way; for relays on the same machine or network.
    None,
    /// Begins in plain text and turns to TLS before anything else is said (port 587). Refused when not offered.
    Starttls,
    /// TLS from the first byte (port 465).
    Tls,
}

/// How to reach the mail server and whom the mail comes from. The password never appears in `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmtpSettings {
    /// Host name or IP address.
    pub host: String,
    /// TCP port: usually 25, 465 or 587.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User name; without one the conversation goes on without signing in.
    #[serde(default)]
    pub username: Option<String>,
    /// Password of the user.
    #[serde(default)]
    pub password: Option<String>,
    /// Sender: `service@example.com` or `售后服务 <service@example.com>`.
    pub from: String,
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("username", &self.username)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .field("from", &self.from)
            .finish()
    }
}

/// One mail to one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Receiver: `li@example.com` or `李伟 <li@example.com>`.
    pub to: String,
    /// Subject in any script; one line.
    pub subject: String,
    /// The body as plain text.
    pub text: String,
    /// The same body as HTML, for readers that show it.
    pub html: Option<String>,
    /// `unique@host`, with or without angle brackets; the same again whenever this message is tried again.
    pub message_id: String,
}

/// Sends mail through one server. Cheap to clone; holds no connection.
#[derive(Clone)]
pub struct Mailer {
    settings: SmtpSettings,
    from: Mailbox,
    tls: Option<TlsParameters>,
    timeout: Duration,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer")
            .field("settings", &self.settings)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// How long a whole conversation may take unless the caller says otherwise.
const USUAL_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the farewell may take; the outcome stands before it.
const FAREWELL: Duration = Duration::from_secs(1);

impl Mailer {
    /// Checks the settings and prepares the encryption.
    ///
    /// # Errors
    /// `Permanent` with [`Reason::Settings`] when host, port or sender cannot be used.
    pub fn new(settings: SmtpSettings) -> Result<Self, MailError> {
        Self::build(settings, None)
    }

    /// Like [`Mailer::new`], trusting one more authority: the PEM certificate of a company's own CA.
    ///
    /// # Errors
    /// As [`Mailer::new`]; also when the certificate cannot be read.
    pub fn with_authority(settings: SmtpSettings, pem: &str) -> Result<Self, MailError> {
        Self::build(settings, Some(pem))
    }

    /// Bounds the whole conversation; 30 seconds unless set here.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn build(settings: SmtpSettings, authority: Option<&str>) -> Result<Self, MailError> {
        let host = settings.host.trim();
        if host.is_empty() || host.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(MailError::permanent(Reason::Settings, "host"));
        }
        if settings.port == 0 {
            return Err(MailError::permanent(Reason::Settings, "port"));
        }
        let from = mailbox(&settings.from).ok_or_else(|| MailError::permanent(Reason::Settings, &settings.from))?;
        let tls = match settings.security {
            Security::None => None,
            Security::Starttls | Security::Tls => {
                let unusable = |error: &_| MailError::from_smtp(error, Reason::Settings, Reason::Settings);
                let mut parameters = TlsParameters::builder(host.to_owned());
                if let Some(pem) = authority {
                    let certificate = Certificate::from_pem(pem.as_bytes()).map_err(|e| unusable(&e))?;
                    parameters = parameters.add_root_certificate(certificate);
                }
                Some(parameters.build().map_err(|e| unusable(&e))?)
            }
        };
        Ok(Self { settings, from, tls, timeout: USUAL_TIMEOUT })
    }

    /// Sends one message; `Ok` means the server has taken it and answers for it.
    ///
    /// # Errors
    /// `Permanent` for a bad address or header and for every 5xx answer, `Transient` for 4xx answers, failing
    /// connections and timeouts. After a `Transient` the server may still have taken the message (the answer
    /// was lost): try again with the same `message_id`.
    pub async fn send(&self, message: &Message) -> Result<(), MailError> {
        let (to, mail) = self.compose(message)?;
        let deliver = async {
            let mut connection = self.connect().await?;
            let outcome = self.converse(&mut connection, &to, &mail).await;
            Ok((connection, outcome))
        };
        let (connection, outcome) = self.in_time(deliver).await?;
        leave(connection).await;
        outcome
    }

    /// Connects, encrypts and signs in as for sending, then leaves: for a "test the settings" button.
    ///
    /// # Errors
    /// As [`Mailer::send`].
    pub async fn check(&self) -> Result<(), MailError> {
        let connection = self.in_time(self.connect()).await?;
        leave(connection).await;
        Ok(())
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, MailError>>) -> Result<T, MailError> {
        tokio::time::timeout(self.timeout, work)
            .await
            .unwrap_or_else(|_| Err(MailError::transient(Reason::Timeout, &self.settings.host)))
    }

    fn compose(&self, message: &Message) -> Result<(Address, Vec<u8>), MailError> {
        if message.subject.chars().any(char::is_control) || message.to.chars().any(char::is_control) {
            return Err(MailError::permanent(Reason::Header, ""));
        }
        let message_id = message_id(&message.message_id).ok_or_else(|| MailError::permanent(Reason::Header, ""))?;
        let to = mailbox(&message.to).ok_or_else(|| MailError::permanent(Reason::Address, &message.to))?;
        let address = to.email.clone();
        let builder = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(message.subject.as_str())
            .message_id(Some(message_id));
        let mail = match &message.html {
            Some(html) => {
                builder.multipart(MultiPart::alternative_plain_html(plain_lines(&message.text), plain_lines(html)))
            }
            None => builder.singlepart(SinglePart::plain(plain_lines(&message.text))),
        };
        let mail = mail.map_err(|error| MailError::permanent(Reason::Content, error.to_string()))?;
        Ok((address, mail.formatted()))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        let settings = &self.settings;
        let host = settings.host.trim();
        let hello = ClientId::default();
        let wrapped = match settings.security {
            Security::Tls => self.tls.clone(),
            Security::None | Security::Starttls => None,
        };
        let mut connection =
            AsyncSmtpConnection::connect_tokio1((host, settings.port), Some(self.timeout), &hello, wrapped, None)
                .await
                .map_err(|error| {
                    match MailError::from_smtp(&error, Reason::Service, Reason::Settings) {
                        // Nothing was said yet: what failed is the name, the port or the way there.
                        MailError::Transient { reason: Reason::Interrupted, detail } if !error.is_response() => {
                            MailError::transient(Reason::Unreachable, format!("{host}:{}, {detail}", settings.port))
                        }
                        sorted => sorted,
                    }
                })?;
        if settings.security == Security::Starttls
            && let Some(parameters) = self.tls.clone()
        {
            connection
                .starttls(parameters, &hello)
                .await
                .map_err(|e| MailError::from_smtp(&e, Reason::NoEncryption, Reason::NoEncryption))?;
        }
        if let Some(username) = &settings.username {
            let password = settings.password.clone().unwrap_or_default();
            let credentials = Credentials::new(username.clone(), password);
            if let Err(error) = connection.auth(DEFAULT_MECHANISMS, &credentials).await {
                let error = MailError::from_smtp(&error, Reason::SignIn, Reason::SignIn);
                leave(connection).await;
                return Err(error);
            }
        }
        Ok(connection)
    }

    async fn converse(&self, connection: &mut AsyncSmtpConnection, to: &Address, mail: &[u8]) -> Result<(), MailError> {
        let from = &self.from.email;
        let mut parameters = Vec::new();
        // Headers and bodies are always encoded to ASCII; only an address can need more than that.
        let international = [(from, Reason::Sender), (to, Reason::Recipient)]
            .into_iter()
            .find(|(address, _)| !AsRef::<str>::as_ref(*address).is_ascii());
        if let Some((address, reason)) = international {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(MailError::permanent(reason, address));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        connection
            .command(Mail::new(Some(from.clone()), parameters))
            .await
            .map_err(|e| MailError::from_smtp(&e, Reason::Sender, Reason::Sender))?;
        connection
            .command(Rcpt::new(to.clone(), Vec::new()))
            .await
            .map_err(|e| MailError::from_smtp(&e, Reason::Recipient, Reason::Recipient))?;
        connection.command(Data).await.map_err(|e| MailError::from_smtp(&e, Reason::Content, Reason::Content))?;
        connection.message(mail).await.map_err(|e| MailError::from_smtp(&e, Reason::Content, Reason::Content))?;
        Ok(())
    }
}

/// Says goodbye without letting a slow or broken farewell change the outcome.
async fn leave(mut connection: AsyncSmtpConnection) {
    let _ = tokio::time::timeout(FAREWELL, connection.quit()).await;
}

/// Brings pasted text to one kind of line end and takes NUL out: servers refuse a bare `CR` and NUL.
fn plain_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

/// Reads `name <address>` or `address`; anything that could break out of its header is refused.
fn mailbox(text: &str) -> Option<Mailbox> {
    const LONGEST: usize = 512;
    if text.len() > LONGEST || text.chars().any(char::is_control) {
        return None;
    }
    let text = text.trim();
    // Names in settings and customer records are written as people write them, with commas, brackets and
    // Chinese punctuation, so only the part in angle brackets has to follow the grammar of an address.
    let (name, address) = match text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"'), address.trim()),
        None => ("", text),
    };
    let address: Address = address.parse().ok()?;
    let name = (!name.is_empty()).then(|| name.to_owned());
    Some(Mailbox::new(name, address))
}

/// Brings the caller's id into the form of a `Message-ID` header: printable ASCII, one `@`, angle brackets.
fn message_id(id: &str) -> Option<String> {
    const LONGEST: usize = 250;
    let inner = id.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(id);
    let (left, right) = inner.split_once('@')?;
    let clean =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && !"<>()@,;:\\\"[]".contains(c));
    (inner.len() <= LONGEST && clean(left) && clean(right)).then(|| format!("<{inner}>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> SmtpSettings {
        SmtpSettings {
            host: "mail.example.com".to_owned(),
            port: 465,
            security: Security::Tls,
            username: Some("service".to_owned()),
            password: Some("hunter2".to_owned()),
            from: "售后服务 <service@example.com>".to_owned(),
        }
    }

    #[test]
    fn the_password_is_not_in_debug() {
        let mailer = Mailer::new(settings()).unwrap();
        let shown = format!("{:?} {mailer:?}", settings());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("mail.example.com"));
    }

    #[test]
    fn settings_without_a_usable_sender_or_host_are_refused() {
        for broken in [
            SmtpSettings { from: "nobody".to_owned(), ..settings() },
            SmtpSettings { from: "a@example.com\r\nBcc: b@example.com".to_owned(), ..settings() },
            SmtpSettings { host: " ".to_owned(), ..settings() },
            SmtpSettings { port: 0, ..settings() },
        ] {
            let error = Mailer::new(broken).unwrap_err();
            assert_eq!(error.reason(), Reason::Settings);
            assert!(!error.is_transient());
        }
    }

    #[test]
    fn security_is_written_in_lower_case() {
        let read: SmtpSettings =
            serde_json::from_str(r#"{"host":"relay","port":587,"security":"starttls","from":"a@example.com"}"#)
                .unwrap();
        assert_eq!(read.security, Security::Starttls);
        assert_eq!(read.username, None);
    }

    #[test]
    fn names_are_taken_as_people_write_them() {
        let read = mailbox("张伟(维修部), 一组 <zhang@example.com>").unwrap();
        assert_eq!(read.name.as_deref(), Some("张伟(维修部), 一组"));
        assert_eq!(read.email.to_string(), "zhang@example.com");
        assert_eq!(mailbox("li@example.com").unwrap().name, None);
        assert!(mailbox("李伟").is_none());
        assert!(mailbox("a@example.com, b@example.com").is_none());
        assert!(mailbox("a@example.com\nBcc: b@example.com").is_none());
    }

    #[test]
    fn a_message_id_is_bracketed_once_and_checked() {
        assert_eq!(message_id("a.1@example").as_deref(), Some("<a.1@example>"));
        assert_eq!(message_id("<a.1@example>").as_deref(), Some("<a.1@example>"));
        for broken in ["", "a", "a@", "@b", "a@b@c", "a b@c", "a@b>\r\nBcc: c@d", "编号@b"] {
            assert_eq!(message_id(broken), None, "{broken}");
        }
    }
}
