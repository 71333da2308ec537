//! A lean HTTP/1.1 client: one kept-alive connection, blocking, so that the machine's cores are left to the server.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

use crate::{Outcome, during};

/// One connection with the key it signs in by.
pub struct Client {
    address: String,
    key: String,
    connection: Option<BufReader<TcpStream>>,
    request: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The version in `ETag`, when there was one.
    pub version: Option<i64>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Outcome<Value> {
        serde_json::from_slice(&self.body).map_err(|error| format!("{error}: {}", self.text()))
    }

    /// The body as text, for messages.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().take(600).collect()
    }

    /// Fails unless the status is `status`.
    pub fn expect(self, status: u16, what: &str) -> Outcome<Self> {
        if self.status == status {
            return Ok(self);
        }
        Err(format!("{what}: {} instead of {status}: {}", self.status, self.text()))
    }
}

impl Client {
    /// A client of the server at `address` (`127.0.0.1:8080`); connects with the first request.
    pub fn new(address: &str, key: &str) -> Self {
        Self { address: address.to_owned(), key: key.to_owned(), connection: None, request: String::new() }
    }

    /// `GET path`.
    pub fn get(&mut self, path: &str) -> Outcome<Reply> {
        self.send("GET", path, &[], None)
    }

    /// `POST path` with a JSON body.
    pub fn post(&mut self, path: &str, body: &str) -> Outcome<Reply> {
        self.send("POST", path, &[], Some(body))
    }

    /// Any request. A connection the server closed while idle is opened again once.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Outcome<Reply> {
        self.send_as(method, path, headers, body.map(|body| ("application/json", body)))
    }

    /// Uploads a file and returns its id.
    pub fn upload(&mut self, name: &str, text: &str) -> Outcome<String> {
        const BOUNDARY: &str = "aftersail-bench-boundary";
        let form = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n{text}\r\n--{BOUNDARY}--\r\n"
        );
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let reply = self.send_as("POST", "/api/v1/files", &[], Some((&kind, &form)))?.expect(201, "upload")?;
        reply.json()?["id"].as_str().map(str::to_owned).ok_or_else(|| "upload: no id in the answer".to_owned())
    }

    fn send_as(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<(&str, &str)>,
    ) -> Outcome<Reply> {
        self.request.clear();
        let _ = write!(self.request, "{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        if !self.key.is_empty() {
            let _ = write!(self.request, "Authorization: Bearer {}\r\n", self.key);
        }
        for (name, value) in headers {
            let _ = write!(self.request, "{name}: {value}\r\n");
        }
        if let Some((kind, body)) = body {
            let _ = write!(self.request, "Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        } else if method == "GET" {
            self.request.push_str("\r\n");
        } else {
            self.request.push_str("Content-Length: 0\r\n\r\n");
        }
        let reused = self.connection.is_some();
        match self.exchange() {
            Err(_) if reused && method == "GET" => self.exchange(),
            outcome => outcome,
        }
    }

    fn exchange(&mut self) -> Outcome<Reply> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => BufReader::with_capacity(64 * 1024, connect(&self.address)?),
        };
        connection.get_mut().write_all(self.request.as_bytes()).map_err(during("sending"))?;
        let (reply, keep) = read_reply(&mut connection)?;
        if keep {
            self.connection = Some(connection);
        }
        Ok(reply)
    }
}

/// An open connection for the event stream: the head is read, what follows is the body.
pub fn stream(address: &str, key: &str, path: &str, last_event_id: Option<&str>) -> Outcome<BufReader<TcpStream>> {
    let mut connection = BufReader::new(connect(address)?);
    let resume = last_event_id.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nAccept: text/event-stream\r\n{resume}\r\n"
    );
    connection.get_mut().write_all(request.as_bytes()).map_err(during("sending"))?;
    let head = read_head(&mut connection)?;
    if head.status != 200 {
        return Err(format!("{path}: {}", head.status));
    }
    Ok(connection)
}

