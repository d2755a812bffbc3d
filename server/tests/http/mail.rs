//! `/my/alerts` and `/mail/unsubscribe`: news by mail, from the address that is typed to the link that ends it.

use auction::SaleFormat;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use kernel::LotId;
use platform_db::new_id;
use platform_testkit::{MailServer, Mailed, Mailing, SmtpStep};
use tokio::sync::watch;

use crate::bid_news::bids;
use crate::formats::{everybody, lot_of, open_sale_with};
use crate::support::{Browser, TestServer};

/// A server that hands mails to this one, and sends when it is told to.
async fn server_with(post: &MailServer) -> TestServer {
    let settings =
        [("LUOCHUI_MAIL_SERVER", &*post.url()), ("LUOCHUI_MAIL_FROM", "落槌 <news@auction.example.com>")];
    let server = TestServer::with(&settings).await;
    let (_, stopped) = watch::channel(true);
    server::mail::start(&server.state.config, &server.state.services, stopped).unwrap();
    server
}

async fn out(server: &TestServer) {
    let auction = &server.state.services.auction;
    auction.tell_news().await.unwrap();
    auction.mail_out(auction.now().plus_ms(1_000)).await.unwrap();
}

/// What stands in a hidden field of the form with that name.
fn field(page: &str, form: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"form\" value=\"{form}\"")).unwrap();
    let (_, rest) = rest.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn typed(browser: &mut Browser, address: &str) -> String {
    let key = new_id().to_string();
    let form = [("form", "mail"), ("key", &*key), ("address", address)];
    let answer = browser.post("/my/alerts", &form).await;
    assert_eq!(answer.location(), "/my/alerts?done=MAIL_CODE_SENT", "{}", answer.body);
    key
}

fn code_in(mail: &Mailed) -> String {
    mail.header("Subject").chars().filter(char::is_ascii_digit).collect()
}

/// Types an address and the code that comes.
async fn confirmed(server: &TestServer, post: &MailServer, browser: &mut Browser, address: &str) {
    let id = typed(browser, address).await;
    out(server).await;
    let code = code_in(post.mailed().last().unwrap());
    let answer = browser.post("/my/alerts", &[("form", "mail_code"), ("id", &id), ("code", &code)]).await;
    assert_eq!(answer.location(), "/my/alerts?done=MAIL_CONFIRMED", "{}", answer.body);
}

/// Chooses all topics, and these by mail.
async fn mails(browser: &mut Browser, topics: &[&str]) {
    let mut form = vec![("form", "choice"), ("has_mailed", "on"), ("pace", "hour")];
    form.extend(
        ["match", "ending", "outbid", "result", "negotiation", "sale"].map(|topic| ("topics", topic)),
    );
    form.extend(topics.iter().map(|topic| ("mailed", *topic)));
    assert_eq!(browser.post("/my/alerts", &form).await.location(), "/my/alerts?done=ALERTS_CHOSEN");
}

async fn open_lot(server: &TestServer) -> LotId {
    lot_of(open_sale_with(server, 1, SaleFormat::Timed, (everybody(), 0)).await, 0)
}

/// The path of the link by which a mail is ended.
fn stop_link(mail: &Mailed) -> String {
    let header = mail.header("List-Unsubscribe");
    header.trim_matches(['<', '>']).strip_prefix("http://127.0.0.1:3000").unwrap().to_owned()
}

