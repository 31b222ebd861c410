//! Whoever opens connections and sends nothing, or slowly, keeps nobody out.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use arrivals::desk::DeskOptions;
use arrivals::domain::staff::Role;
use arrivals::sync::wire::Held;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::page::sign_in;
use super::support::{PASSWORD, Running, TOKEN_A, checked_in, http, import, place, post_of};

/// Connections that begin a request and never end it.
async fn slow(addr: SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut open = Vec::new();
    for _ in 0..count {
        let Ok(mut stream) = TcpStream::connect(addr).await else { continue };
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: desk\r\nx-a: ").await;
        open.push(stream);
    }
    open
}

#[tokio::test]
async fn slow_connections_keep_neither_staff_nor_kiosks_nor_a_sign_in_out() {
    let mut place = place();
    place.desk = place.opened_with(DeskOptions::default().connections_max(64));
    place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let cookie = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    // One of the desk's own pages is open, and a kiosk waits for news.
    let mut live = TcpStream::connect(serving.addr).await.unwrap();
    live.write_all(format!("GET /live HTTP/1.1\r\nhost: desk\r\ncookie: {cookie}\r\n\r\n").as_bytes()).await.unwrap();
    let mut start = [0_u8; 12];
    live.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
    let begun = Instant::now();
    let mut open = slow(serving.addr, 200).await;
    assert_eq!(http(serving.addr, "GET", "/list", &[("cookie", &cookie)], "").await.status, 200);
    let bearer = format!("Bearer {TOKEN_A}");
    let body = serde_json::to_string(&post_of("lobby", vec![checked_in(1, 'A', 1, &["apt-0001"])])).unwrap();
    let posted = http(serving.addr, "POST", "/api/kiosk/events", &[("authorization", &bearer)], &body).await;
    assert_eq!(serde_json::from_str::<Held>(&posted.body).unwrap().held.0, 1, "{posted:?}");
    assert_eq!(sign_in(serving.addr, "ana", PASSWORD).await.status, 303);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    // The first one had to give way; the page that was open has not.
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), open[0].read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the one that waited longest is closed");
    let mut heard = vec![0_u8; 4096];
    let said = tokio::time::timeout(Duration::from_secs(5), live.read(&mut heard)).await.unwrap().unwrap();
    assert!(said > 0, "the page still hears what is new");
    drop(open);
    serving.stop().await;
}

/// The whole program, with the system's usual limit of open files, and more slow connections than that.
#[tokio::test]
async fn eleven_hundred_slow_connections_stop_nothing() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let files = getrlimit(Resource::Nofile);
    let wanted = 4096.min(files.maximum.unwrap_or(4096));
    setrlimit(
        Resource::Nofile,
        Rlimit { current: Some(wanted.max(files.current.unwrap_or(0))), maximum: files.maximum },
    )
    .unwrap();
    let count = if wanted >= 2048 { 1100 } else { 400 };
    let place = place();
    place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let data = place.folder.path().to_owned();
    let limit = if count == 1100 { 1024 } else { 256 };
    let script = format!("ulimit -n {limit}; exec \"$0\" serve --data \"$1\" --listen 127.0.0.1:0");
    let child = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_arrivals-desk")])
        .arg(&data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(running.0.stdout.take().unwrap()), &mut line).unwrap();
    let addr: SocketAddr = line.trim().rsplit('/').next().unwrap().parse().unwrap();
    let cookie = sign_in(addr, "ana", PASSWORD).await.cookies();
    let open = slow(addr, count).await;
    assert_eq!(open.len(), count);
    for _ in 0..3 {
        let begun = Instant::now();
        let list = tokio::time::timeout(Duration::from_secs(8), http(addr, "GET", "/list", &[("cookie", &cookie)], ""))
            .await
            .unwrap();
        assert_eq!(list.status, 200, "after {:?}", begun.elapsed());
        assert_eq!(
            tokio::time::timeout(Duration::from_secs(8), http(addr, "GET", "/healthz", &[], "")).await.unwrap().body,
            "ok"
        );
    }
}
