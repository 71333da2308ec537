//! The `aftersail` binary.

use aftersail_app::{commands, config};
use clap::Parser as _;

/// Requests allocate much and briefly, on many threads; settings are in `.cargo/config.toml`.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    // TLS for mail, robots and storage; a second installation would only mean that one is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("aftersail: the runtime cannot start: {error}");
            return std::process::ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(config::Cli::parse())) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("aftersail: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
