//! Cells as values of fields: what people write in tables, in Chinese and English.

use forms::{ChoiceSettings, FieldKind, Label, SubTableSettings};
use jiff::{
    civil::{Date, DateTime},
    tz::TimeZone,
};
use kernel::{Currency, Timestamp};
use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization;

use crate::{
    sheet::{Cell, plain},
    values::Reason,
};

/// How cells are to be understood.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// The form of days and times, as `DD/MM/YYYY` or `%d/%m/%Y`.
    pub format: Option<String>,
    /// Where times without a zone are meant.
    pub zone: TimeZone,
}

const DAYS: [&str; 5] = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"];
const CLOCKS: [&str; 5] = [" %H:%M:%S", " %H:%M", "T%H:%M:%S", "T%H:%M", " %H时%M分"];

/// The value of a cell; none when it is empty. Kinds that name people, teams, files or records are not read here.
pub(crate) fn read(kind: &FieldKind, cell: &Cell, how: &Reading) -> Result<Option<Value>, Reason> {
    if cell.is_empty() {
        return Ok(None);
    }
    let value = match kind {
        FieldKind::Integer(_) | FieldKind::Rating(_) => whole(cell)?,
        FieldKind::Decimal(_) | FieldKind::Percent(_) => json!((number(cell)? * 1e9).round() / 1e9),
        FieldKind::Money(settings) => {
            let digits = settings.currency.parse::<Currency>().map_or(2, Currency::digits);
            amount(cell, digits)?
        }
        FieldKind::Date(_) => Value::from(day(cell, how)?.to_string()),
        FieldKind::DateTime(_) => Value::from(instant(cell, how)?),
        FieldKind::Time(_) => clock(cell)?,
        FieldKind::Duration(_) => span(cell)?,
        FieldKind::Boolean => Value::Bool(yes_or_no(cell)?),
        FieldKind::Choice(settings) => Value::from(option(settings, &cell.text())?),
        FieldKind::Choices(settings) => {
            let chosen: Result<Vec<String>, Reason> =
                parts(&cell.text()).iter().map(|text| option(settings, text)).collect();
            json!(chosen?)
        }
        FieldKind::Location => place(&cell.text())?,
        FieldKind::Region => Value::from(region(&cell.text())?),
        FieldKind::SubTable(settings) => Value::Array(lines(settings, &cell.text(), how)?),
        _ => Value::from(cell.text()),
    };
    Ok(Some(value))
}

/// The code of a region, written as such or by its name.
fn region(text: &str) -> Result<String, Reason> {
    if text.trim().bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.trim().to_owned());
    }
    match forms::regions_named(&text.nfkc().collect::<String>()) {
        [code] => Ok(code.clone()),
        [] => Err(Reason::new(
            "unknown_region",
            "Write the region's full name, such as 上海市浦东新区, or its six digits.",
        )),
        _ => Err(Reason::new("ambiguous_region", "Several regions have this name; write province and city before it.")),
    }
}

