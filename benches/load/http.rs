//! The smallest client that keeps its connection as a browser does, and one that listens to live events.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// A connection that is kept, and what each request on it says of itself.
pub struct Client {
    addr: SocketAddr,
    headers: String,
    stream: Option<BufReader<TcpStream>>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn cookies(&self) -> String {
        let lines = self.head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        lines.filter_map(|line| line.split(';').next()).collect::<Vec<_>>().join("; ")
    }

    /// The value of the first form token in the page.
    pub fn csrf(&self) -> String {
        between(&self.body, "name=\"csrf\" value=\"", "\"").unwrap_or_default().to_owned()
    }
}

/// What stands between two texts, the first time.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

impl Client {
    /// `headers` are whole lines.
    pub fn new(addr: SocketAddr, headers: &str) -> Self {
        Self { addr, headers: headers.to_owned(), stream: None }
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub async fn get(&mut self, path: &str) -> Result<Answer> {
        self.ask("GET", path, "", "").await
    }

    pub async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let one =
            |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        let encoded = |text: &str| text.bytes().map(one).collect::<String>();
        let body =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
        self.ask("POST", path, "content-type: application/x-www-form-urlencoded\r\nx-live: 1\r\n", &body).await
    }

    pub async fn json(&mut self, path: &str, body: &serde_json::Value) -> Result<Answer> {
        self.ask("POST", path, "content-type: application/json\r\n", &body.to_string()).await
    }

    async fn ask(&mut self, method: &str, path: &str, more: &str, body: &str) -> Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => BufReader::new(connect(self.addr).await?),
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{}{more}content-length: {}\r\n\r\n",
            self.addr,
            self.headers,
            body.len()
        );
        stream.write_all((head + body).as_bytes()).await?;
        let (status, head) = read_head(&mut stream).await?;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|text| text.trim().parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body).await?;
        self.stream = Some(stream);
        Ok(Answer { status, head, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

async fn connect(addr: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn read_head(stream: &mut BufReader<TcpStream>) -> Result<(u16, String)> {
    let mut head = String::new();
    loop {
        if stream.read_line(&mut head).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if head.ends_with("\r\n\r\n") {
            break;
        }
    }
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    Ok((status, head))
}

/// Live events as a page hears them.
pub struct Live {
    stream: BufReader<TcpStream>,
    heard: String,
}

/// One of them.
pub struct Event {
    pub kind: String,
    pub data: String,
}

impl Live {
    pub async fn open(addr: SocketAddr, path: &str, headers: &str) -> Result<Self> {
        let mut stream = BufReader::new(connect(addr).await?);
        stream
            .write_all(
                format!("GET {path} HTTP/1.1\r\nhost: {addr}\r\naccept: text/event-stream\r\n{headers}\r\n").as_bytes(),
            )
            .await?;
        let (status, _) = read_head(&mut stream).await?;
        if status != 200 {
            return Err(Error::other(format!("live events were answered with {status}")));
        }
        Ok(Self { stream, heard: String::new() })
    }

    /// The next event; an error when the connection ends.
    pub async fn next(&mut self) -> Result<Event> {
        loop {
            if let Some((event, rest)) = self.heard.split_once("\n\n") {
                let kind = event
                    .lines()
                    .find_map(|line| line.strip_prefix("event:"))
                    .unwrap_or_default()
                    .trim_start()
                    .to_owned();
                let lines = event
                    .lines()
                    .filter_map(|line| line.strip_prefix("data:"))
                    .map(|line| line.strip_prefix(' ').unwrap_or(line));
                let data = lines.collect::<Vec<_>>().join("\n");
                self.heard = rest.to_owned();
                if !kind.is_empty() {
                    return Ok(Event { kind, data });
                }
                continue;
            }
            let mut size = String::new();
            self.stream.read_line(&mut size).await?;
            let size = usize::from_str_radix(size.trim(), 16).map_err(|_| Error::from(ErrorKind::UnexpectedEof))?;
            let mut chunk = vec![0; size + 2];
            self.stream.read_exact(&mut chunk).await?;
            if size == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            self.heard.push_str(&String::from_utf8_lossy(chunk.get(..size).unwrap_or_default()));
        }
    }
}
