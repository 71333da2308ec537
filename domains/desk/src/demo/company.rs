//! Who works there, whom they serve, and what they look after.

use std::collections::{BTreeMap, BTreeSet};

use customers::{Address, Customer, CustomerKind, CustomerLevel, NewContact, NewCustomer, NewSite};
use db::{Db, Json, Query as _, Tx};
use devices::NewDevice;
use identity::NewPerson;
use inventory::{CreatePart, Part};
use jiff::civil::Date;
use kernel::{Actor, ActorKind, Context, Uuid};
use products::{NewProduct, Product};
use workforce::{CreateEngineer, Engineer, Skill};

use super::{
    DemoError,
    data::{CITIES, CUSTOMERS, ENGINEERS, FAMILY, GIVEN, PARTS, PRODUCTS},
    dice::Dice,
    sales,
};

/// Everybody's password in the demo company.
pub const PASSWORD: &str = "aftersail-demo";

/// Somebody one can sign in as.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// Sign-in name.
    pub login: &'static str,
    /// Their name.
    pub name: &'static str,
    /// Key of their role.
    pub role: &'static str,
    /// Their role in Chinese.
    pub role_zh: &'static str,
}

const fn account(login: &'static str, name: &'static str, role: &'static str, role_zh: &'static str) -> Account {
    Account { login, name, role, role_zh }
}

/// One account for each role.
pub const ACCOUNTS: [Account; 7] = [
    account("admin", "系统管理员", "admin", "管理员"),
    account("agent", "林晓燕", "agent", "客服"),
    account("dispatcher", "何静", "dispatcher", "调度"),
    account("engineer", "陈志强", "engineer", "工程师"),
    account("manager", "郭敏", "manager", "服务经理"),
    account("finance", "郑丽", "finance", "财务"),
    account("auditor", "宋平", "auditor", "审计"),
];

/// The people.
pub struct People {
    /// Context of the agent.
    pub agent: Context,
    /// Context of the dispatcher.
    pub dispatcher: Context,
    /// Engineers, in the order of [`ENGINEERS`].
    pub engineers: Vec<Engineer>,
    /// Regions by city.
    pub regions: Vec<Uuid>,
}

/// What they look after.
pub struct Stock {
    /// Devices with the category of their product.
    pub devices: Vec<(devices::Device, String)>,
    /// Primary contact of each customer.
    pub contacts: BTreeMap<Uuid, (Uuid, String, String)>,
    /// Parts by code.
    pub parts: BTreeMap<String, Part>,
}

fn acting(cx: &Context, id: Uuid, name: &str) -> Context {
    cx.with_actor(Actor { kind: ActorKind::User, id, name: name.to_owned() })
}

/// The context of an engineer, who is a user when they have a sign-in.
pub fn as_engineer(cx: &Context, engineer: &Engineer) -> Context {
    acting(cx, engineer.user_id.unwrap_or(engineer.id), &engineer.name)
}

