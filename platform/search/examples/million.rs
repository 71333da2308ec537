//! Measures the box over everything on many rows: `cargo run --release -p search --example million -- [ROWS] [FOLDER]`.
//! A folder that is kept is measured again without filling it.

#![allow(clippy::unwrap_used)] // a measurement may fail where it stands

use std::{path::PathBuf, time::Instant};

use db::{Db, Query as _, Read, Tx, stmt};
use kernel::{Context, Scope, TenantId, Uuid, World};
use search::{Asked, Document, Index, Reach};

const PLACES: &[&str] = &[
    "三楼卫生间",
    "地下车库",
    "一号楼大堂",
    "东区机房",
    "住院部",
    "门诊楼",
    "食堂后厨",
    "宿舍六栋",
    "会议中心",
    "物流仓库",
    "候车厅",
    "二十层办公区",
    "北门岗亭",
    "实验楼",
    "游泳馆",
    "中央机房",
    "西侧走廊",
    "顶层露台",
    "员工通道",
    "展厅",
];
const DEVICES: &[&str] = &[
    "电梯",
    "空调",
    "冷水机组",
    "消防泵",
    "热水器",
    "自动门",
    "配电柜",
    "锅炉",
    "扶梯",
    "监控主机",
    "新风机",
    "净水器",
    "发电机",
    "制冰机",
    "洗碗机",
    "变频器",
    "压缩机",
    "门禁",
    "充电桩",
    "水泵",
];
const FAULTS: &[&str] = &[
    "漏水",
    "异响",
    "困人",
    "不制冷",
    "跳闸",
    "无法启动",
    "报警",
    "温度过高",
    "屏幕黑屏",
    "按键失灵",
    "震动大",
    "有异味",
    "运行缓慢",
    "通讯中断",
    "漏油",
    "噪音大",
    "门关不上",
    "压力不足",
    "需要保养",
    "更换滤芯",
];
const FAMILY: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕";
const GIVEN: &str = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉建国华玉梅林波宁浩宇轩梓涵欣怡子墨雨泽";
const CITIES: &[&str] = &[
    "上海市浦东新区",
    "北京市朝阳区",
    "深圳市南山区",
    "重庆市渝中区",
    "杭州市西湖区",
    "成都市武侯区",
    "武汉市江汉区",
    "南京市鼓楼区",
    "苏州市工业园区",
    "长沙市岳麓区",
];
const ROADS: &[&str] =
    &["世纪大道", "人民路", "解放路", "中山北路", "科技园路", "滨江大道", "建设路", "和平街", "长江路", "学府路"];
const FIRMS: &[&str] = &["物业", "酒店", "医院", "科技", "置业", "实业", "商场", "学校", "制造", "物流"];
const BRANDS: &[&str] =
    &["Otis", "Hitachi", "Schindler", "Mitsubishi", "Siemens", "Haier", "Gree", "Daikin", "Bosch", "Carrier"];

/// Chance that is the same on every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn name(&mut self) -> String {
        let pick = |text: &str, at: usize| text.chars().nth(at).unwrap();
        let (family, given) = (self.below(FAMILY.chars().count()), self.below(GIVEN.chars().count()));
        let mut name = format!("{}{}", pick(FAMILY, family), pick(GIVEN, given));
        if self.below(3) > 0 {
            name.push(pick(GIVEN, self.below(GIVEN.chars().count())));
        }
        name
    }

    fn phone(&mut self) -> String {
        format!("1{}{:09}", 3 + self.below(7), self.below(1_000_000_000))
    }

    fn address(&mut self) -> String {
        format!("{}{}{}号{}栋", self.of(CITIES), self.of(ROADS), 1 + self.below(999), 1 + self.below(30))
    }

    fn firm(&mut self) -> String {
        let city = self.of(CITIES).split('市').next().unwrap();
        format!("{city}{}{}有限公司", self.name(), self.of(FIRMS))
    }

    fn row(&mut self, world: &World, number: usize) -> (&'static str, Document) {
        let id = world.new_id();
        let owner = Uuid::from_u128(self.below(200) as u128 + 1);
        match number % 20 {
            0..12 => {
                let title = format!("{}{}{}", self.of(PLACES), self.of(DEVICES), self.of(FAULTS));
                let code = format!("T-2026-{number:06}");
                let text = format!(
                    "客户来电，{}{}{}，{}{}，请尽快安排工程师上门。型号 {}-{}。",
                    self.of(PLACES),
                    self.of(DEVICES),
                    self.of(FAULTS),
                    self.of(DEVICES),
                    self.of(FAULTS),
                    self.of(BRANDS),
                    100 + self.below(900),
                );
                let document = Document::new(id, format!("{code} {title}"))
                    .codes([Some(code)])
                    .phones([Some(self.phone())])
                    .names([Some(self.name())])
                    .text([Some(text), Some(self.address())])
                    .reached_by([Some(owner)], Some(Uuid::from_u128(self.below(20) as u128 + 1000)), None);
                ("ticket", document)
            }
            12..16 => {
                let serial = format!("SN{:02}-{:08}", self.below(40), self.below(100_000_000));
                let document =
                    Document::new(id, serial.clone()).codes([Some(serial)]).names([Some(self.firm())]).text([
                        Some(format!("{} {}{}", self.of(BRANDS), self.of(DEVICES), 1 + self.below(90))),
                        Some(self.of(PLACES).to_owned()),
                    ]);
                ("device", document)
            }
            _ => {
                let document = Document::new(id, self.firm())
                    .phones([Some(self.phone())])
                    .names([Some(self.name()), Some(self.name())])
                    .text([Some(self.address())]);
                ("customer", document)
            }
        }
    }
}

