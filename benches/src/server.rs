//! The real binary: set up by its command line, started, asked whether it is ready, killed.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{Outcome, database::Addresses, during, http::Client};

/// How to start the server: program, folder, database.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The program.
    pub binary: PathBuf,
    /// Its data folder.
    pub data: PathBuf,
    /// PostgreSQL, or `None` for SQLite in the data folder.
    pub postgres: Option<Addresses>,
}

impl Plan {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(words).arg("--data").arg(&self.data);
        if let Some(addresses) = &self.postgres {
            command.args(["--database", &addresses.app, "--owner-database", &addresses.owner]);
        }
        command
    }

    /// Runs a command to its end and returns what it printed.
    pub fn run(&self, words: &[&str]) -> Outcome<String> {
        let output = self.command(words).output().map_err(during("starting the binary"))?;
        if !output.status.success() {
            return Err(format!("aftersail {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Creates a company and returns an administrator's key for it.
    pub fn company(&self, name: &str) -> Outcome<String> {
        fs::create_dir_all(&self.data).map_err(during("the data folder"))?;
        self.run(&["tenant", "create", "--name", name])?;
        let printed = self.run(&["apikey", "create", "--tenant", name, "--role", "admin"])?;
        let key = printed.split_whitespace().last().ok_or("apikey create printed nothing")?;
        Ok(key.to_owned())
    }

    /// Starts the server on a free port and waits until it is ready.
    pub fn start(&self) -> Outcome<Server> {
        let port = free_port()?;
        let address = format!("127.0.0.1:{port}");
        let log = self.data.join("server.log");
        let file = File::options().create(true).append(true).open(&log).map_err(during("server.log"))?;
        let errors = file.try_clone().map_err(during("server.log"))?;
        let begun = Instant::now();
        let child = self
            .command(&["serve", "--listen", &address])
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(errors)
            .spawn()
            .map_err(during("starting the binary"))?;
        let mut server = Server { child, address, log, ready_after: Duration::ZERO };
        let mut client = Client::new(&server.address, "");
        while !client.get("/readyz").is_ok_and(|reply| reply.status == 200) {
            if let Ok(Some(status)) = server.child.try_wait() {
                return Err(format!("the server ended ({status}): {}", server.last_words()));
            }
            if begun.elapsed() > Duration::from_mins(1) {
                return Err(format!("the server is not ready after 60 s: {}", server.last_words()));
            }
            thread::sleep(Duration::from_millis(5));
        }
        server.ready_after = begun.elapsed();
        Ok(server)
    }
}

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    log: PathBuf,
    /// Where it answers.
    pub address: String,
    /// From start to the first good answer of `/readyz`.
    pub ready_after: Duration,
}

impl Server {
    /// SIGKILL: no chance to put anything in order.
    pub fn kill(mut self) -> Outcome<()> {
        self.child.kill().map_err(during("kill"))?;
        self.child.wait().map_err(during("kill"))?;
        Ok(())
    }

    /// Resident memory now and at its highest, in MiB, as Linux counts it.
    pub fn memory(&self) -> (f64, f64) {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let mebibytes = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
            line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
        };
        (mebibytes("VmRSS:"), mebibytes("VmHWM:"))
    }

    /// The end of its log.
    pub fn last_words(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port nobody listens on at this moment.
fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(during("a free port"))?;
    Ok(listener.local_addr().map_err(during("a free port"))?.port())
}

/// Whether `path` is a program file.
pub fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file())
}
