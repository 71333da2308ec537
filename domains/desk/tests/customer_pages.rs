//! What customers do behind links and QR codes, over the real router.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use channels::{LinkPurpose, NewLink};
use data_encoding::BASE64;
use db::{Migration, Tx};
use http_api::{
    App, Service, Settings,
    axum::{
        Router,
        body::{Body, to_bytes},
    },
    http::{Method, Request, header},
};
use identity::{NewTenant, create_tenant_as};
use kernel::Uuid;
use serde_json::{Value, json};
use testkit::{TENANT, TestDb};
use tickets::{Action, MessageKind, Priority, Solution, Source, Ticket, TicketError, TicketType};
use tower::ServiceExt as _;
use visits::{Visit, VisitStatus};

fn migrations() -> Vec<Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        search::migrations(),
        http_api::migrations(),
        identity::migrations(),
        objects::migrations(),
        files::migrations(),
        customers::migrations(),
        products::migrations(),
        devices::migrations(),
        contracts::migrations(),
        channels::migrations(),
        tickets::migrations(),
        workforce::migrations(),
        inventory::migrations(),
        visits::migrations(),
        finance::migrations(),
        surveys::migrations(),
    ]
    .concat()
}

/// The smallest PNG there is.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xff\xff?\0\x05\xfe\x02\xfe\xa75\x81\x84\0\0\0\0IEND\xaeB`\x82";

struct Stage {
    router: Router,
}

struct Reply {
    status: u16,
    json: Value,
    bytes: Vec<u8>,
}

impl Reply {
    #[track_caller]
    fn ok(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.json);
        self
    }

    fn text(&self, field: &str) -> String {
        self.json[field].as_str().unwrap_or_default().to_owned()
    }
}

impl Stage {
    async fn new(t: &TestDb) -> Self {
        create_tenant_as(&t.db, &t.world, TENANT, NewTenant::new("lift", "安达电梯")).await.unwrap();
        let settings = Settings {
            public_url: "https://service.example.com".into(),
            public_rate: None,
            link_rate: None,
            ..Settings::default()
        };
        let app = App::builder(t.db.clone(), t.world.clone(), settings)
            .links(channels::Links::new(t.db.clone(), t.world.clone()))
            .service(files::FileStore::folder(t.folder.path().join("files")).unwrap())
            .service(tickets::ServiceLevelCache::default())
            .build();
        Self { router: Service::new(app).routes(desk::routes()).router().unwrap() }
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        Reply { status, json: serde_json::from_slice(&bytes).unwrap_or_default(), bytes }
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.post_with_key(path, body, None).await
    }

    async fn post_with_key(&self, path: &str, body: Value, key: Option<&str>) -> Reply {
        let mut request =
            Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    async fn upload(&self, path: &str) -> Reply {
        let mut form = b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"photo.png\"\r\n\r\n".to_vec();
        form.extend_from_slice(PNG);
        form.extend_from_slice(b"\r\n--x--\r\n");
        let request = Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        self.send(request.body(Body::from(form)).unwrap()).await
    }
}

async fn ticket(t: &TestDb, number: &str) -> Ticket {
    let mut ticket = Ticket::new(&t.cx, number.into(), TicketType::Repair, Priority::Normal, Source::Staff);
    ticket.title = "门机异响".into();
    ticket.contact_name = Some("张三".into());
    let (cx, new) = (t.cx.clone(), ticket.clone());
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| tx.execute(tickets::insert(&cx, &new)).await).await.unwrap();
    ticket
}

async fn link(t: &TestDb, ticket_id: Uuid) -> String {
    let new = NewLink::track(ticket_id, None).purpose(LinkPurpose::Track);
    let issued = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| channels::issue_link(tx, new).await).await.unwrap();
    format!("/api/v1/public/tickets/{}", issued.token)
}

async fn write(t: &TestDb, ticket: &Ticket, kind: MessageKind, body: &'static str) {
    let ticket = ticket.clone();
    let write = async move |tx: &mut Tx<'_>| tickets::write_message(tx, ticket, kind, body, Vec::new()).await;
    let written: Result<_, TicketError> = t.db.write(&t.cx, write).await;
    written.unwrap();
}