async fn fill(db: &Db, cx: &Context, rows: usize) {
    const INSERT: &str = "insert into search_entries (tenant_id, object, object_id, kind, xid, change, content, digest, \
        gone, updated_at) values ($1, $2, $3, $2, 0, $4, $5, 0, false, $6)";
    let mut chance = Chance(88_172_645_463_325_252);
    for begin in (0..rows).step_by(5_000) {
        let page: Vec<_> =
            (begin..rows.min(begin + 5_000)).map(|number| (number, chance.row(cx.world(), number))).collect();
        db.write(cx, async move |tx: &mut Tx<'_>| -> Result<(), db::DbError> {
            for (number, (object, document)) in page {
                let (tenant, number) = (tx.cx().tenant(), i64::try_from(number).unwrap_or(0));
                let content = serde_json::to_string(&document).unwrap();
                let at = kernel::Timestamp(1_780_000_000_000_000 + number * 1_000_000);
                tx.execute(stmt!(INSERT, tenant, object, document.object_id, number + 1, content, at)).await?;
            }
            Ok(())
        })
        .await
        .unwrap();
    }
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let wanted = ["VmHWM", "VmRSS", "RssAnon", "RssFile"];
    let lines = status.lines().filter(|line| wanted.iter().any(|name| line.starts_with(name)));
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(", ")
}

fn size(folder: &std::path::Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| entry.metadata().map_or(0, |meta| if meta.is_dir() { size(&entry.path()) } else { meta.len() }))
        .sum()
}

/// Queries of one kind, each different from the last as far as the words allow.
fn queries(kind: &str, chance: &mut Chance, rows: usize) -> String {
    match kind {
        "one character" => FAULTS[chance.below(FAULTS.len())].chars().next().unwrap().to_string(),
        "two characters" => chance.of(DEVICES).chars().take(2).collect(),
        "a phrase" => format!("{}{}", chance.of(PLACES), chance.of(DEVICES)),
        "two words" => format!("{} {}", chance.of(DEVICES), chance.of(FAULTS)),
        "a name" => chance.name(),
        "initials of a name" => ["zw", "lxy", "wfm", "cjg", "yzm", "hjw", "zgl"][chance.below(7)].to_owned(),
        "pinyin" => ["zhangwei", "lina", "wangfang", "chongqing", "liuy", "zhaol"][chance.below(6)].to_owned(),
        "a number" => format!("T-2026-{:06}", chance.below(rows)),
        "part of a number" => format!("{:05}", chance.below(100_000)),
        "part of a serial" => format!("{:02}-{:03}", chance.below(40), chance.below(1_000)),
        "end of a telephone" => format!("{:04}", chance.below(10_000)),
        "an English word" => chance.of(BRANDS).to_lowercase(),
        "a word being typed" => chance.of(BRANDS).to_lowercase().chars().take(4).collect(),
        "a slip in a word" => {
            chance.of(BRANDS).to_lowercase().chars().rev().collect::<String>().chars().rev().skip(1).collect()
        }
        "a slip in Chinese" => format!("{}坏{}", chance.of(PLACES), chance.of(FAULTS)),
        "word and number" => format!("{} {}", chance.of(FAULTS), 100 + chance.below(900)),
        _ => format!("没有{}的东西", chance.of(FIRMS)),
    }
}

