//! What stands between clients and servers: one address in front of whatever nodes live, and a
//! knife. A connection that finds no node waits for one, as at a balancer.

use rand::rngs::StdRng;
use rand::seq::IteratorRandom as _;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

/// A relay in front of any number of nodes.
#[derive(Clone)]
pub struct Relay(Rc<Inner>);

struct Inner {
    address: SocketAddr,
    nodes: watch::Sender<Vec<SocketAddr>>,
    lines: RefCell<HashMap<u64, oneshot::Sender<()>>>,
    next: Cell<u64>,
}

impl Relay {
    /// One that has no nodes yet.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let relay = Self(Rc::new(Inner {
            address: listener.local_addr().expect("an address"),
            nodes: watch::channel(Vec::new()).0,
            lines: RefCell::default(),
            next: Cell::new(0),
        }));
        let own = relay.clone();
        actix_web::rt::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = own.0.next.replace(own.0.next.get() + 1);
                actix_web::rt::spawn(own.clone().carry(client, number));
            }
        });
        relay
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Sends new connections to these nodes by turns.
    pub fn lead_to(&self, nodes: Vec<SocketAddr>) {
        self.0.nodes.send_replace(nodes);
    }

    /// Cuts one of the connections, both ends without a farewell. Tells whether there was one.
    pub fn cut_one(&self, random: &mut StdRng) -> bool {
        let mut lines = self.0.lines.borrow_mut();
        let mut numbers: Vec<u64> = lines.keys().copied().collect();
        // A map's own order is not the same each time.
        numbers.sort_unstable();
        let chosen = numbers.into_iter().choose(random);
        chosen.and_then(|number| lines.remove(&number)).is_some()
    }

    async fn carry(self, mut client: TcpStream, number: u64) {
        let Some(mut node) = self.dial(number).await else {
            return;
        };
        // Frames are small, and nobody here waits for more.
        let _ = (client.set_nodelay(true), node.set_nodelay(true));
        let (cut, mut cutting) = oneshot::channel();
        self.0.lines.borrow_mut().insert(number, cut);
        let mut up = vec![0; 16 * 1024];
        let mut down = vec![0; 16 * 1024];
        let ended_by_cut = loop {
            tokio::select! {
                biased;
                _ = &mut cutting => break true,
                read = client.read(&mut up) => match read {
                    Ok(bytes) if bytes > 0 && node.write_all(&up[..bytes]).await.is_ok() => {}
                    _ => break false,
                },
                read = node.read(&mut down) => match read {
                    Ok(bytes) if bytes > 0 && client.write_all(&down[..bytes]).await.is_ok() => {}
                    _ => break false,
                },
            }
        };
        self.0.lines.borrow_mut().remove(&number);
        if ended_by_cut {
            for end in [&client, &node] {
                end.set_zero_linger()
                    .expect("a reset in place of a farewell");
            }
        }
    }

    /// A node that takes the connection; `None` when the one that should does not.
    async fn dial(&self, number: u64) -> Option<TcpStream> {
        let mut nodes = self.0.nodes.subscribe();
        let node = {
            let nodes = nodes.wait_for(|nodes| !nodes.is_empty()).await.ok()?;
            nodes[usize::try_from(number).ok()? % nodes.len()]
        };
        TcpStream::connect(node).await.ok()
    }
}