fn connect(address: &str) -> Outcome<TcpStream> {
    let stream = TcpStream::connect(address).map_err(during("connecting"))?;
    stream.set_nodelay(true).map_err(during("connecting"))?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).map_err(during("connecting"))?;
    Ok(stream)
}

struct Head {
    status: u16,
    length: Option<usize>,
    chunked: bool,
    close: bool,
    version: Option<i64>,
}

fn read_head(connection: &mut impl BufRead) -> Outcome<Head> {
    let mut line = String::new();
    connection.read_line(&mut line).map_err(during("receiving"))?;
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or("the connection was closed")?;
    let mut head = Head { status, length: None, chunked: false, close: false, version: None };
    loop {
        line.clear();
        if connection.read_line(&mut line).map_err(during("receiving"))? == 0 {
            return Err("the connection was closed".into());
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            head.length = value.parse().ok();
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            head.chunked = value.eq_ignore_ascii_case("chunked");
        } else if name.eq_ignore_ascii_case("connection") {
            head.close = value.eq_ignore_ascii_case("close");
        } else if name.eq_ignore_ascii_case("etag") {
            head.version = value.trim_start_matches("W/").trim_matches('"').parse().ok();
        }
    }
    Ok(head)
}

fn read_reply(connection: &mut BufReader<TcpStream>) -> Outcome<(Reply, bool)> {
    let head = read_head(connection)?;
    let mut body = Vec::new();
    if head.chunked {
        let mut line = String::new();
        loop {
            line.clear();
            connection.read_line(&mut line).map_err(during("receiving"))?;
            let size = usize::from_str_radix(line.trim(), 16).map_err(during("a chunk's size"))?;
            let from = body.len();
            body.resize(from + size + 2, 0);
            connection.read_exact(&mut body[from..]).map_err(during("receiving"))?;
            body.truncate(from + size);
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = head.length {
        body.resize(length, 0);
        connection.read_exact(&mut body).map_err(during("receiving"))?;
    } else if head.status != 204 && head.status != 304 {
        connection.read_to_end(&mut body).map_err(during("receiving"))?;
        return Ok((Reply { status: head.status, version: head.version, body }, false));
    }
    Ok((Reply { status: head.status, version: head.version, body }, !head.close))
}

/// Escapes a text for use in a query string.
pub fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    fn answering(reply: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut buffer = [0; 2048];
            while stream.read(&mut buffer).unwrap_or(0) > 0 {
                stream.write_all(reply).unwrap();
            }
        });
        address
    }

    #[test]
    fn a_connection_is_used_again_and_the_version_is_read() {
        let address = answering(b"HTTP/1.1 201 Created\r\nETag: \"7\"\r\nContent-Length: 2\r\n\r\n{}");
        let mut client = Client::new(&address, "key");
        for _ in 0..3 {
            let reply = client.post("/x", "{}").unwrap().expect(201, "a post").unwrap();
            assert_eq!((reply.version, reply.body.as_slice()), (Some(7), b"{}".as_slice()));
        }
    }

    #[test]
    fn a_body_in_chunks_is_put_together() {
        let address =
            answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        let mut client = Client::new(&address, "");
        assert_eq!(client.get("/").unwrap().body, b"abcde");
        assert_eq!(client.get("/").unwrap().body, b"abcde");
    }

    #[test]
    fn another_status_than_expected_is_told_with_the_body() {
        let address = answering(b"HTTP/1.1 409 Conflict\r\nContent-Length: 4\r\n\r\nbusy");
        let told = Client::new(&address, "").get("/").unwrap().expect(200, "reading").unwrap_err();
        assert_eq!(told, "reading: 409 instead of 200: busy");
    }

    #[test]
    fn text_is_escaped_for_a_query() {
        assert_eq!(escape("漏 a&"), "%E6%BC%8F%20a%26");
    }
}