/// The entries of a cell that holds several.
pub(crate) fn parts(text: &str) -> Vec<String> {
    let parts = text.split([';', '；', '、', ',', '，', '|', '\n']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn folded(text: &str) -> String {
    text.nfkc().collect::<String>().trim().to_lowercase()
}

fn number(cell: &Cell) -> Result<f64, Reason> {
    let wrong = || Reason::new("not_a_number", "This is not a number.");
    if let Cell::Number(number) = cell {
        return Ok(*number);
    }
    let text = folded(&cell.text());
    let bare = text.trim_start_matches(['¥', '$', '€', '£']).trim_end_matches(['%', '元']).trim();
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
    // 1,234,567.5: groups of three behind the first comma.
    let whole = bare.split('.').next().unwrap_or_default();
    let grouped = whole.contains(',') && whole.split(',').skip(1).all(|group| group.len() == 3);
    let bare = if grouped { bare.replace(',', "") } else { bare.to_owned() };
    if bare.is_empty() || !plain(&bare) {
        return Err(wrong());
    }
    bare.parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(wrong)
}

fn whole(cell: &Cell) -> Result<Value, Reason> {
    let number = number(cell)?;
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        Ok(json!(number as i64))
    } else {
        Err(Reason::new("not_whole", "Write a whole number."))
    }
}

/// An amount in minor units.
pub(crate) fn amount(cell: &Cell, digits: u32) -> Result<Value, Reason> {
    let minor = number(cell)? * 10_f64.powi(digits as i32);
    let rounded = minor.round();
    if (minor - rounded).abs() > 1e-4 {
        return Err(Reason::new("too_many_decimals", format!("Give at most {digits} decimals.")).with("max", digits));
    }
    if rounded.abs() < 9_007_199_254_740_992.0 {
        Ok(json!(rounded as i64))
    } else {
        Err(Reason::new("too_large", "This amount is too large."))
    }
}

/// A pattern of `strptime` from what people write.
fn pattern(format: &str) -> String {
    if format.contains('%') {
        return format.to_owned();
    }
    let tokens = [
        ("YYYY", "%Y"),
        ("yyyy", "%Y"),
        ("MM", "%m"),
        ("DD", "%d"),
        ("dd", "%d"),
        ("HH", "%H"),
        ("hh", "%H"),
        ("mm", "%M"),
        ("ss", "%S"),
        ("YY", "%y"),
        ("yy", "%y"),
    ];
    tokens.iter().fold(format.to_owned(), |text, (token, code)| text.replace(token, code))
}

/// A text as a day and time, and whether it has a time at all.
fn written(text: &str, how: &Reading) -> Option<DateTime> {
    let text = text.trim();
    if let Some(format) = &how.format {
        let format = pattern(format);
        return DateTime::strptime(&format, text)
            .ok()
            .or_else(|| Some(Date::strptime(&format, text).ok()?.at(0, 0, 0, 0)));
    }
    let usual = text.nfkc().collect::<String>();
    for day in DAYS {
        if let Ok(day) = Date::strptime(day, &usual) {
            return Some(day.at(0, 0, 0, 0));
        }
        for clock in CLOCKS {
            if let Ok(at) = DateTime::strptime(format!("{day}{clock}"), &usual) {
                return Some(at);
            }
        }
    }
    None
}

fn moment(cell: &Cell, how: &Reading) -> Option<DateTime> {
    let at = match cell {
        Cell::Moment(at) => Some(*at),
        Cell::Number(_) | Cell::Text(_) => written(&cell.text(), how),
        Cell::Bool(_) | Cell::Empty => None,
    };
    at.filter(|at| (1..=9999).contains(&at.year()))
}

fn day(cell: &Cell, how: &Reading) -> Result<Date, Reason> {
    let zoned = || cell.text().parse::<jiff::Timestamp>().ok().map(|at| how.zone.to_datetime(at));
    let at = moment(cell, how).or_else(zoned);
    at.map(DateTime::date).ok_or_else(|| Reason::new("not_a_date", "This is not a date; write it like 2026-03-01."))
}

fn instant(cell: &Cell, how: &Reading) -> Result<String, Reason> {
    let zoned = || cell.text().parse::<jiff::Timestamp>().ok();
    let local = |at: DateTime| Some(at.to_zoned(how.zone.clone()).ok()?.timestamp());
    let at = moment(cell, how).and_then(local).or_else(zoned);
    let at = at.ok_or_else(|| Reason::new("not_a_time", "This is not a time; write it like 2026-03-01 08:30."))?;
    Ok(Timestamp::from_jiff(at).to_string())
}

fn sixties(text: &str) -> Option<(i64, i64, i64)> {
    let text = text.nfkc().collect::<String>();
    let mut parts = text.trim().split(':').map(|part| part.trim().parse::<i64>().ok().filter(|part| *part >= 0));
    let (hours, minutes) = (parts.next()??, parts.next()??);
    let seconds = match parts.next() {
        Some(seconds) => seconds?,
        None => 0,
    };
    (minutes < 60 && seconds < 60 && parts.next().is_none()).then_some((hours, minutes, seconds))
}

fn clock(cell: &Cell) -> Result<Value, Reason> {
    if let Cell::Moment(at) = cell {
        return Ok(Value::from(format!("{:02}:{:02}", at.hour(), at.minute())));
    }
    let wrong = || Reason::new("not_a_time", "This is not a time of day; write it like 08:30.");
    let (hours, minutes, _) = sixties(&cell.text()).filter(|(hours, _, _)| *hours < 24).ok_or_else(wrong)?;
    Ok(Value::from(format!("{hours:02}:{minutes:02}")))
}

fn span(cell: &Cell) -> Result<Value, Reason> {
    match sixties(&cell.text()) {
        Some((hours, minutes, seconds)) => Ok(json!(hours * 3600 + minutes * 60 + seconds)),
        None => whole(cell),
    }
}

fn yes_or_no(cell: &Cell) -> Result<bool, Reason> {
    if let Cell::Bool(flag) = cell {
        return Ok(*flag);
    }
    match folded(&cell.text()).as_str() {
        "是" | "yes" | "y" | "true" | "1" | "√" | "✓" | "有" | "对" => Ok(true),
        "否" | "no" | "n" | "false" | "0" | "×" | "✗" | "无" | "错" => Ok(false),
        _ => Err(Reason::new("not_yes_or_no", "Write yes or no.")),
    }
}

fn is_called(label: &Label, text: &str) -> bool {
    folded(&label.zh) == text || folded(&label.en) == text
}

/// The option that people call so; one that is still offered comes first.
fn option(settings: &ChoiceSettings, text: &str) -> Result<String, Reason> {
    let text = folded(text);
    let known = |offered: bool| {
        settings.options.iter().find(|option| option.retired != offered && is_called(&option.label, &text))
    };
    let by_id = || settings.options.iter().find(|option| option.id == text);
    let option = known(true).or_else(|| known(false)).or_else(by_id);
    option.map(|option| option.id.clone()).ok_or_else(|| {
        let names: Vec<&str> = settings.options.iter().take(20).map(|option| option.label.en.as_str()).collect();
        Reason::new("not_an_option", format!("Choose one of the options: {}.", names.join(", ")))
    })
}

/// `31.2304,121.4737 外滩`.
fn place(text: &str) -> Result<Value, Reason> {
    let wrong = || Reason::new("invalid", "Write a place like 31.2304,121.4737.");
    let text = text.nfkc().collect::<String>();
    let (lat, rest) = text.split_once(',').ok_or_else(wrong)?;
    let rest = rest.trim();
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-'))).unwrap_or(rest.len());
    let (lng, address) = rest.split_at(end);
    let (Ok(lat), Ok(lng)) = (lat.trim().parse::<f64>(), lng.parse::<f64>()) else { return Err(wrong()) };
    let mut place = json!({"lat": lat, "lng": lng, "system": "wgs84"});
    if !address.trim().is_empty() {
        place["address"] = Value::from(address.trim());
    }
    Ok(place)
}

/// Rows of a sub-table: one a line, `name: value; name: value`.
fn lines(settings: &SubTableSettings, text: &str, how: &Reading) -> Result<Vec<Value>, Reason> {
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let mut row = Map::new();
        for part in line.split(['；', ';']).map(str::trim).filter(|part| !part.is_empty()) {
            let split = part.split_once(['：', ':']);
            let field = split.and_then(|(name, text)| {
                let name = folded(name);
                let field = settings.fields.iter().find(|field| is_called(&field.label, &name) || field.id == name)?;
                Some((field, text))
            });
            let Some((field, text)) = field else {
                let message = format!("`{part}` names no column of the table; write name: value, with ; between them.");
                return Err(Reason::new("invalid", message));
            };
            if let Some(value) = read(&field.kind, &Cell::of(text), how)? {
                row.insert(field.id.clone(), value);
            }
        }
        rows.push(Value::Object(row));
    }
    Ok(rows)
}