async fn device(t: &TestDb) -> devices::Device {
    let new = devices::NewDevice {
        serial_number: "SN-1".into(),
        model: Some("GeN2".into()),
        place: Some("3号楼".into()),
        ..devices::NewDevice::default()
    };
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| devices::insert(tx, new).await).await.unwrap()
}

testkit::both! {
    migrations(), |t| a_customer_sees_their_ticket_and_writes_but_never_sees_notes {
        let stage = Stage::new(t).await;
        let ticket = ticket(t, "T-1").await;
        let page = link(t, ticket.id).await;
        write(t, &ticket, MessageKind::Note, "客户很急躁").await;
        write(t, &ticket, MessageKind::Reply, "明天上午到").await;
        t.clock.advance(Duration::from_secs(1));
        let photo = stage.upload(&format!("{page}/files")).await.ok(200);
        let message = json!({"body": "请带备件", "file_ids": [photo.json["id"]]});
        let sent = stage.post_with_key(&format!("{page}/messages"), message.clone(), Some("k1")).await.ok(200);
        let again = stage.post_with_key(&format!("{page}/messages"), message, Some("k1")).await.ok(200);
        assert_eq!(sent.json["id"], again.json["id"]);
        let face = stage.get(&page).await.ok(200).json;
        assert_eq!((&face["company"], &face["number"], &face["survey"]), (&json!("安达电梯"), &json!("T-1"), &Value::Null));
        let said: Vec<_> = face["messages"].as_array().unwrap().iter()
            .map(|message| (message["from"].as_str().unwrap(), message["author"].as_str().unwrap(), message["body"].as_str().unwrap()))
            .collect();
        assert_eq!(said, [("company", "system", "明天上午到"), ("customer", "张三", "请带备件")]);
        assert!(!face.to_string().contains("急躁"));
        let file = format!("{page}/files/{}", photo.text("id"));
        assert_eq!(stage.get(&file).await.ok(200).bytes, PNG);
    }

    migrations(), |t| a_link_opens_one_ticket_and_only_files_that_stand_there {
        let stage = Stage::new(t).await;
        let (mine, theirs) = (ticket(t, "T-1").await, ticket(t, "T-2").await);
        let (my_page, their_page) = (link(t, mine.id).await, link(t, theirs.id).await);
        let photo = stage.upload(&format!("{their_page}/files")).await.ok(200).text("id");
        assert_eq!(stage.get(&format!("{my_page}/files/{photo}")).await.status, 404);
        let stolen = stage.post(&format!("{my_page}/messages"), json!({"body": "x", "file_ids": [photo]})).await;
        assert_eq!((stolen.status, &stolen.json["errors"][0]["pointer"]), (422, &json!("/file_ids/0")));
        assert_eq!(stage.get("/api/v1/public/tickets/nonsense").await.status, 404);
        t.clock.advance(Duration::from_hours(61 * 24));
        assert_eq!(stage.get(&my_page).await.status, 404);
    }

    migrations(), |t| a_customer_signs_decides_and_answers_on_the_page {
        let stage = Stage::new(t).await;
        let ticket = ticket(t, "T-1").await;
        let page = link(t, ticket.id).await;
        let body = workforce::CreateEngineer { name: "李工".into(), phone: Some("13800138000".into()), ..Default::default() };
        let engineer = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| workforce::add(tx, body).await).await.unwrap();
        let span = (t.cx.now(), t.cx.now().plus(Duration::from_hours(1)));
        let mut visit = Visit::new(&t.cx, "V-1".into(), &ticket, &engineer, span, Vec::new());
        visit.status = VisitStatus::OnSite;
        let (cx, of) = (t.cx.clone(), ticket.clone());
        let line = finance::NewLine {
            kind: finance::LineKind::Part,
            description: "门机皮带".into(),
            quantity: finance::Exact::new(1, 0),
            unit: None,
            unit_price_minor: 10_000,
            tax_percent: None,
            part_id: None,
            amount_minor: None,
            tax_minor: None,
        };
        let begin = async move |tx: &mut Tx<'_>| -> Result<_, finance::FinanceError> {
            tx.execute(visits::insert(&cx, &visit)).await?;
            let body = finance::CreateQuote { lines: vec![line], ..Default::default() };
            let draft = finance::begin(tx, &of, "Q-1".into(), body).await?;
            let now = cx.now();
            finance::change(tx, &draft, "quote.sent", |quote| quote.send(now)).await
        };
        let quote = t.db.write(&t.cx, begin).await.unwrap();
        let face = stage.get(&page).await.ok(200).json;
        assert_eq!((&face["engineer"]["name"], &face["engineer"]["phone"]), (&json!("李工"), &json!("13800138000")));
        assert_eq!((&face["signature_wanted"], &face["visit"]["status"]), (&json!(true), &json!("on_site")));
        assert_eq!((&face["quote"]["total_minor"], &face["quote"]["status"]), (&json!(11_300), &json!("sent")));
        let no_picture = stage.post(&format!("{page}/signature"), json!({"name": "张三", "png_base64": "aGVsbG8="})).await;
        assert_eq!((no_picture.status, &no_picture.json["errors"][0]["code"]), (422, &json!("not_png")));
        let picture = format!("data:image/png;base64,{}", BASE64.encode(PNG));
        let signed = stage.post(&format!("{page}/signature"), json!({"name": " 张三 ", "png_base64": picture})).await.ok(200);
        assert_eq!((&signed.json["signature_wanted"], &signed.json["signed_by"]), (&json!(false), &json!("张三")));
        let yes = json!({"quote_id": quote.id, "approve": true, "name": "张三"});
        let decided = stage.post(&format!("{page}/quote-decision"), yes).await.ok(200).json;
        assert_eq!((&decided["status"], &decided["decided_by"]), (&json!("approved"), &json!("张三")));
        let survey = format!("{page}/survey");
        assert_eq!(stage.post(&survey, json!({"csat": 5})).await.json["code"], "survey_not_open");
        let solved = Action::Resolve(Solution { resolution: "换了皮带".into(), cause_code: None, action_code: None });
        let act = async move |tx: &mut Tx<'_>| -> Result<_, TicketError> { tickets::act(tx, ticket, solved).await };
        t.db.write(&t.cx, act).await.unwrap();
        assert_eq!(stage.get(&page).await.ok(200).json["survey"]["open"], true);
        assert_eq!(stage.post(&survey, json!({"csat": 9})).await.json["errors"][0]["pointer"], "/csat");
        stage.post(&survey, json!({"csat": 5, "comment": "很快"})).await.ok(200);
        let face = stage.get(&page).await.ok(200).json;
        assert_eq!((&face["survey"]["csat"], &face["resolution"]), (&json!(5), &json!("换了皮带")));
        let steps: Vec<_> = face["timeline"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
        assert_eq!(steps, ["quote_sent", "signed", "quote_approved", "resolved"]);
    }

    migrations(), |t| a_scanned_code_becomes_a_ticket_that_can_be_followed {
        let stage = Stage::new(t).await;
        let device = device(t).await;
        let page = format!("/api/v1/public/devices/{}", device.qr_token);
        let face = stage.get(&page).await.ok(200).json;
        assert_eq!((&face["company"], &face["device"]["serial"], &face["open_ticket"]), (&json!("安达电梯"), &json!("SN-1"), &Value::Null));
        assert_eq!(stage.get("/api/v1/public/devices/unknown").await.status, 404);
        let photo = stage.upload(&format!("{page}/files")).await.ok(200).text("id");
        let report = json!({"description": "电梯困人\n三楼", "contact_name": "王五", "contact_phone": "138 0013 8000", "file_ids": [photo]});
        let path = format!("{page}/tickets");
        let wrong = stage.post(&path, json!({"description": " ", "contact_name": "", "contact_phone": "12"})).await;
        let pointers: Vec<_> = wrong.json["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
        assert_eq!(pointers, ["/contact_name", "/description", "/contact_phone"]);
        let reported = stage.post_with_key(&path, report.clone(), Some("k1")).await.ok(200);
        let again = stage.post_with_key(&path, report, Some("k1")).await.ok(200);
        assert_eq!(reported.text("number"), again.text("number"));
        let url = reported.text("tracking_url");
        let token = url.strip_prefix("https://service.example.com/s/").unwrap();
        let tracked = stage.get(&format!("/api/v1/public/tickets/{token}")).await.ok(200).json;
        assert_eq!((&tracked["title"], &tracked["device"]["model"]), (&json!("电梯困人"), &json!("GeN2")));
        assert_eq!(stage.get(&page).await.ok(200).json["open_ticket"]["number"], reported.json["number"]);
        let number = reported.text("number");
        let read = async move |tx: &mut Tx<'_>| tickets::by_number(tx, &number).await;
        let ticket = t.db.write(&t.cx, read).await.unwrap().unwrap();
        assert_eq!((ticket.source, ticket.device_id, ticket.kind), (Source::Qr, Some(device.id), TicketType::Repair));
        assert_eq!((ticket.contact_name.as_deref(), ticket.created_by), (Some("王五"), None));
    }

    migrations(), |t| a_report_asks_what_the_form_for_customers_asks {
        let stage = Stage::new(t).await;
        let device = device(t).await;
        let api = objects::testing::Api::new(&t.db, &t.world, [objects::routes()]);
        let field = |id: &str, kind: Value, more: Value| {
            let mut field = json!({"id": id, "label": {"zh": id, "en": id}, "kind": kind});
            field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            field
        };
        let fields = [
            field("floor", json!({"type": "integer", "min": 1, "max": 99}), json!({})),
            field("receipt", json!({"type": "auto_number", "prefix": "R", "digits": 4}), json!({})),
            field("internal", json!({"type": "text"}), json!({})),
        ];
        let body = json!({"catalogue": {"object": "ticket", "fields": fields}});
        api.send(&t.cx, Method::PUT, "/api/v1/objects/ticket/fields", &[("if-match", "\"0\"")], Some(body)).await.ok(200);
        let page = format!("/api/v1/public/devices/{}", device.qr_token);
        assert_eq!(stage.get(&page).await.ok(200).json["form"], Value::Null);
        let path = format!("{page}/tickets");
        let report = |ext: Value| json!({"description": "困人", "contact_name": "王五", "contact_phone": "13800138000", "ext": ext});
        let stray = stage.post(&path, report(json!({"internal": "x"}))).await.ok(422);
        assert_eq!(stray.json["errors"][0]["pointer"], "/ext/$form");
        let form = json!({"form": {"id": "f", "name": {"zh": "报修", "en": "Report"}, "channel": "customer", "version": 1,
            "body": [{"layout": "columns", "parts": [{"items": [{"type": "field", "field": "floor", "width": 3, "required": true}]}]}]}});
        let form = api.post(&t.cx, "/api/v1/objects/ticket/forms", form).await.ok(201).id();
        api.act(&t.cx, &format!("/api/v1/forms/{form}/publish"), 1).await.ok(200);
        let shown = stage.get(&page).await.ok(200).json;
        assert_eq!((&shown["form"]["form"]["id"], &shown["form"]["catalogue"]["fields"][0]["id"]), (&json!(form), &json!("floor")));
        assert_eq!(shown["form"]["catalogue"]["fields"].as_array().unwrap().len(), 1);
        // Whoever sends nothing is asked all the same, and what is wrong is pointed at.
        for (sent, code) in [(Value::Null, "required"), (json!({}), "required"), (json!({"floor": 100, "$form": form}), "too_large")] {
            let refused = stage.post(&path, report(sent)).await.ok(422);
            assert_eq!((&refused.json["errors"][0]["pointer"], &refused.json["errors"][0]["code"]), (&json!("/ext/floor"), &json!(code)));
        }
        let sent = json!({"floor": 3, "internal": "x", "$form": form, "$form_version": 1});
        let url = stage.post(&path, report(sent)).await.ok(200).text("tracking_url");
        let token = url.rsplit('/').next().unwrap();
        let tracked = stage.get(&format!("/api/v1/public/tickets/{token}")).await.ok(200).json;
        assert_eq!(tracked["answers"]["values"], json!({"floor": 3}));
        let number = tracked["number"].as_str().unwrap().to_owned();
        let read = async move |tx: &mut Tx<'_>| tickets::by_number(tx, &number).await;
        let ticket = t.db.write(&t.cx, read).await.unwrap().unwrap();
        // Refused reports took numbers, and what stands on no form for customers was left out.
        let kept: Vec<_> = ticket.ext.0.iter().map(|(field, value)| (field.as_str(), value)).collect();
        let receipt = ticket.ext.0["receipt"].clone();
        assert_eq!(kept, [("floor", &json!(3)), ("receipt", &receipt)]);
        assert!(receipt.as_str().unwrap().starts_with('R'), "{receipt}");
    }
}
