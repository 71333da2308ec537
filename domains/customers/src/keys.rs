//! Names and addresses as duplicates are looked for: two spellings of one name have the same key.

use unicode_normalization::UnicodeNormalization as _;

use crate::Address;

/// Legal forms at the end of a company's name, the longest first; whether they are written says nothing.
const LEGAL_FORMS: &[&str] =
    &["股份有限公司", "有限责任公司", "有限公司", "公司", "coltd", "limited", "company", "gmbh", "corp", "ltd", "inc"];
/// Characters of a street with house number at least, or the address names no place that tells customers apart.
const SHORTEST_STREET: usize = 4;

/// Letters and digits in one width and case.
fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

/// The key of a customer's name: letters and digits alone, without the legal form.
pub(crate) fn name_key(name: &str) -> String {
    let whole = folded(name);
    let short = LEGAL_FORMS.iter().find_map(|form| whole.strip_suffix(form)).filter(|rest| rest.chars().count() >= 2);
    short.unwrap_or(&whole).to_owned()
}

/// The key of an address; empty when it names no street.
pub(crate) fn address_key(address: &Address) -> String {
    let street = address.street.as_deref().map(folded).unwrap_or_default();
    if street.chars().count() < SHORTEST_STREET { String::new() } else { folded(&address.line()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        for same in
            ["上海静安物业", "上海静安物业有限公司", " 上海 静安物业（有限责任公司） ", "上海静安物业股份有限公司"]
        {
            assert_eq!(name_key(same), "上海静安物业", "{same}");
        }
        for same in ["Acme Lifts Co., Ltd.", "ACME LIFTS", "Ａｃｍｅ-Lifts Ltd"] {
            assert_eq!(name_key(same), "acmelifts", "{same}");
        }
        assert_ne!(name_key("静安物业一分公司"), name_key("静安物业"));
        assert_eq!(name_key("公司"), "公司", "a name that is nothing but a form stays");
    }

    #[test]
    fn an_address_without_a_street_tells_nobody_apart() {
        let part = |text: &str| Some(text.to_owned());
        let address =
            Address {
                province: part("上海市"), city: part("上海市"), district: None, street: part("世纪大道 100号")
            };
        assert_eq!(address_key(&address), "上海市世纪大道100号");
        assert_eq!(address_key(&Address { street: None, ..address.clone() }), "");
        assert_eq!(address_key(&Address { street: part("1号"), ..address }), "");
    }
}