/// Skills as `电梯 3；空调 2`; a skill without a level has the middle one.
pub(crate) fn skills(text: &str) -> Value {
    let skill = |part: String| {
        let trimmed = part.trim_end_matches([')', '）', '级']);
        let (name, level) = match trimmed.char_indices().next_back() {
            Some((at, digit))
                if ('1'..='5').contains(&digit) && trimmed[..at].ends_with([' ', ':', '：', '(', '（']) =>
            {
                (trimmed[..at].trim_end_matches([' ', ':', '：', '(', '（']), i64::from(digit as u8 - b'0'))
            }
            _ => (part.as_str(), 3),
        };
        json!({"skill": name, "level": level})
    };
    Value::Array(parts(text).into_iter().map(skill).collect())
}

/// A number in the fewest characters, for texts that Excel took for numbers.
pub(crate) fn text_of(cell: &Cell) -> String {
    match cell {
        Cell::Number(number) => plain(*number),
        other => other.text(),
    }
}

#[cfg(test)]
mod tests {
    use forms::{DecimalSettings, IntegerSettings, MomentSettings, MoneySettings, TextSettings};

    use super::*;

    fn how(format: Option<&str>) -> Reading {
        Reading { format: format.map(str::to_owned), zone: TimeZone::get("Asia/Shanghai").unwrap() }
    }

