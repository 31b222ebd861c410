//! Finding somebody: on the day's list as one types, among all days by name, birth date or number; and the list narrowed by its address.

use arrivals::desk::store::AuditSearch;

use super::page::ready;
use super::support::{TOKEN_A, checked_in, form, http, import, post_of, stopped};

#[tokio::test]
async fn people_of_all_days_are_found_and_each_search_is_noted() {
    let (place, serving, cookie) = ready().await;
    // The same people, a month later: one of them is found once.
    let later = std::fs::read_to_string("tests/data/day.csv").unwrap().replace("2026-11-23T", "2026-12-21T").replace("apt-", "later-");
    let file = place.folder.path().join("later.csv");
    std::fs::write(&file, later).unwrap();
    import(&place.desk, file.to_str().unwrap()).0.unwrap();
    let csrf = http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await.csrf();
    let search = async |q: &str| form(serving.addr, "/search", &cookie, &[("csrf", &csrf), ("q", q)]).await;
    for q in
        ["dietrich", "DIETRICH alfonso", "6/2/1962 Dietrich", "1962-06-02 alf", "2.6.1962 dietrich", "2b729cb8-0713-4dec-9dfb-ae0aecb28fb4"]
    {
        let found = search(q).await;
        assert_eq!(found.status, 200);
        let all = found.body.split("id=\"h-all\"").nth(1).unwrap();
        assert!(all.contains("Alfonso Dietrich") && all.contains("2 Jun 1962"), "{q}");
        assert_eq!(all.matches("Alfonso Dietrich").count(), 1, "{q}: {all}");
    }
    for q in ["dietrich 6/3/1962", "nobodyofthatname", "2b729cb8"] {
        let found = search(q).await;
        assert!(found.status == 200 && found.body.contains("Nobody who ever had an appointment"), "{q}");
    }
    for q in ["", "   ", &"x".repeat(101)] {
        assert_eq!(search(q).await.status, 422);
    }
    assert_eq!(http(serving.addr, "GET", "/search?q=dietrich", &[("cookie", &cookie)], "").await.status, 404, "a name is in no address");
    let rows = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 100)).unwrap();
    let searched: Vec<_> = rows.iter().filter(|row| row.action == "searched").collect();
    assert_eq!(searched.len(), 9);
    assert_eq!(searched.iter().filter(|row| row.patient == "2b729cb8-0713-4dec-9dfb-ae0aecb28fb4").count(), 6);
    assert!(searched.iter().all(|row| row.about.is_empty()), "what was typed is not kept");
    serving.stop().await;
}

#[tokio::test]
async fn whoever_has_a_ticket_today_is_found_by_it() {
    let (place, serving, cookie) = ready().await;
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![checked_in(1, 'A', 17, &["apt-0002"])])).unwrap();
    let page = http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await;
    let row = page.body.split("id=\"row-apt-0002\"").nth(1).unwrap().split('>').next().unwrap();
    for word in ["bailey", "a17", "1952-01-17", "1/17/1952", "01/17/1952", "17.01.1952", "9a82c90c"] {
        assert!(row.contains(word), "{word}: {row}");
    }
    let found = form(serving.addr, "/search", &cookie, &[("csrf", &page.csrf()), ("q", "a17")]).await.body;
    assert!(found.contains("Devin Bailey") && found.contains("<b>A17</b>"));
    serving.stop().await;
}

#[tokio::test]
async fn the_list_is_narrowed_by_its_address_and_never_hides_who_feels_unwell() {
    let (place, serving, cookie) = ready().await;
    let list = async |query: &str| http(serving.addr, "GET", &format!("/list{query}"), &[("cookie", &cookie)], "").await.body;
    let rows = |body: &str| body.matches("data-find=").count();
    let all = rows(&list("").await);
    assert_eq!(all, 232);
    let service = list("?service=Physiotherapy").await;
    assert!(rows(&service) > 0 && rows(&service) < all && service.contains("are not shown") && service.contains("href=\"/\""));
    assert_eq!(rows(&list("?queue=Physiotherapy").await), rows(&service), "without a setting a queue is a service");
    let both = rows(&list("?service=Physiotherapy&clinician=Dr.%20Leanne%20Moen").await);
    assert!(both > 0 && both <= rows(&service));
    assert_eq!(rows(&list("?service=nothing%20of%20that%20name").await), 0);
    assert_eq!(rows(&list("?state=called").await), 0);
    assert_eq!(rows(&list(&format!("?service={}", "x".repeat(300))).await), all, "nobody made such an address here");
    place
        .desk
        .take_post(
            TOKEN_A,
            &post_of(
                "lobby",
                vec![checked_in(1, 'A', 1, &["apt-0001"]), stopped(2, arrivals::domain::reason::Reason::FeelsUnwell, &["apt-0002"])],
            ),
        )
        .unwrap();
    let called = list("?state=called&service=Cardiology").await;
    assert!(rows(&called) == 1 && called.contains("row-apt-0002") && called.contains("Feels unwell"));
    let page = http(serving.addr, "GET", "/?state=expected&service=Physiotherapy", &[("cookie", &cookie)], "").await.body;
    assert!(page.contains("<option value=\"Physiotherapy\" selected>") && page.contains("<option value=\"expected\" selected>"));
    assert!(!page.contains("id=\"row-apt-0001\""));
    serving.stop().await;
}
