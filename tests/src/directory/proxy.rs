//! Stands between the connector and the directory, and can hold up a password change on its way there or back.
//!
//! It reads along, so the connection must be without TLS, which is allowed on this machine only.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How a password change begins on the wire: the object identifier of RFC 3062, which is written as text.
const PASSWORD_MODIFY: &[u8] = b"1.3.6.1.4.1.4203.1.11.1";

/// What the proxy does with password changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Way {
    /// Everything passes.
    Open = 0,
    /// A change never reaches the directory, and nobody says so.
    Lost = 1,
    /// A change reaches the directory; its answer never comes back.
    Unanswered = 2,
    /// New connections are closed at once.
    Closed = 3,
}

/// See the module. Dropping it closes every connection.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    way: Arc<AtomicU8>,
    held: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port in front of the directory on `port`.
    pub async fn start(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let own_port = listener.local_addr()?.port();
        let way = Arc::new(AtomicU8::new(Way::Open as u8));
        let (count, held) = watch::channel(0);
        let task = tokio::spawn(listen(listener, port, Arc::clone(&way), Arc::new(count)));
        Ok(Self {
            port: own_port,
            way,
            held,
            task,
        })
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("ldap://localhost:{}", self.port)
    }

    /// From now on.
    pub fn set(&self, way: Way) {
        self.way.store(way as u8, Ordering::SeqCst);
    }

    /// Waits until a password change is held up: lost, or done and unanswered.
    pub async fn until_held(&self) {
        let mut held = self.held.clone();
        // The sender lives as long as the proxy.
        let _ = held.wait_for(|count| *count > 0).await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, port: u16, way: Arc<AtomicU8>, hold: Arc<watch::Sender<usize>>) {
    // Dropped with this task, and every connection with it.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        if way.load(Ordering::SeqCst) == Way::Closed as u8 {
            continue;
        }
        let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else {
            continue;
        };
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let (changing, changed) = watch::channel(false);
        connections.spawn(requests(
            from_client,
            to_server,
            Arc::clone(&way),
            changing,
            Arc::clone(&hold),
        ));
        connections.spawn(answers(
            from_server,
            to_client,
            Arc::clone(&way),
            changed,
            Arc::clone(&hold),
        ));
    }
}

async fn requests(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    way: Arc<AtomicU8>,
    changing: watch::Sender<bool>,
    hold: Arc<watch::Sender<usize>>,
) {
    let mut part = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut part).await {
        let sent = &part[..length];
        // A request of ours fits into one packet on the loopback interface.
        if sent
            .windows(PASSWORD_MODIFY.len())
            .any(|window| window == PASSWORD_MODIFY)
        {
            changing.send_replace(true);
            if way.load(Ordering::SeqCst) == Way::Lost as u8 {
                hold.send_modify(|count| *count += 1);
                return std::future::pending().await;
            }
        }
        if to.write_all(sent).await.is_err() {
            return;
        }
    }
}

async fn answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    way: Arc<AtomicU8>,
    changing: watch::Receiver<bool>,
    hold: Arc<watch::Sender<usize>>,
) {
    let mut part = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut part).await {
        // The connector waits for each answer, so the first one after the change is the change's.
        if *changing.borrow() && way.load(Ordering::SeqCst) == Way::Unanswered as u8 {
            hold.send_modify(|count| *count += 1);
            return std::future::pending().await;
        }
        if to.write_all(&part[..length]).await.is_err() {
            return;
        }
    }
}
