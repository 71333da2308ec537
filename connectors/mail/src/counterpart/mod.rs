//! A small SMTP server on loopback: it keeps what it takes, and can be told to refuse, stall or break off.
//!
//! It follows RFC 5321 closely enough that a client which gets along with it gets along with real servers: order
//! of commands, line lengths, `CRLF`, dot-stuffing, `AUTH PLAIN` and `LOGIN`, `STARTTLS` and wrapped TLS.

mod received;
mod session;

use std::{
    io,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

pub use received::Received;

/// What the server does with the conversations that begin from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behaviour {
    /// Takes every well-formed message.
    Accept,
    /// Answers the connection with this instead of `220` and hangs up.
    RefuseService(Reply),
    /// Answers `MAIL FROM` with this.
    RefuseSender(Reply),
    /// Answers `RCPT TO` with this.
    RefuseRecipient(Reply),
    /// Reads the message and answers this instead of `250`.
    RefuseContent(Reply),
    /// Waits this long before every answer.
    Slow(Duration),
    /// Hangs up after the first line of the message; nothing is kept.
    DropDuringData,
    /// Keeps the message and hangs up without saying so.
    DropAfterData,
}

/// A three-digit answer and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// 421, 450, 550 and the like.
    pub code: u16,
    /// The text after the code; line breaks make it an answer of several lines.
    pub text: String,
}

impl Reply {
    /// An answer of this code and text.
    pub fn new(code: u16, text: &str) -> Self {
        Self { code, text: text.to_owned() }
    }
}

/// Where TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsStart {
    /// After `STARTTLS`, without which no mail is taken.
    Command,
    /// With the first byte.
    Wrapped,
}

/// How the server is set up before it starts.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The only user name and password that may send; without them nobody has to sign in.
    pub credentials: Option<(String, String)>,
    /// Where TLS begins, the certificate chain and the key, both PEM.
    pub tls: Option<(TlsStart, String, String)>,
}

/// The running server; stops when dropped.
pub struct Counterpart {
    address: SocketAddr,
    state: Arc<State>,
    accepting: Option<JoinHandle<()>>,
}

struct State {
    behaviour: Mutex<Behaviour>,
    received: Mutex<Vec<Received>>,
    arrived: Condvar,
    commands: Mutex<Vec<String>>,
    streams: Mutex<Vec<TcpStream>>,
    stopping: AtomicBool,
    credentials: Option<(String, String)>,
    tls: Option<(TlsStart, Arc<ServerConfig>)>,
}

impl Counterpart {
    /// Starts on a free port of 127.0.0.1, without TLS and without signing in.
    ///
    /// # Errors
    /// When no port can be opened.
    pub fn start() -> io::Result<Self> {
        Self::start_with(Setup::default())
    }

    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be opened or the certificate or key cannot be used.
    pub fn start_with(setup: Setup) -> io::Result<Self> {
        let tls = match &setup.tls {
            None => None,
            Some((start, certificates, key)) => Some((*start, tls_config(certificates, key)?)),
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            behaviour: Mutex::new(Behaviour::Accept),
            received: Mutex::default(),
            arrived: Condvar::new(),
            commands: Mutex::default(),
            streams: Mutex::default(),
            stopping: AtomicBool::new(false),
            credentials: setup.credentials,
            tls,
        });
        let shared = Arc::clone(&state);
        let accepting = std::thread::Builder::new()
            .name("smtp-counterpart".to_owned())
            .spawn(move || accept(&listener, &shared))?;
        Ok(Self { address, state, accepting: Some(accepting) })
    }

    /// The host to connect to.
    pub fn host(&self) -> String {
        self.address.ip().to_string()
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Changes what happens to conversations that begin from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.state.behaviour.lock() = behaviour;
    }

    /// Every message kept so far, in order, repeated ones included.
    pub fn received(&self) -> Vec<Received> {
        self.state.received.lock().clone()
    }

    /// The kept messages as a receiver sees them that recognises repetitions by their `Message-ID`.
    pub fn distinct(&self) -> Vec<Received> {
        let mut seen = std::collections::HashSet::new();
        self.received().into_iter().filter(|mail| seen.insert(mail.header("Message-ID"))).collect()
    }

    /// The verbs of all commands so far, in order, in capitals.
    pub fn commands(&self) -> Vec<String> {
        self.state.commands.lock().clone()
    }

    /// Waits until at least `count` messages are kept or `patience` is over, and returns what is there.
    pub fn wait_for(&self, count: usize, patience: Duration) -> Vec<Received> {
        let until = Instant::now() + patience;
        let mut received = self.state.received.lock();
        while received.len() < count {
            if self.state.arrived.wait_until(&mut received, until).timed_out() {
                break;
            }
        }
        received.clone()
    }

    /// Forgets all messages kept so far.
    pub fn forget(&self) {
        self.state.received.lock().clear();
    }
}

impl Drop for Counterpart {
    fn drop(&mut self) {
        self.state.stopping.store(true, Ordering::SeqCst);
        for stream in self.state.streams.lock().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the thread out of its wait for the next connection.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn tls_config(certificates: &str, key: &str) -> io::Result<Arc<ServerConfig>> {
    let chain = CertificateDer::pem_slice_iter(certificates.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(io::Error::other)?;
    Ok(Arc::new(config))
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    for stream in listener.incoming() {
        if state.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        if let Ok(copy) = stream.try_clone() {
            state.streams.lock().push(copy);
        }
        let state = Arc::clone(state);
        std::thread::spawn(move || {
            // A conversation that breaks off is the client's affair; the server only waits for the next one.
            let _ = session::serve(stream, &state);
        });
    }
}
