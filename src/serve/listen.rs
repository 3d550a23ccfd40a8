//! On which address does the service listen, and how does it stop?

use super::{AppState, app};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::time::Duration;

/// Requests under way get this long to finish after the signal to stop.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// No address.
    #[error("监听地址 {listen} 无效；例如 127.0.0.1:8080 / {listen} is no address to listen on; for example 127.0.0.1:8080")]
    Address {
        /// As given.
        listen: String,
    },
    /// An address that other machines reach.
    #[error(
        "{listen} 不是本机回环地址；目前没有登录和加密，只能监听本机，例如 127.0.0.1:8080 / {listen} is no loopback address; there is no login and no encryption yet, so the service listens on this machine only, for example 127.0.0.1:8080"
    )]
    NotLoopback {
        /// As given.
        listen: String,
    },
    /// The address is taken or not ours.
    #[error(
        "无法监听 {address}：{source}；端口被占用时请换一个 / cannot listen on {address}: {source}; if the port is taken, choose another"
    )]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The service broke off.
    #[error("服务中断：{0} / the service broke off: {0}")]
    Io(#[from] std::io::Error),
}

/// A service that has its address but does not answer yet.
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

/// Takes an address: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`; port 0 is any free port.
///
/// # Errors
/// [`ServeError`] if it is none, is not this machine's own, or is taken.
pub fn bind(listen: &str) -> Result<Bound, ServeError> {
    let no_address = || ServeError::Address { listen: listen.to_owned() };
    let addresses: Vec<SocketAddr> = listen.to_socket_addrs().map_err(|_| no_address())?.collect();
    let address = *addresses.first().ok_or_else(no_address)?;
    if !addresses.iter().all(|a| a.ip().is_loopback()) {
        return Err(ServeError::NotLoopback { listen: listen.to_owned() });
    }
    let listener = TcpListener::bind(address).map_err(|source| ServeError::Bind { address, source })?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok(Bound { listener, address })
}

impl Bound {
    /// The address for a browser.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers until Ctrl-C or SIGTERM; requests under way are finished first.
    ///
    /// # Errors
    /// [`ServeError::Io`] if the network breaks.
    pub fn run(self, state: AppState) -> Result<(), ServeError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let outcome = runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            let (told, mut stop) = tokio::sync::watch::channel(false);
            let served = axum::serve(listener, app(state)).with_graceful_shutdown(async move {
                asked_to_stop().await;
                tracing::info!("stopping");
                // Nobody listens only if the service has ended by itself.
                let _ = told.send(true);
            });
            let too_slow = async move {
                let _ = stop.wait_for(|stopping| *stopping).await;
                let _ = tokio::task::spawn_blocking(|| std::thread::sleep(LAST_WORDS)).await;
            };
            tokio::select! {
                ended = served => ended,
                () = too_slow => Ok(()),
            }
        });
        runtime.shutdown_background();
        Ok(outcome?)
    }
}

/// Ends at Ctrl-C or, where there is one, SIGTERM.
async fn asked_to_stop() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!("Ctrl-C can't be heard: {error}");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::warn!("SIGTERM can't be heard: {error}");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