/// Makes regions, teams, accounts and engineers.
pub async fn people(db: &Db, cx: &Context) -> Result<People, DemoError> {
    let mut regions = Vec::new();
    let mut teams = Vec::new();
    for city in &CITIES {
        let region = identity::seed::region(db, cx, city.city, None).await.map_err(DemoError::failed)?;
        let name = format!("{}服务组", city.city.trim_end_matches('市'));
        let team = identity::seed::team(db, cx, &name, Some(region.id), None, BTreeSet::new()).await;
        regions.push(region.id);
        teams.push(team.map_err(DemoError::failed)?.id);
    }
    let mut contexts = BTreeMap::new();
    let mut chief = None;
    for account in ACCOUNTS {
        let person = NewPerson {
            login: account.login.to_owned(),
            name: account.name.to_owned(),
            email: Some(format!("{}@demo.example", account.login)),
            password: Some(PASSWORD.to_owned()),
            role_keys: vec![account.role.to_owned()],
            team_ids: teams.first().copied().into_iter().collect(),
            region_ids: regions.iter().copied().collect(),
            ..NewPerson::default()
        };
        let made = identity::create_person(db, cx, person).await.map_err(DemoError::failed)?;
        if account.role == "engineer" {
            chief = Some(made.id);
        }
        contexts.insert(account.login, acting(cx, made.id, account.name));
    }
    let bodies: Vec<CreateEngineer> = ENGINEERS
        .iter()
        .enumerate()
        .map(|(index, (name, phone, skills, city, district))| {
            let place = CITIES.get(*city).and_then(|city| city.districts.get(*district));
            CreateEngineer {
                name: (*name).to_owned(),
                phone: Some((*phone).to_owned()),
                user_id: if index == 0 { chief } else { None },
                skills: skills
                    .iter()
                    .map(|(skill, level)| Skill { skill: (*skill).to_owned(), level: *level })
                    .collect(),
                home_address: place.map(|(district, street, ..)| format!("{district}{street}")),
                home_lat: place.map(|(_, _, lat, _)| *lat),
                home_lng: place.map(|(_, _, _, lng)| *lng),
                region_id: regions.get(*city).copied(),
                team_id: teams.get(*city).copied(),
                ..CreateEngineer::default()
            }
        })
        .collect();
    let engineers = db
        .write(cx, async move |tx: &mut Tx<'_>| {
            let mut made = Vec::new();
            for body in bodies {
                made.push(workforce::insert(tx, body).await.map_err(DemoError::failed)?);
            }
            Ok::<_, DemoError>(made)
        })
        .await?;
    let missing = || DemoError::Failed("an account is missing".to_owned());
    Ok(People {
        agent: contexts.remove("agent").ok_or_else(missing)?,
        dispatcher: contexts.remove("dispatcher").ok_or_else(missing)?,
        engineers,
        regions,
    })
}

/// Makes products, parts, customers with contacts and sites, and 400 devices.
pub async fn stock(db: &Db, cx: &Context, people: &People) -> Result<Stock, DemoError> {
    let regions = people.regions.clone();
    db.write(cx, async move |tx: &mut Tx<'_>| {
        let dice = Dice::new(tx.cx().world().clone());
        let mut catalogue = Vec::new();
        for (code, name, category, months) in PRODUCTS {
            let new = NewProduct {
                code: code.to_owned(),
                name: name.to_owned(),
                category: Some(category.to_owned()),
                warranty_months: i32::try_from(months).ok(),
                ..NewProduct::default()
            };
            catalogue.push(products::insert(tx, new).await.map_err(DemoError::failed)?);
        }
        let mut parts = BTreeMap::new();
        for (code, name, unit, price_minor, cost_minor) in PARTS {
            let new = CreatePart {
                code: code.to_owned(),
                name: name.to_owned(),
                unit: Some(unit.to_owned()),
                price_minor,
                cost_minor,
                // Enough for the year that is told, but of one part more was used than anybody had booked in.
                stock: 60,
                ..CreatePart::default()
            };
            let part = inventory::insert(tx, new).await.map_err(DemoError::failed)?;
            parts.insert(part.code.clone(), part);
        }
        let mut stock = Stock { devices: Vec::new(), contacts: BTreeMap::new(), parts };
        let groups = sales::groups(tx).await?;
        let mut made = Vec::new();
        for (index, (stem, building)) in CUSTOMERS.iter().enumerate() {
            let of = (index, *stem, *building, groups.get(&index).copied());
            made.push(customer(tx, &dice, of, &regions, &catalogue, &mut stock).await?);
        }
        if let [first, second, ..] = made.as_slice() {
            sales::duplicates(tx, first, second).await?;
        }
        Ok(stock)
    })
    .await
}

