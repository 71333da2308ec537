//! One SMTP conversation as the server leads it.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use data_encoding::BASE64;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Behaviour, Received, Reply, State, TlsStart};

/// Longest command line with its `CRLF`, after RFC 5321 4.5.3.1.4; `AUTH` may be longer (RFC 4954).
const COMMAND_LINE: usize = 512;
const AUTH_LINE: usize = 12_288;
/// Longest line of a message with its `CRLF`, after RFC 5321 4.5.3.1.6.
const TEXT_LINE: usize = 1_000;
/// Largest message in bytes, as announced by `SIZE`.
const LARGEST: usize = 10 * 1024 * 1024;
/// How long a client may say nothing.
const PATIENCE: Duration = Duration::from_mins(1);

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Wire {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(into),
            Self::Tls(stream) => stream.read(into),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes),
            Self::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }

    fn hang_up(&self) {
        let stream = match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &stream.sock,
        };
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn wrap(stream: TcpStream, config: &Arc<ServerConfig>) -> io::Result<Wire> {
    let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    Ok(Wire::Tls(Box::new(StreamOwned::new(connection, stream))))
}

struct Session<'a> {
    state: &'a State,
    behaviour: Behaviour,
    wire: Option<Wire>,
    /// Bytes read from the wire and not yet taken as lines.
    pending: Vec<u8>,
    encrypted: bool,
    greeted: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
    eight_bit: bool,
}

/// Leads the conversation until the client quits, breaks off or is hung up on.
pub(super) fn serve(stream: TcpStream, state: &State) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let (wire, encrypted) = match &state.tls {
        Some((TlsStart::Wrapped, config)) => (wrap(stream, config)?, true),
        Some((TlsStart::Command, _)) | None => (Wire::Plain(stream), false),
    };
    let mut session = Session {
        state,
        behaviour: state.behaviour.lock().clone(),
        wire: Some(wire),
        pending: Vec::new(),
        encrypted,
        greeted: false,
        user: None,
        from: None,
        to: Vec::new(),
        eight_bit: false,
    };
    let outcome = session.converse();
    if let Some(wire) = &session.wire {
        wire.hang_up();
    }
    outcome
}

