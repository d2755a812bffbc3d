//! A seller who is a company: linked on the office's page, with pages of its own that nobody else has.

use app::i18n::t;
use axum::http::StatusCode;
use identity::demo_dealer_id;
use kernel::Lang;
use platform_db::new_id;

use crate::negotiations::begun;
use crate::receipts::{open_lot, reserved_lot};
use crate::support::{Answer, Browser, TestServer};

/// The seller of the lots that tests open, as a browser asks for his page.
const SELLER: &str = "/office/sellers/%E6%B5%8B%E8%AF%95%E5%8D%96%E6%96%B9";

async fn linked(office: &mut Browser) {
    let (key, dealer) = (new_id().to_string(), demo_dealer_id("hengxin").to_string());
    let fields = [("key", &*key), ("form", "link"), ("seller", "测试卖方"), ("dealer", &*dealer)];
    let answer = office.post(SELLER, &fields).await;
    assert!(answer.location().contains("done=SELLER_LINKED"), "{}", answer.body);
}

#[tokio::test]
async fn staff_link_a_seller_and_take_it_back_with_a_reason() {
    let server = TestServer::new().await;
    open_lot(&server).await;
    let mut office = server.signed_in("sales").await;
    let page = office.get(&format!("{SELLER}?company=恒信")).await.body;
    assert!(page.contains("恒信车业") && page.contains("还没有关联公司"), "{page}");
    linked(&mut office).await;
    let page = office.get(SELLER).await.body;
    assert!(page.contains("测试卖方 就是 恒信车业") && page.contains("解除关联"), "{page}");
    assert!(office.get("/office/sellers").await.body.contains("恒信车业"), "in the list as well");
    let again = office
        .post(
            SELLER,
            &[
                ("key", &*new_id().to_string()),
                ("form", "link"),
                ("seller", "测试卖方"),
                ("dealer", &*demo_dealer_id("yuanxing").to_string()),
            ],
        )
        .await;
    assert!(again.body.contains("已关联了一家公司"), "{}", again.body);

    let mut pricing = server.signed_in("pricing").await;
    let page = pricing.get(SELLER).await.body;
    assert!(
        page.contains("恒信车业") && !page.contains("解除关联"),
        "who may not change it reads it: {page}"
    );
    let of = |page: &str| {
        let at = page.find("name=\"link\" value=\"").unwrap() + 19;
        page[at..at + 36].to_owned()
    };
    let link = of(&office.get(SELLER).await.body);
    let silent = [("key", &*new_id().to_string()), ("form", "unlink"), ("link", &*link), ("reason", "")];
    let refused = office.post(SELLER, &silent).await.body;
    assert!(refused.contains(&*t(Lang::Zh, "error.REQUIRED")), "{refused}");
    let undo =
        [("key", &*new_id().to_string()), ("form", "unlink"), ("link", &*link), ("reason", "换了主体")];
    assert!(office.post(SELLER, &undo).await.location().contains("done=SELLER_UNLINKED"));
    let page = office.get(SELLER).await.body;
    assert!(page.contains("换了主体") && page.contains("还没有关联公司"), "{page}");
    assert_eq!(office.get("/office/sellers/%E6%B2%A1%E6%9C%89").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_company_that_sells_has_its_lots_and_others_do_not() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await;
    let (mut seller, mut other) = (server.signed_in("hengxin2").await, server.signed_in("yuanxing").await);
    let page = seller.get("/my/selling").await;
    assert!(
        page.body.contains("贵司还不是卖方") && !page.body.contains("href=\"/my/selling\""),
        "{}",
        page.body
    );
    let mut office = server.signed_in("auctioneer").await;
    linked(&mut office).await;

    let page = seller.get("/my/selling").await.body;
    let own = format!("/my/selling/lots/{lot_id}");
    for words in [&*own, "href=\"/my/selling\"", "保留价", "人关注", "达成率"] {
        assert!(page.contains(words), "{words} is missing: {page}");
    }
    assert!(seller.get("/my").await.body.contains("href=\"/my/selling\""), "a phone's way");
    let page = seller.get(&own).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("卖方操作记录") || page.body.contains("出价记录"), "{}", page.body);
    let nav = |path: &str, word: &str| format!("href=\"{path}\" aria-current=\"{word}\"");
    assert!(page.body.contains(&nav("/my/selling", "page")), "{}", page.body);
    assert!(page.body.contains(&nav("/my", "true")), "on a phone one's company stands for it");
    let lot = format!("/auctions/lots/{lot_id}");
    let (own_page, other_page) = (seller.get(&lot).await.body, other.get(&lot).await.body);
    let forms = "id=\"offer\" hidden";
    assert!(own_page.contains("本车由您的公司送拍，不能出价") && own_page.contains(forms), "{own_page}");
    assert!(!other_page.contains("本车由您") && !other_page.contains(forms), "{other_page}");
    let calculator = "id=\"landed\"";
    assert!(other_page.contains(calculator) && !own_page.contains(calculator), "{own_page}");
    let file = seller.get("/my/selling.csv").await.body;
    assert!(file.contains("测试卖方") && file.contains("自动成交差额"), "{file}");

    assert_eq!(other.get(&own).await.status, StatusCode::NOT_FOUND);
    assert!(!other.get("/my").await.body.contains("href=\"/my/selling\""));
    assert!(!other.get("/my/selling.csv").await.body.contains("测试卖方"));
    for page in ["/my/selling", &own] {
        assert_eq!(office.get(page).await.status, StatusCode::FORBIDDEN, "staff have pages of their own");
    }
}