    fn value(kind: &FieldKind, text: &str) -> Result<Value, String> {
        read(kind, &Cell::of(text), &how(None)).map(Option::unwrap_or_default).map_err(|reason| reason.code)
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let (whole, decimal) =
            (FieldKind::Integer(IntegerSettings::default()), FieldKind::Decimal(DecimalSettings::default()));
        let money = FieldKind::Money(MoneySettings { currency: "CNY".to_owned(), min: None, max: None });
        assert_eq!(value(&whole, "1,234,567"), Ok(json!(1_234_567)));
        assert_eq!(value(&whole, "１２"), Ok(json!(12)));
        assert_eq!(value(&whole, "1.5"), Err("not_whole".to_owned()));
        assert_eq!(value(&decimal, "-12.50"), Ok(json!(-12.5)));
        assert_eq!(value(&money, "￥1,299.90"), Ok(json!(129_990)));
        assert_eq!(value(&money, "1.005"), Err("too_many_decimals".to_owned()));
        for wrong in ["abc", "1e5", "1,23", "NaN", "--1"] {
            assert_eq!(value(&decimal, wrong), Err("not_a_number".to_owned()), "{wrong}");
        }
        assert_eq!(read(&money, &Cell::Number(0.1 + 0.2), &how(None)).unwrap(), Some(json!(30)));
    }

    #[test]
    fn days_and_times_are_read_in_the_company_s_zone() {
        let (day, time) = (FieldKind::Date(MomentSettings::default()), FieldKind::DateTime(MomentSettings::default()));
        for text in ["2026-03-01", "2026/3/1", "2026.03.01", "2026年3月1日", "20260301", "2026-03-01 23:30:00"] {
            assert_eq!(value(&day, text), Ok(json!("2026-03-01")), "{text}");
        }
        for text in ["2026-03-01 08:30", "2026/3/1 8:30:00", "2026-03-01T00:30:00Z", "2026-03-01T08:30:00+08:00"] {
            assert_eq!(value(&time, text), Ok(json!("2026-03-01T00:30:00Z")), "{text}");
        }
        assert_eq!(value(&day, "2026-02-30"), Err("not_a_date".to_owned()));
        let other = read(&day, &Cell::of("01/03/2026"), &how(Some("DD/MM/YYYY"))).unwrap();
        assert_eq!(other, Some(json!("2026-03-01")));
        assert_eq!(value(&FieldKind::Time(MomentSettings::default()), "8:05"), Ok(json!("08:05")));
        assert_eq!(value(&FieldKind::Duration(IntegerSettings::default()), "1:30:05"), Ok(json!(5405)));
    }

    #[test]
    fn places_skills_and_yes_are_read() {
        assert_eq!(value(&FieldKind::Boolean, "是"), Ok(json!(true)));
        assert_eq!(value(&FieldKind::Boolean, "maybe"), Err("not_yes_or_no".to_owned()));
        let place = value(&FieldKind::Location, "31.2304，121.4737 外滩").unwrap();
        assert_eq!(place, json!({"lat": 31.2304, "lng": 121.4737, "system": "wgs84", "address": "外滩"}));
        assert_eq!(skills("电梯 5；空调"), json!([{"skill": "电梯", "level": 5}, {"skill": "空调", "level": 3}]));
        assert_eq!(
            read(&FieldKind::Phone, &Cell::Number(13_800_138_000.0), &how(None)).unwrap(),
            Some(json!("13800138000"))
        );
        assert_eq!(value(&FieldKind::Text(TextSettings::default()), "  "), Ok(Value::Null));
    }
}