impl Session<'_> {
    fn converse(&mut self) -> io::Result<()> {
        if let Behaviour::RefuseService(reply) = self.behaviour.clone() {
            return self.reply(&reply);
        }
        self.answer(220, "counterpart ESMTP")?;
        loop {
            let line = self.line(AUTH_LINE)?;
            let Ok(line) = String::from_utf8(line) else {
                self.answer(500, "5.5.2 Commands are ASCII")?;
                continue;
            };
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let verb = verb.to_ascii_uppercase();
            self.state.commands.lock().push(verb.clone());
            if verb != "AUTH" && line.len() + 2 > COMMAND_LINE {
                self.answer(500, "5.5.2 Line too long")?;
                continue;
            }
            match verb.as_str() {
                "EHLO" | "HELO" => self.hello(&verb, rest)?,
                "STARTTLS" => self.start_tls()?,
                "AUTH" => self.sign_in(rest)?,
                "MAIL" => self.mail(rest)?,
                "RCPT" => self.rcpt(rest)?,
                "DATA" => {
                    if !self.data()? {
                        return Ok(());
                    }
                }
                "RSET" => {
                    self.reset();
                    self.answer(250, "2.0.0 Ok")?;
                }
                "NOOP" => self.answer(250, "2.0.0 Ok")?,
                "VRFY" => self.answer(252, "2.1.5 Send some mail and see")?,
                "QUIT" => return self.answer(221, "2.0.0 Bye"),
                _ => self.answer(500, "5.5.2 Command not recognised")?,
            }
        }
    }

    fn hello(&mut self, verb: &str, name: &str) -> io::Result<()> {
        if name.trim().is_empty() {
            return self.answer(501, "5.5.4 Say who you are");
        }
        self.reset();
        self.greeted = true;
        if verb == "HELO" {
            return self.answer(250, "counterpart");
        }
        let mut lines = vec![
            "counterpart".to_owned(),
            format!("SIZE {LARGEST}"),
            "8BITMIME".to_owned(),
            "ENHANCEDSTATUSCODES".to_owned(),
        ];
        if self.can_start_tls() {
            lines.push("STARTTLS".to_owned());
        } else if self.state.credentials.is_some() {
            lines.push("AUTH PLAIN LOGIN".to_owned());
        }
        self.answer(250, &lines.join("\n"))
    }

    fn can_start_tls(&self) -> bool {
        !self.encrypted && matches!(self.state.tls, Some((TlsStart::Command, _)))
    }

    fn start_tls(&mut self) -> io::Result<()> {
        let config = match &self.state.tls {
            Some((TlsStart::Command, config)) if !self.encrypted => Arc::clone(config),
            _ => return self.answer(502, "5.5.1 Not offered"),
        };
        if !self.pending.is_empty() {
            // Commands sent ahead in plain text could be smuggled into the encrypted conversation.
            self.answer(554, "5.5.1 Nothing may follow STARTTLS before the handshake")?;
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.answer(220, "2.0.0 Begin TLS")?;
        let Some(Wire::Plain(stream)) = self.wire.take() else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        self.wire = Some(wrap(stream, &config)?);
        self.encrypted = true;
        self.greeted = false;
        self.user = None;
        self.reset();
        Ok(())
    }

    fn sign_in(&mut self, rest: &str) -> io::Result<()> {
        let Some((name, password)) = self.state.credentials.clone() else {
            return self.answer(502, "5.5.1 Not offered");
        };
        if self.can_start_tls() {
            return self.answer(538, "5.7.11 Encryption required first");
        }
        if self.user.is_some() || !self.greeted {
            return self.answer(503, "5.5.1 Not now");
        }
        let (mechanism, initial) = match rest.split_once(' ') {
            Some((mechanism, initial)) => (mechanism, Some(initial.to_owned())),
            None => (rest, None),
        };
        let given = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let response = match initial {
                    Some(initial) => initial,
                    None => self.challenge("")?,
                };
                decode(&response).and_then(|text| {
                    let mut parts = text.split('\0').skip(1).map(str::to_owned);
                    Some((parts.next()?, parts.next()?))
                })
            }
            "LOGIN" => {
                let name = match initial {
                    Some(initial) => initial,
                    None => self.challenge("Username:")?,
                };
                let password = self.challenge("Password:")?;
                decode(&name).zip(decode(&password))
            }
            _ => return self.answer(504, "5.5.4 Mechanism not offered"),
        };
        match given {
            None => self.answer(501, "5.5.2 Not base64"),
            Some(given) if given == (name, password) => {
                self.user = Some(given.0);
                self.answer(235, "2.7.0 Welcome")
            }
            Some(_) => self.answer(535, "5.7.8 User name or password wrong"),
        }
    }

    fn challenge(&mut self, prompt: &str) -> io::Result<String> {
        self.answer(334, &BASE64.encode(prompt.as_bytes()))?;
        let line = self.line(AUTH_LINE)?;
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    fn mail(&mut self, rest: &str) -> io::Result<()> {
        if !self.greeted {
            return self.answer(503, "5.5.1 Say hello first");
        }
        if self.can_start_tls() {
            return self.answer(530, "5.7.0 Issue STARTTLS first");
        }
        if self.state.credentials.is_some() && self.user.is_none() {
            return self.answer(530, "5.7.0 Sign in first");
        }
        if self.from.is_some() {
            return self.answer(503, "5.5.1 One sender at a time");
        }
        let Some((address, parameters)) = path(rest, "FROM:") else {
            return self.answer(501, "5.5.4 MAIL FROM:<address>");
        };
        if !address.is_empty() && !is_address(&address) {
            return self.answer(553, "5.1.7 Sender address malformed");
        }
        for parameter in parameters.split_whitespace() {
            match parameter.to_ascii_uppercase().split_once('=') {
                Some(("BODY", "8BITMIME")) => self.eight_bit = true,
                Some(("SIZE", size)) if size.parse::<usize>().is_ok_and(|n| n > LARGEST) => {
                    return self.answer(552, "5.3.4 Message too large");
                }
                Some(("BODY", "7BIT") | ("SIZE", _)) => {}
                _ => return self.answer(555, "5.5.4 Parameter not recognised"),
            }
        }
        if let Behaviour::RefuseSender(reply) = self.behaviour.clone() {
            return self.reply(&reply);
        }
        self.from = Some(address);
        self.answer(250, "2.1.0 Ok")
    }

    fn rcpt(&mut self, rest: &str) -> io::Result<()> {
        if self.from.is_none() {
            return self.answer(503, "5.5.1 MAIL first");
        }
        let Some((address, parameters)) = path(rest, "TO:") else {
            return self.answer(501, "5.5.4 RCPT TO:<address>");
        };
        if !is_address(&address) {
            return self.answer(553, "5.1.3 Receiver address malformed");
        }
        if !parameters.trim().is_empty() {
            return self.answer(555, "5.5.4 Parameter not recognised");
        }
        if let Behaviour::RefuseRecipient(reply) = self.behaviour.clone() {
            return self.reply(&reply);
        }
        self.to.push(address);
        self.answer(250, "2.1.5 Ok")
    }

    /// Takes one message; false when the server hangs up instead of answering.
    fn data(&mut self) -> io::Result<bool> {
        let Some(from) = self.from.clone() else {
            self.answer(503, "5.5.1 MAIL first")?;
            return Ok(true);
        };
        if self.to.is_empty() {
            self.answer(503, "5.5.1 RCPT first")?;
            return Ok(true);
        }
        self.answer(354, "End with a line of one dot")?;
        let mut raw = Vec::new();
        let mut fault = None;
        loop {
            let line = self.line(LARGEST)?;
            if line == b"." {
                break;
            }
            if self.behaviour == Behaviour::DropDuringData {
                return Ok(false);
            }
            let text = line.strip_prefix(b".").unwrap_or(&line);
            if line.len() + 2 > TEXT_LINE {
                fault = Some((500, "5.5.2 Line too long"));
            } else if text.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
                fault = Some((550, "5.6.0 Bare line break or NUL in the message"));
            } else if !self.eight_bit && !text.is_ascii() {
                fault = Some((554, "5.6.1 Eight-bit text without BODY=8BITMIME"));
            } else if raw.len() + text.len() > LARGEST {
                fault = Some((552, "5.3.4 Message too large"));
            } else {
                raw.extend_from_slice(text);
                raw.extend_from_slice(b"\r\n");
            }
        }
        let mail = Received {
            from,
            to: std::mem::take(&mut self.to),
            raw,
            encrypted: self.encrypted,
            signed_in_as: self.user.clone(),
        };
        self.reset();
        if let Some((code, text)) = fault {
            self.answer(code, text)?;
            return Ok(true);
        }
        if let Behaviour::RefuseContent(reply) = self.behaviour.clone() {
            self.reply(&reply)?;
            return Ok(true);
        }
        let number = {
            let mut received = self.state.received.lock();
            received.push(mail);
            self.state.arrived.notify_all();
            received.len()
        };
        if self.behaviour == Behaviour::DropAfterData {
            return Ok(false);
        }
        self.answer(250, &format!("2.0.0 Ok: kept as {number}"))?;
        Ok(true)
    }

    fn reset(&mut self) {
        self.from = None;
        self.to.clear();
        self.eight_bit = false;
    }

    fn reply(&mut self, reply: &Reply) -> io::Result<()> {
        self.answer(reply.code, &reply.text)
    }

    fn answer(&mut self, code: u16, text: &str) -> io::Result<()> {
        if let Behaviour::Slow(pause) = self.behaviour {
            std::thread::sleep(pause);
        }
        let mut answer = String::new();
        let mut lines = text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let mark = if lines.peek().is_some() { "-" } else { " " };
            answer.extend([&code.to_string(), mark, line, "\r\n"]);
        }
        let Some(wire) = &mut self.wire else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        wire.write(answer.as_bytes())
    }

    /// The next line without its `CRLF`; breaks off when it is longer than `limit` bytes.
    fn line(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.pending[searched..].windows(2).position(|pair| pair == b"\r\n") {
                let end = searched + at;
                let line = self.pending[..end].to_vec();
                self.pending.drain(..end + 2);
                return Ok(line);
            }
            searched = self.pending.len().saturating_sub(1);
            if self.pending.len() > limit {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if self.state.stopping.load(Ordering::SeqCst) {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            let Some(wire) = &mut self.wire else {
                return Err(io::ErrorKind::NotConnected.into());
            };
            let mut chunk = [0; 8192];
            let count = wire.read(&mut chunk)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.pending.extend_from_slice(&chunk[..count]);
        }
    }
}

fn decode(base64: &str) -> Option<String> {
    let bytes = BASE64.decode(base64.trim().as_bytes()).ok()?;
    String::from_utf8(bytes).ok()
}

/// Splits `FROM:<address> parameters`, the keyword in any case.
fn path(rest: &str, keyword: &str) -> Option<(String, String)> {
    let head = rest.get(..keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let inner = rest[keyword.len()..].trim_start().strip_prefix('<')?;
    let (address, parameters) = inner.split_once('>')?;
    Some((address.to_owned(), parameters.to_owned()))
}

fn is_address(address: &str) -> bool {
    let graphic = address.chars().all(|c| c.is_ascii_graphic() && c != '<');
    graphic && address.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}