const KINDS: &[&str] = &[
    "one character",
    "two characters",
    "a phrase",
    "two words",
    "a name",
    "initials of a name",
    "pinyin",
    "a number",
    "part of a number",
    "part of a serial",
    "end of a telephone",
    "an English word",
    "a word being typed",
    "a slip in a word",
    "a slip in Chinese",
    "word and number",
    "nothing",
];

async fn search(db: &Db, index: &Index, cx: &Context, text: String, scope: Scope) -> (f64, u64) {
    let reach = |kind: &str, scope| Reach { kind: kind.to_owned(), scope };
    let reaches = vec![reach("ticket", scope), reach("device", Scope::All), reach("customer", Scope::All)];
    let begun = Instant::now();
    let found = index.find(cx, Asked { text, reaches: reaches.clone(), limit: 20, ..Asked::default() }).await.unwrap();
    let total = found.groups.values().sum();
    db.read(cx, async move |r: &mut Read<'_>| search::shown(r, &found, &reaches).await).await.unwrap();
    (begun.elapsed().as_secs_f64() * 1000.0, total)
}

fn at(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() as f64 * share) as usize).min(sorted.len() - 1)]
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let rows: usize = arguments.next().map_or(1_000_000, |text| text.parse().unwrap());
    let folder = arguments.next().map_or_else(|| PathBuf::from("target/search-million"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    let migrations = [events::migrations(), jobs::migrations(), search::migrations()].concat();
    let file = folder.join("aftersail.db");
    let kept = file.exists();
    let db = Db::open_sqlite(&file, &migrations).await.unwrap();
    let world = World::real();
    let cx = Context::system(world.clone(), TenantId(Uuid::from_u128(1)));
    if !kept {
        let begun = Instant::now();
        fill(&db, &cx, rows).await;
        println!("filled {rows} rows in {:.0} s", begun.elapsed().as_secs_f64());
    }
    let begun = Instant::now();
    let index = Index::open(&folder.join("search")).unwrap();
    index.settle(&db, &world).await.unwrap();
    println!(
        "indexed in {:.1} s; {} MB of files; {}",
        begun.elapsed().as_secs_f64(),
        size(&folder.join("search")) / 1_000_000,
        memory()
    );
    for scope in [Scope::All, Scope::Own] {
        let mut chance = Chance(12_345);
        let mut all = Vec::new();
        println!("\n| {scope:?}: query | hits | p50 ms | p95 ms | max ms |\n|---|--:|--:|--:|--:|");
        for kind in KINDS {
            let (mut times, mut hits) = (Vec::new(), 0);
            for _ in 0..100 {
                let (time, total) = search(&db, &index, &cx, queries(kind, &mut chance, rows), scope).await;
                times.push(time);
                hits += total;
            }
            all.extend_from_slice(&times);
            times.sort_by(f64::total_cmp);
            println!(
                "| {kind} | {} | {:.1} | {:.1} | {:.1} |",
                hits / 100,
                at(&times, 0.5),
                at(&times, 0.95),
                at(&times, 1.0)
            );
        }
        all.sort_by(f64::total_cmp);
        println!("| all of them | | {:.1} | {:.1} | {:.1} |", at(&all, 0.5), at(&all, 0.95), at(&all, 1.0));
    }
    let worst = freshness(&db, &index, &cx).await;
    println!("\nfrom commit to found, the longest of 20: {worst:.0} ms; {}", memory());
}

/// Milliseconds from a commit until it is found, the longest of 20, while the index follows on its own.
async fn freshness(db: &Db, index: &Index, cx: &Context) -> f64 {
    let (stop, mut stopped) = tokio::sync::watch::channel(false);
    let until = async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let trying = async {
        let mut worst: f64 = 0.0;
        for _ in 0..20 {
            let code = format!("FRESH-{}", cx.new_id().simple());
            let document = Document::new(cx.new_id(), code.clone()).codes([Some(code.clone())]);
            let mut progress = index.progress();
            db.write(cx, async move |tx: &mut Tx<'_>| search::put(tx, "ticket", vec![document]).await).await.unwrap();
            let begun = Instant::now();
            while search(db, index, cx, code.clone(), Scope::All).await.1 == 0 {
                progress.changed().await.unwrap();
            }
            worst = worst.max(begun.elapsed().as_secs_f64() * 1000.0);
        }
        stop.send_replace(true);
        worst
    };
    let ((), worst) = tokio::join!(index.run(db, cx.world(), until), trying);
    worst
}