async fn send(browser: &mut Browser, page: &str, fields: &[(&str, &str)]) -> Answer {
    let key = new_id().to_string();
    let mut all = vec![("key", key.as_str())];
    all.extend(fields);
    browser.post(page, &all).await
}

#[tokio::test]
async fn the_seller_counters_on_his_page_and_the_buyer_accepts() {
    let server = TestServer::new().await;
    let id = begun(&server).await;
    linked(&mut server.signed_in("sales").await).await;
    let (mut seller, mut buyer) = (server.signed_in("hengxin").await, server.signed_in("yuanxing").await);
    let page = format!("/my/selling/negotiations/{id}");
    let list = seller.get("/my/selling?state=negotiated").await.body;
    assert!(list.contains(&page) && list.contains("待您答复"), "{list}");
    let asked = seller.get(&page).await.body;
    for words in ["¥80,000", "最高出价方", "接受 ¥60,000"] {
        assert!(asked.contains(words), "{words} is missing: {asked}");
    }
    assert!(!asked.contains("远行二手车"), "the buyer has no name before there is a deal: {asked}");
    assert_eq!(buyer.get(&page).await.status, StatusCode::NOT_FOUND);
    let countered = send(&mut seller, &page, &[("form", "counter"), ("amount", "76,000")]).await;
    assert_eq!(countered.location(), format!("{page}?done=NEGOTIATION_COUNTERED"));
    let mine = format!("/my/negotiations/{id}");
    let accepted = send(&mut buyer, &mine, &[("form", "accept"), ("offer_fen", "7600000")]).await;
    assert_eq!(accepted.location(), format!("{mine}?done=NEGOTIATION_AGREED"));
    let page = seller.get(&page).await.body;
    assert!(page.contains("远行二手车") && page.contains("议价成交"), "{page}");
    let office = server.signed_in("sales").await.get(&format!("/office/negotiations/{id}")).await.body;
    assert!(office.contains("卖方 · 吴恒") && !office.contains("工作人员代卖方"), "{office}");
}

#[tokio::test]
async fn the_seller_lowers_his_reserve_on_his_page_and_nobody_else_does() {
    let server = TestServer::new().await;
    let lot_id = reserved_lot(&server, 3_600_000, Some(8_000_000)).await;
    linked(&mut server.signed_in("sales").await).await;
    let (mut seller, mut other) = (server.signed_in("hengxin").await, server.signed_in("yuanxing").await);
    let page = format!("/my/selling/lots/{lot_id}");
    let before = seller.get(&page).await.body;
    for words in ["¥80,000", "调低", "公开保留价"] {
        assert!(before.contains(words), "{words} is missing: {before}");
    }
    let (lower, gap) = (format!("{page}/reserve"), format!("{page}/gap"));
    let done = send(&mut seller, &lower, &[("amount", "75,000")]).await;
    assert_eq!(done.location(), format!("{page}?done=RESERVE_LOWERED"));
    let raised = send(&mut seller, &lower, &[("amount", "79,000")]).await;
    assert!(
        raised.location().starts_with(&format!("{page}?problem=RESERVE_NOT_LOWER")),
        "{}",
        raised.location()
    );
    let odd = send(&mut seller, &lower, &[("amount", "viel")]).await;
    assert_eq!(odd.location(), format!("{page}?problem=AMOUNT_UNREADABLE"));
    assert_eq!(
        send(&mut seller, &gap, &[("amount", "1,000")]).await.location(),
        format!("{page}?done=GAP_SET")
    );
    let published = send(&mut seller, &format!("{page}/publish-reserve"), &[]).await;
    assert_eq!(published.location(), format!("{page}?done=RESERVE_PUBLISHED"));
    let after = seller.get(&page).await.body;
    assert!(after.contains("¥75,000") && after.contains("吴恒 · 恒信车业"), "{after}");
    for path in [lower, gap] {
        assert_eq!(send(&mut other, &path, &[("amount", "70,000")]).await.status, StatusCode::NOT_FOUND);
    }
}
