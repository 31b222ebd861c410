//! The kiosk's side of the protocol, over HTTP.

use std::time::Duration;

use reqwest::{RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;

use super::api::{Attempt, DeskApi, Refusal};
use super::wire::{Feed, Health, Held, Orders, PhotoHeld, PhotoName, Piece, Post};

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
        "{0:?} cannot be the desk's address: until connections are encrypted, write one on this machine, such as \"http://127.0.0.1:8080\""
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

    fn address_of(&self, photo: &PhotoName) -> String {
        let PhotoName { seq, field, side, total, hash } = photo;
        let (seq, field, side) = (seq.0, field.code(), side.code());
        format!("{}/api/kiosk/photo?seq={seq}&field={field}&side={side}&total={total}&hash={hash}", self.desk)
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Attempt<T> {
        let response = match request.bearer_auth(&self.token).send().await {
            Ok(response) => response,
            // Without the address, which may hold what was asked.
            Err(error) => return Attempt::Retry(error.without_url().to_string()),
        };
        match response.status() {
            StatusCode::OK => match response.json().await {
                Ok(answer) => Attempt::Sent(answer),
                Err(error) if error.is_decode() => Attempt::Refused(Refusal::NotUnderstood("its answer could not be read".to_owned())),
                Err(error) => Attempt::Retry(error.without_url().to_string()),
            },
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Attempt::Refused(Refusal::UnknownToken),
            StatusCode::CONFLICT => Attempt::Refused(Refusal::OtherHistory),
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT => {
                Attempt::Retry(format!("the desk answered {status}"))
            }
            status => Attempt::Refused(Refusal::NotUnderstood(format!("it answered {status}"))),
        }
    }
}

impl DeskApi for Client {
    async fn post(&self, post: Post) -> Attempt<Held> {
        let request =
            self.http.post(format!("{}/api/kiosk/events", self.desk)).timeout(Duration::from_secs(ANSWER_SECONDS_MAX)).json(&post);
        self.ask(request).await
    }

    async fn feed(&self, cursor: u64, wait: Duration) -> Attempt<Feed> {
        let request = self
            .http
            .get(format!("{}/api/kiosk/feed?cursor={cursor}&wait_seconds={}", self.desk, wait.as_secs()))
            .timeout(wait + Duration::from_secs(ANSWER_SECONDS_MAX));
        self.ask(request).await
    }

    async fn report(&self, health: Health, wait: Duration) -> Attempt<Orders> {
        let address = format!("{}/api/kiosk/health?wait_seconds={}", self.desk, wait.as_secs());
        self.ask(self.http.post(address).timeout(wait + Duration::from_secs(ANSWER_SECONDS_MAX)).json(&health)).await
    }

    async fn photo_held(&self, photo: &PhotoName) -> Attempt<PhotoHeld> {
        self.ask(self.http.get(self.address_of(photo)).timeout(Duration::from_secs(ANSWER_SECONDS_MAX))).await
    }

    async fn send_piece(&self, piece: Piece) -> Attempt<PhotoHeld> {
        let address = format!("{}&offset={}", self.address_of(&piece.photo), piece.offset);
        self.ask(self.http.post(address).timeout(Duration::from_secs(ANSWER_SECONDS_MAX)).body(piece.bytes)).await
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
}
