//! The way between kiosk and desk: the kiosk's questions as HTTP asks them, and answers read as the kiosk's client
//! reads them.

use std::net::SocketAddr;
use std::time::Duration;

use arrivals::sync::api::{Attempt, DeskApi};
use arrivals::sync::http;
use arrivals::sync::wire::{Feed, Health, Held, Orders, PhotoHeld, PhotoName, Piece, Post};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Who answers.
pub trait Answers: Send + Sync {
    /// The status and the body of the answer.
    fn answer(&self, method: &str, path: &str, body: Vec<u8>) -> impl Future<Output = (u16, Vec<u8>)> + Send;
}

/// A kiosk's way to whoever answers.
pub struct Way<A>(pub A);

impl<A: Answers> Way<A> {
    async fn ask<T: DeserializeOwned>(&self, method: &str, path: &str, body: Vec<u8>) -> Attempt<T> {
        let (status, answer) = self.0.answer(method, path, body).await;
        http::answered(status, &answer)
    }
}

impl<A: Answers> DeskApi for Way<A> {
    async fn post(&self, post: Post) -> Attempt<Held> {
        self.ask("POST", http::EVENTS, serde_json::to_vec(&post).unwrap()).await
    }

    async fn feed(&self, cursor: u64, wait: Duration) -> Attempt<Feed> {
        self.ask("GET", &http::feed(cursor, wait), Vec::new()).await
    }

    async fn report(&self, health: Health, wait: Duration) -> Attempt<Orders> {
        self.ask("POST", &http::health(wait), serde_json::to_vec(&health).unwrap()).await
    }

    async fn photo_held(&self, photo: &PhotoName) -> Attempt<PhotoHeld> {
        self.ask("GET", &http::photo(photo), Vec::new()).await
    }

    async fn send_piece(&self, piece: Piece) -> Attempt<PhotoHeld> {
        let path = http::piece(&piece);
        self.ask("POST", &path, piece.bytes).await
    }
}

/// Asks the desk that listens there.
pub async fn ask(addr: SocketAddr, token: &str, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {addr}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    let end = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let status = String::from_utf8_lossy(&all[..end]).split(' ').nth(1).unwrap().parse().unwrap();
    (status, all.split_off(end + 4))
}
