//! A company to measure on: customers, devices, and tickets like those that people write.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use crate::{Outcome, http::Client};

const FAULTS: &[&str] = &[
    "电梯困人，请尽快处理",
    "电梯运行异响",
    "轿门关不严",
    "层站按钮失灵",
    "电梯平层不准",
    "机房漏水",
    "中央空调不制冷",
    "空调滴水",
    "风机盘管噪音大",
    "冷却塔漏水",
    "主板报警代码 E07",
    "门机皮带断裂",
    "对讲机无声音",
    "照明不亮",
];
const PLACES: &[&str] = &["一号楼", "二号楼", "地下车库", "东门大堂", "十二层走廊", "三期 B 座", "住院部", "教学楼"];
const TYPES: &[&str] = &["repair", "repair", "repair", "maintain", "consult", "install"];
const PRIORITIES: &[&str] = &["critical", "high", "normal", "normal", "low"];

/// What tickets refer to.
#[derive(Debug, Clone)]
pub struct Company {
    /// Customers with their devices.
    pub devices: Vec<(String, String)>,
}

/// Defines an object `car` with these fields (id, Chinese label, kind), all of which lists use.
pub fn car(client: &mut Client, fields: &[(&str, &str, Value)]) -> Outcome<()> {
    let object = json!({"key": "car", "name": {"zh": "车辆", "en": "Car"}});
    client.post("/api/v1/objects", &object.to_string())?.expect(201, "the object")?;
    let fields: Vec<Value> = fields
        .iter()
        .map(|(id, zh, kind)| {
            json!({"id": id, "kind": kind, "label": {"zh": zh, "en": id}, "filterable": true, "sortable": true})
        })
        .collect();
    let body = json!({"catalogue": {"object": "car", "fields": fields}}).to_string();
    client
        .send("PUT", "/api/v1/objects/car/fields", &[("If-Match", "\"0\"")], Some(&body))?
        .expect(200, "the fields")
        .map(drop)
}

/// Creates a product, customers and devices.
pub fn company(client: &mut Client, customers: usize, devices_each: usize) -> Outcome<Company> {
    let product = create(
        client,
        "/api/v1/products",
        &json!({"code": "LIFT-1", "name": "乘客电梯", "category": "elevator", "warranty_months": 24}),
    )?;
    let mut devices = Vec::new();
    for number in 0..customers {
        let name = format!("测试物业 {number:03}");
        let phone = format!("1380000{number:04}");
        let customer = create(client, "/api/v1/customers", &json!({"name": name, "kind": "company", "phone": phone}))?;
        for part in 0..devices_each {
            let serial = format!("SN{number:04}{part:02}X");
            let device = create(
                client,
                "/api/v1/devices",
                &json!({"serial_number": serial, "product_id": product, "customer_id": customer,
                        "sold_on": "2025-01-15", "installed_on": "2025-02-01", "warranty_starts_on": "2025-02-01"}),
            )?;
            devices.push((customer.clone(), device));
        }
    }
    Ok(Company { devices })
}

fn create(client: &mut Client, path: &str, body: &Value) -> Outcome<String> {
    let reply = client.post(path, &body.to_string())?.expect(201, path)?;
    let id = reply.json()?["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| format!("{path}: no id in the answer"))
}

/// Writes one ticket after another, repeatable for a seed.
pub struct Author {
    chance: StdRng,
    company: Company,
    body: String,
    written: u64,
}

impl Author {
    /// An author with chance of its own.
    pub fn new(company: &Company, seed: u64) -> Self {
        Self { chance: StdRng::seed_from_u64(seed), company: company.clone(), body: String::new(), written: 0 }
    }

    /// The next ticket as the body of a request.
    pub fn ticket(&mut self) -> &str {
        self.written += 1;
        let chance = &mut self.chance;
        let mut pick = |from: &[&'static str]| from[chance.random_range(0..from.len())];
        let (fault, place, kind, priority) = (pick(FAULTS), pick(PLACES), pick(TYPES), pick(PRIORITIES));
        let (customer, device) = &self.company.devices[chance.random_range(0..self.company.devices.len())];
        let mark = chance.random_range(0..1_000_000_u32);
        self.body.clear();
        let _ = write!(
            self.body,
            r#"{{"title":"{place} {fault} {mark:06}","type":"{kind}","priority":"{priority}","description":"客户来电：{place}{fault}，请安排工程师上门。","customer_id":"{customer}","device_id":"{device}","contact_name":"王师傅","contact_phone":"13800001234"}}"#,
        );
        &self.body
    }
}

/// A ticket that exists, at the version last seen.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Whether it waits.
    pub waiting: bool,
}

/// Creates one ticket and returns it.
pub fn create_ticket(client: &mut Client, body: &str) -> Outcome<Known> {
    let reply = client.post("/api/v1/tickets", body)?.expect(201, "create")?;
    let version = reply.version.unwrap_or(1);
    Ok(Known { id: field(&reply.body, "id").ok_or("create: no id in the answer")?, version, waiting: false })
}

/// The first `"name":"value"` of a JSON object, without parsing the rest of it.
pub fn field(body: &[u8], name: &str) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let mark = format!("\"{name}\":\"");
    let from = text.find(&mark)? + mark.len();
    Some(text[from..].split('"').next()?.to_owned())
}

/// Fills the company with `count` tickets from several connections.
pub fn fill(address: &str, key: &str, company: &Company, count: usize) -> Outcome<Vec<Known>> {
    const WRITERS: usize = 16;
    let left = AtomicUsize::new(count);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let left = &left;
                scope.spawn(move || -> Outcome<Vec<Known>> {
                    let mut client = Client::new(address, key);
                    let mut author = Author::new(company, 1000 + writer as u64);
                    let mut known = Vec::new();
                    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                        known.push(create_ticket(&mut client, author.ticket())?);
                    }
                    Ok(known)
                })
            })
            .collect();
        let mut all = Vec::with_capacity(count);
        for writer in writers {
            all.extend(writer.join().map_err(|_| "a writer panicked".to_owned())??);
        }
        Ok(all)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_writes_the_same_tickets_and_they_are_json() {
        let company = Company { devices: vec![("c".into(), "d".into())] };
        let first = Author::new(&company, 7).ticket().to_owned();
        assert_eq!(first, Author::new(&company, 7).ticket());
        assert_ne!(first, Author::new(&company, 8).ticket());
        let value: Value = serde_json::from_str(&first).unwrap();
        assert_eq!(value["device_id"], "d");
    }

    #[test]
    fn a_field_is_read_without_parsing_the_rest() {
        assert_eq!(field(br#"{"id":"a-b","title":"x"}"#, "id").as_deref(), Some("a-b"));
        assert_eq!(field(b"{}", "id"), None);
    }
}