#[tokio::test]
async fn from_the_address_to_the_mail_and_out_again() {
    let post = MailServer::start().await.unwrap();
    let server = server_with(&post).await;
    let lot_id = open_lot(&server).await;
    let (mut mine, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    assert!(mine.get("/my/alerts").await.body.contains("发送确认码"));
    confirmed(&server, &post, &mut mine, "yuan@dealer.example").await;
    let first = post.mailed().pop().unwrap();
    assert_eq!(first.to, "yuan@dealer.example");
    assert!(
        first.part("text/plain").contains(&code_in(&first))
            && first.part("text/html").contains("/my/alerts#mail")
    );
    assert_eq!(first.header("List-Unsubscribe"), "");
    let page = mine.get("/my/alerts").await.body;
    assert!(page.contains("yuan@dealer.example") && page.contains("has_mailed"), "{page}");
    assert!(page.contains("name=\"mailed\" value=\"result\" checked"), "by itself: {page}");

    mails(&mut mine, &["outbid", "result"]).await;
    bids(&mut mine, lot_id, 60_000).await;
    bids(&mut other, lot_id, 62_000).await;
    out(&server).await;
    let mail = post.mailed().pop().unwrap();
    let lot = server.state.services.auction.lot(&server.person("yuanxing"), lot_id).await.unwrap().lot;
    assert_eq!(mail.header("Subject"), format!("出价被超过：{}", lot.title));
    assert_eq!(mail.from, "news@auction.example.com");
    let url = format!("http://127.0.0.1:3000/auctions/lots/{lot_id}");
    assert!(mail.part("text/plain").contains(&url) && mail.part("text/html").contains(&url), "{}", mail.raw);

    // whoever has the mail sees what the link ends, and only a press ends it
    let link = stop_link(&mail);
    let mut nobody = server.browser();
    for _ in 0..2 {
        let page = nobody.get(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("不再发送这类邮件") && !page.body.contains("yuan@"), "{}", page.body);
    }
    let pressed = nobody.post(&link, &[("all", "")]).await;
    assert_eq!((pressed.status, pressed.location()), (StatusCode::SEE_OTHER, link.as_str()));
    assert!(nobody.get(&link).await.body.contains("已不再用邮件发送"));
    let before = post.mailed().len();
    bids(&mut mine, lot_id, 70_000).await;
    bids(&mut other, lot_id, 72_000).await;
    out(&server).await;
    assert_eq!(post.mailed().len(), before);

    // and everything
    nobody.post(&link, &[("all", "on")]).await;
    assert!(nobody.get(&link).await.body.contains("已不再向这个邮箱发送邮件"));
    assert!(mine.get("/my/alerts").await.body.contains("发送确认码"));
}

#[tokio::test]
async fn a_mail_box_ends_it_by_itself_from_anywhere_and_nobody_else_ends_anything() {
    let post = MailServer::start().await.unwrap();
    let server = server_with(&post).await;
    let lot_id = open_lot(&server).await;
    let (mut mine, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    confirmed(&server, &post, &mut mine, "yuan@dealer.example").await;
    mails(&mut mine, &["outbid"]).await;
    bids(&mut mine, lot_id, 60_000).await;
    bids(&mut other, lot_id, 62_000).await;
    out(&server).await;
    let link = stop_link(&post.mailed().pop().unwrap());
    let one_click = [("List-Unsubscribe", "One-Click")];
    let mut provider = server.browser();
    let forged = link.replace("what=outbid", "what=all");
    for odd in [&*forged, "/mail/unsubscribe", "/mail/unsubscribe?to=x&what=y&sign=z"] {
        let answer = provider.post_from(odd, &one_click, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{odd}");
        assert_eq!(provider.get(odd).await.status, StatusCode::OK);
    }
    assert!(mine.get("/my/alerts").await.body.contains("name=\"mailed\" value=\"outbid\" checked"));
    for _ in 0..2 {
        let answer = provider.post_from(&link, &one_click, &[("origin", "https://mail.example.com")]).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::OK, ""));
    }
    assert!(!mine.get("/my/alerts").await.body.contains("name=\"mailed\" value=\"outbid\" checked"));
    // the other form of body that mail boxes may send
    let parts =
        "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    let headers = [("content-type", "multipart/form-data; boundary=x")];
    let answer = provider.send(Method::POST, &link, &headers, Body::from(parts)).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::OK, ""));
    // nothing else may come from elsewhere
    let elsewhere = mine.post_from("/my/alerts", &[("form", "mail_off")], &[]).await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_car_is_muted_where_news_goes_out_by_mail_alone() {
    let post = MailServer::start().await.unwrap();
    let server = server_with(&post).await;
    let lot_id = open_lot(&server).await;
    let (mut mine, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    bids(&mut mine, lot_id, 60_000).await;
    bids(&mut other, lot_id, 62_000).await;
    out(&server).await;
    assert!(!mine.get("/my/alerts").await.body.contains("静音此车"), "nothing goes out that could be muted");
    confirmed(&server, &post, &mut mine, "yuan@dealer.example").await;
    mails(&mut mine, &["outbid"]).await;
    let page = mine.get("/my/alerts").await.body;
    assert!(page.contains("静音此车") && page.contains("aria-label=\"标为已读：出价被超过 "), "{page}");
    let muted = mine.post("/my/alerts", &[("form", "mute"), ("lot", &lot_id.to_string())]).await;
    assert_eq!(muted.location(), "/my/alerts?done=LOT_MUTED");
    assert!(mine.get("/my/alerts").await.body.contains("aria-label=\"恢复通知："));
    let before = post.mailed().len();
    bids(&mut mine, lot_id, 70_000).await;
    bids(&mut other, lot_id, 72_000).await;
    out(&server).await;
    assert_eq!(post.mailed().len(), before);
}

#[tokio::test]
async fn a_wrong_code_is_said_and_a_box_that_is_not_there_too() {
    let post = MailServer::start().await.unwrap();
    let server = server_with(&post).await;
    let (mut mine, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    let odd = mine
        .post("/my/alerts", &[("form", "mail"), ("key", &new_id().to_string()), ("address", "yuan")])
        .await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        odd.body.contains("不是可以收信的邮箱地址") && odd.body.contains("value=\"yuan\""),
        "{}",
        odd.body
    );
    post.answer(Mailing::Refuse(SmtpStep::Rcpt, "550 5.1.1 nobody here"));
    let id = typed(&mut mine, "yuna@dealer.example").await;
    assert_eq!(field(&mine.get("/my/alerts").await.body, "mail_code", "id"), id);
    out(&server).await;
    let page = mine.get("/my/alerts").await.body;
    assert!(page.contains("邮件退回") && page.contains("nobody here"), "{page}");
    let wrong = mine.post("/my/alerts", &[("form", "mail_code"), ("id", &id), ("code", "1")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("还可以试 4 次"), "{}", wrong.body);
    // the choice of news was not sent: it stands as it is, and whoever saves it next turns nothing off
    let ticked = |page: &str| page.matches(" checked").count();
    assert!(ticked(&page) > 0);
    assert_eq!(ticked(&wrong.body), ticked(&page));
    let again = [("form", "mail_again"), ("key", &*new_id().to_string()), ("id", &*id)];
    let soon = mine.post("/my/alerts", &again).await;
    assert_eq!(soon.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(soon.body.contains("MAIL_CODE_TOO_SOON"), "{}", soon.body);
    let off = [("form", "mail_off"), ("id", &*id)];
    assert_eq!(other.post("/my/alerts", &off).await.status, StatusCode::NOT_FOUND);
    assert_eq!(mine.post("/my/alerts", &off).await.location(), "/my/alerts?done=MAIL_REMOVED");
}

#[tokio::test]
async fn where_no_server_is_set_the_page_says_so_and_nothing_fails() {
    let server = TestServer::new().await;
    let (_, stopped) = watch::channel(true);
    assert!(server::mail::start(&server.state.config, &server.state.services, stopped).unwrap().is_none());
    let mut mine = server.signed_in("yuanxing").await;
    let page = mine.get("/my/alerts").await;
    assert!(page.body.contains("没有设置邮件服务器") && !page.body.contains("has_mailed"), "{}", page.body);
    let form = [("form", "mail"), ("key", &*new_id().to_string()), ("address", "yuan@dealer.example")];
    let answer = mine.post("/my/alerts", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("MAIL_OFF"), "{}", answer.body);
}
