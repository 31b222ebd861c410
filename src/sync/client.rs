//! The kiosk's side of the protocol, over HTTP.

use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;

use super::api::{Attempt, DeskApi, Refusal};
use super::http;
use super::wire::{ANSWER_BYTES_MAX, Feed, Health, Held, Orders, PhotoHeld, PhotoName, Piece, Post};

/// An answer that is not there after this long is not coming.
const ANSWER_SECONDS_MAX: u64 = 10;

/// The desk, reached over HTTP.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    desk: String,
    token: String,
}

/// Why a desk's address cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Not an address, or not one on this machine.
    #[error(
        "{0:?} cannot be the desk's address: until connections are encrypted, write one on this machine, \
         such as \"http://127.0.0.1:8080\""
    )]
    Address(String),
    /// The HTTP client could not be made.
    #[error("cannot set up connections: {0}")]
    Setup(reqwest::Error),
}

impl Client {
    /// A client of the desk at `desk`, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// If the address is none, or would carry names in clear over a network.
    pub fn new(desk: &str, token: &str) -> Result<Self, ClientError> {
        let address = || ClientError::Address(desk.to_owned());
        let url: reqwest::Url = desk.parse().map_err(|_| address())?;
        let on_this_machine = match url.host_str() {
            Some("localhost") => true,
            Some(host) => host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()),
            None => false,
        };
        if url.scheme() != "http" || !on_this_machine {
            return Err(address());
        }
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(ClientError::Setup)?;
        Ok(Self { http, desk: desk.trim_end_matches('/').to_owned(), token: token.to_owned() })
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.desk)
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Attempt<T> {
        let response = match request.bearer_auth(&self.token).send().await {
            Ok(response) => response,
            // Without the address, which may hold what was asked.
            Err(error) => return Attempt::Retry(error.without_url().to_string()),
        };
        let status = response.status().as_u16();
        if let Some(refused) = http::refused(status) {
            return refused;
        }
        match whole(response).await {
            Ok(Some(answer)) => http::answered(status, &answer),
            Ok(None) => {
                let mib = ANSWER_BYTES_MAX / (1024 * 1024);
                Attempt::Refused(Refusal::NotUnderstood(format!("its answer is longer than {mib} MiB")))
            }
            Err(error) => Attempt::Retry(error.without_url().to_string()),
        }
    }
}

/// The body of an answer, or none if it is longer than an answer of the desk may be: then no more of it is read.
async fn whole(mut response: Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
    if response.content_length().is_some_and(|length| length > ANSWER_BYTES_MAX as u64) {
        return Ok(None);
    }
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        if body.len() + piece.len() > ANSWER_BYTES_MAX {
            return Ok(None);
        }
        body.extend_from_slice(&piece);
    }
    Ok(Some(body))
}

impl DeskApi for Client {
    async fn post(&self, post: Post) -> Attempt<Held> {
        let request = self.http.post(self.at(http::EVENTS)).timeout(Duration::from_secs(ANSWER_SECONDS_MAX));
        self.ask(request.json(&post)).await
    }

    async fn feed(&self, cursor: u64, wait: Duration) -> Attempt<Feed> {
        let request = self.http.get(self.at(&http::feed(cursor, wait)));
        self.ask(request.timeout(wait + Duration::from_secs(ANSWER_SECONDS_MAX))).await
    }

    async fn report(&self, health: Health, wait: Duration) -> Attempt<Orders> {
        let request = self.http.post(self.at(&http::health(wait)));
        self.ask(request.timeout(wait + Duration::from_secs(ANSWER_SECONDS_MAX)).json(&health)).await
    }

    async fn photo_held(&self, photo: &PhotoName) -> Attempt<PhotoHeld> {
        let request = self.http.get(self.at(&http::photo(photo)));
        self.ask(request.timeout(Duration::from_secs(ANSWER_SECONDS_MAX))).await
    }

    async fn send_piece(&self, piece: Piece) -> Attempt<PhotoHeld> {
        let request = self.http.post(self.at(&http::piece(&piece)));
        self.ask(request.timeout(Duration::from_secs(ANSWER_SECONDS_MAX)).body(piece.bytes)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_reached_without_encryption() {
        for (address, taken) in [
            ("http://127.0.0.1:8080", true),
            ("http://localhost:8080/", true),
            ("http://[::1]:8080", true),
            ("http://192.168.1.10:8080", false),
            ("http://desk.example.org", false),
            ("https://127.0.0.1", false),
            ("desk", false),
            ("", false),
        ] {
            assert_eq!(Client::new(address, "t").is_ok(), taken, "{address}");
        }
    }

    /// A desk that answers one request with this head, and then with `body` until no one listens any more.
    fn desk_that_says(head: &'static str, body: &'static [u8]) -> std::net::SocketAddr {
        use std::io::{Read as _, Write as _};
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let addr = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(head.as_bytes());
            let mut sent = 0_usize;
            // Far more than any kiosk should read, and not for ever if one does.
            while sent < 256 * 1024 * 1024 && stream.write_all(body).is_ok() {
                sent += body.len();
            }
        });
        addr
    }

    #[tokio::test]
    async fn an_answer_without_end_is_not_read_to_the_end() {
        const BLANKS: &[u8] = &[b' '; 64 * 1024];
        for (head, words) in [
            ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", "longer than 8 MiB"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 9000000000\r\n\r\n", "longer than 8 MiB"),
        ] {
            let client = Client::new(&format!("http://{}", desk_that_says(head, BLANKS)), "t").unwrap();
            let begun = std::time::Instant::now();
            match client.feed(0, Duration::ZERO).await {
                Attempt::Refused(Refusal::NotUnderstood(why)) => assert!(why.contains(words), "{why}"),
                other => panic!("{other:?}"),
            }
            assert!(begun.elapsed() < Duration::from_secs(8), "it is not waited for: {:?}", begun.elapsed());
        }
    }

    #[tokio::test]
    async fn a_long_answer_that_is_one_is_read() {
        const ROOM: &[u8] = &[b' '; 1024 * 1024];
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 7340032\r\n\r\n";
        let client = Client::new(&format!("http://{}", desk_that_says(head, ROOM)), "t").unwrap();
        match client.feed(0, Duration::ZERO).await {
            Attempt::Refused(Refusal::NotUnderstood(why)) => assert_eq!(why, "its answer could not be read"),
            other => panic!("{other:?}"),
        }
    }
}