async fn customer(
    tx: &mut Tx<'_>,
    dice: &Dice,
    (index, stem, building, parent_id): (usize, &str, &str, Option<Uuid>),
    regions: &[Uuid],
    catalogue: &[Product],
    stock: &mut Stock,
) -> Result<Customer, DemoError> {
    // Half of the customers are in the first city.
    let city_index = if index % 2 == 0 { 0 } else { 1 + index / 2 % 2 };
    let city = &CITIES[city_index];
    let (district, street, lat, lng) = city.districts[index % city.districts.len()];
    let near = |centre: f64| centre + (dice.between(-180, 180) as f64) / 10_000.0;
    let (lat, lng) = (near(lat), near(lng));
    let address = Address {
        province: Some(city.province.to_owned()),
        city: Some(city.city.to_owned()),
        district: Some(district.to_owned()),
        street: Some(format!("{street}{}号", dice.between(1, 1_888))),
    };
    let region_id = regions.get(city_index).copied();
    let phone = format!("021-5{:07}", 1_000_000 + index * 13_579);
    let new = NewCustomer {
        name: format!("{stem}{}", if *building == *"小区物业" { "物业服务中心" } else { "" }),
        kind: Some(CustomerKind::Company),
        level: Some(match index % 10 {
            0 => CustomerLevel::Vip,
            1..=3 => CustomerLevel::Gold,
            4..=6 => CustomerLevel::Silver,
            _ => CustomerLevel::Standard,
        }),
        phone: Some(phone),
        email: Some(format!("service{index:02}@customer.example")),
        address: Some(address.clone()),
        lat: Some(lat),
        lng: Some(lng),
        tags: vec![building.to_owned()],
        region_id,
        parent_id,
        ..NewCustomer::default()
    };
    let customer = customers::insert(tx, new).await.map_err(DemoError::failed)?;
    let family = FAMILY[(index * 7) % FAMILY.len()];
    let given = GIVEN[(index * 11) % GIVEN.len()];
    let contact = NewContact {
        name: format!("{family}{given}"),
        phone: Some(format!("139{:08}", 10_000_000 + index * 1_234_567 % 89_999_999)),
        email: None,
        title: Some(if *building == *"小区物业" { "物业经理" } else { "设备主管" }.to_owned()),
        is_primary: true,
        ext: None,
    };
    let contact = customers::insert_contact(tx, customer.id, contact).await.map_err(DemoError::failed)?;
    stock.contacts.insert(customer.id, (contact.id, contact.name.clone(), contact.phone.clone().unwrap_or_default()));
    let mut sites = Vec::new();
    for part in 0..=usize::from(index % 5 == 0) {
        let new = NewSite {
            name: if part == 0 { format!("{stem}主楼") } else { format!("{stem}二期") },
            address: Some(address.clone()),
            lat: Some(lat),
            lng: Some(lng),
            region_id,
            access_note: dice.chance(30).then(|| "进场请先到监控室登记，机房钥匙在前台。".to_owned()),
            ext: None,
        };
        sites.push(customers::insert_site(tx, &customer, new).await.map_err(DemoError::failed)?.id);
    }
    let now = tx.cx().now();
    let today: Date = now.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date();
    for number in 0..8_usize {
        let product = &catalogue[(index * 3 + number * 5) % catalogue.len()];
        let months = dice.between(1, 60);
        let installed = today.saturating_sub(jiff::Span::new().months(months));
        let new = NewDevice {
            serial_number: format!("{}-{:02}{:03}", product.code, index + 1, number + 1),
            product_id: Some(product.id),
            customer_id: Some(customer.id),
            site_id: sites.get(number % sites.len()).copied(),
            model: Some(product.code.clone()),
            installed_on: objects::Date::new(installed.year(), installed.month(), installed.day()),
            place: Some(format!(
                "{}号{}",
                number + 1,
                if product.category.as_deref() == Some("暖通") { "机房" } else { "梯" }
            )),
            lat: Some(lat),
            lng: Some(lng),
            region_id,
            ..NewDevice::default()
        };
        let device = devices::insert(tx, new).await.map_err(DemoError::failed)?;
        stock.devices.push((device, product.category.clone().unwrap_or_default()));
    }
    Ok(customer)
}

/// Whether an engineer can do work of a category.
pub fn skilled(engineer: &Engineer, category: &str) -> bool {
    let Json(skills) = &engineer.skills;
    skills.iter().any(|skill| skill.skill == category)
}
