//! What the providers' answers mean. All three answer refusals with status 200 and a code in the body.

use reqwest::StatusCode;
use serde_json::Value;

use crate::{
    error::{Reason, RobotError},
    robot::Kind,
};

/// Sorts a whole answer: status first where no provider speaks (gateways, proxies), then the code in the body.
pub(crate) fn read(kind: Kind, status: StatusCode, body: &[u8]) -> Result<(), RobotError> {
    if status.is_redirection() {
        return Err(RobotError::permanent(Reason::Address, status.as_str()));
    }
    let parsed = serde_json::from_slice::<Value>(body).ok();
    let code = parsed.as_ref().and_then(|value| code(kind, value));
    match (status, code) {
        (StatusCode::TOO_MANY_REQUESTS, _) => Err(RobotError::transient(Reason::RateLimited, status.as_str())),
        (_, Some((0, _))) if status.is_success() => Ok(()),
        (_, Some((code, words))) if code != 0 => Err(sorted(kind, code, &words)),
        (StatusCode::REQUEST_TIMEOUT, _) => Err(RobotError::transient(Reason::Busy, status.as_str())),
        _ if status.is_client_error() => Err(RobotError::permanent(Reason::Address, status.as_str())),
        _ if status.is_server_error() => Err(RobotError::transient(Reason::Busy, status.as_str())),
        _ => Err(RobotError::transient(Reason::Unreadable, status.as_str())),
    }
}

/// The code and words of an answer, by each provider's names for them.
fn code(kind: Kind, answer: &Value) -> Option<(i64, String)> {
    let words = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    match kind {
        Kind::Wecom => Some((answer["errcode"].as_i64()?, words("errmsg"))),
        Kind::Dingtalk => match answer["errcode"].as_i64() {
            Some(code) => Some((code, words("errmsg"))),
            // The gateway in front of the robots answers in its own shape when it holds somebody back.
            None => (answer["punish"].as_str() == Some("deny")).then(|| (130_101, "send too fast".to_owned())),
        },
        Kind::Feishu => match answer["code"].as_i64() {
            Some(code) => Some((code, words("msg"))),
            None => Some((answer["StatusCode"].as_i64()?, words("StatusMessage"))),
        },
    }
}

fn sorted(kind: Kind, code: i64, words: &str) -> RobotError {
    let reason = match kind {
        Kind::Wecom => wecom(code),
        Kind::Dingtalk => dingtalk(code, words),
        Kind::Feishu => feishu(code),
    };
    // Providers have changed their codes for this before; the words have stayed.
    let reason = if speaks_of_haste(words) { Reason::RateLimited } else { reason };
    let detail = format!("{code} {words}");
    match reason {
        Reason::RateLimited | Reason::Busy => RobotError::transient(reason, detail),
        _ => RobotError::permanent(reason, detail),
    }
}

fn speaks_of_haste(words: &str) -> bool {
    let words = words.to_lowercase();
    ["too fast", "too many request", "freq out of limit", "frequency limit", "限流", "频率"]
        .iter()
        .any(|sign| words.contains(sign))
}

fn wecom(code: i64) -> Reason {
    match code {
        // 45009: 20 notes a minute; 45033: too many at the same moment.
        45_009 | 45_033 => Reason::RateLimited,
        -1 => Reason::Busy,
        // 93000: no such key; 93004: robot switched off; 93008: robot no longer in the group.
        40_001 | 40_014 | 93_000 | 93_004 | 93_008 => Reason::Credentials,
        60_020 => Reason::Policy,
        _ => Reason::Content,
    }
}

fn dingtalk(code: i64, words: &str) -> Reason {
    match code {
        // 20 notes a minute, then ten minutes of silence; 410100 is the newer code for the same.
        130_101 | 410_100 | 90_018 => Reason::RateLimited,
        -1 => Reason::Busy,
        // One code for three checks of the robot's security settings; only the words tell them apart.
        310_000 => {
            let words = words.to_lowercase();
            if words.contains("sign") || words.contains("timestamp") || words.contains("签名") {
                Reason::Credentials
            } else {
                Reason::Policy
            }
        }
        // Token unknown or missing, group dissolved, robot switched off or removed.
        40_035 | 300_001 | 300_005 | 400_013 | 400_101 | 400_102 | 400_106 => Reason::Credentials,
        _ => Reason::Content,
    }
}

fn feishu(code: i64) -> Reason {
    match code {
        // 100 notes a minute and 5 a second for a robot; 99991400 is the platform's own limit. 9499 with the words
        // "too many request" is caught by its words, for 9499 alone means a malformed request.
        11_232 | 11_233 | 99_991_400 => Reason::RateLimited,
        // 19001: no such token; 19007: robot switched off; 19021: signature or time.
        19_001 | 19_007 | 19_021 => Reason::Credentials,
        // 19022: IP address; 19024: keywords.
        19_022 | 19_024 => Reason::Policy,
        _ => Reason::Content,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(kind: Kind, status: u16, body: &str) -> Option<(bool, Reason)> {
        let status = StatusCode::from_u16(status).unwrap();
        read(kind, status, body.as_bytes()).err().map(|error| (error.is_transient(), error.reason()))
    }

    #[test]
    fn success_is_code_zero_and_nothing_else() {
        for (kind, body) in [
            (Kind::Wecom, r#"{"errcode":0,"errmsg":"ok"}"#),
            (Kind::Dingtalk, r#"{"errcode":0,"errmsg":"ok"}"#),
            (Kind::Feishu, r#"{"code":0,"msg":"success","data":{}}"#),
            (Kind::Feishu, r#"{"Extra":null,"StatusCode":0,"StatusMessage":"success"}"#),
        ] {
            assert_eq!(outcome(kind, 200, body), None);
            assert_eq!(
                outcome(kind, 502, body),
                Some((true, Reason::Busy)),
                "a gateway's error is no success whatever its body says"
            );
        }
        for body in ["", "<html>Sign in to the guest network</html>", "{}", "[]", r#"{"errcode":"0"}"#] {
            for kind in [Kind::Wecom, Kind::Dingtalk, Kind::Feishu] {
                assert_eq!(outcome(kind, 200, body), Some((true, Reason::Unreadable)));
            }
        }
    }

    #[test]
    fn haste_is_transient() {
        let cases = [
            (Kind::Wecom, 200, r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#),
            (Kind::Dingtalk, 200, r#"{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}"#),
            (Kind::Dingtalk, 200, r#"{"errcode":410100,"errmsg":""}"#),
            (Kind::Dingtalk, 200, r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"0"}"#),
            (Kind::Feishu, 200, r#"{"code":11232,"msg":"frequency limited psm[]"}"#),
            (Kind::Feishu, 200, r#"{"code":9499,"msg":"too many request","data":{}}"#),
            (Kind::Feishu, 400, r#"{"code":99991400,"msg":"request trigger frequency limit"}"#),
            (Kind::Feishu, 429, ""),
        ];
        for (kind, status, body) in cases {
            assert_eq!(outcome(kind, status, body), Some((true, Reason::RateLimited)), "{body}");
        }
    }

    #[test]
    fn wrong_keys_and_signatures_are_permanent() {
        let cases = [
            (Kind::Wecom, r#"{"errcode":93000,"errmsg":"invalid webhook url, hint: [1]"}"#),
            (Kind::Dingtalk, r#"{"errcode":310000,"errmsg":"sign not match"}"#),
            (Kind::Dingtalk, r#"{"errcode":310000,"errmsg":"invalid timestamp"}"#),
            (Kind::Dingtalk, r#"{"errcode":300005,"errmsg":"token is not exist"}"#),
            (
                Kind::Feishu,
                r#"{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}"#,
            ),
            (Kind::Feishu, r#"{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}"#),
        ];
        for (kind, body) in cases {
            assert_eq!(outcome(kind, 200, body), Some((false, Reason::Credentials)), "{body}");
        }
    }

    #[test]
    fn the_groups_own_rules_are_told_apart_from_wrong_keys() {
        let cases = [
            (Kind::Dingtalk, r#"{"errcode":310000,"errmsg":"keywords not in content"}"#),
            (Kind::Dingtalk, r#"{"errcode":310000,"errmsg":"ip 1.2.3.4 not in whitelist"}"#),
            (Kind::Feishu, r#"{"code":19024,"msg":"Key Words Not Found"}"#),
            (Kind::Feishu, r#"{"code":19022,"msg":"Ip Not Allowed"}"#),
        ];
        for (kind, body) in cases {
            assert_eq!(outcome(kind, 200, body), Some((false, Reason::Policy)), "{body}");
        }
    }

    #[test]
    fn malformed_requests_unknown_codes_and_odd_statuses_have_their_place() {
        assert_eq!(
            outcome(Kind::Feishu, 400, r#"{"code":9499,"msg":"Bad Request","data":{}}"#),
            Some((false, Reason::Content))
        );
        assert_eq!(outcome(Kind::Wecom, 200, r#"{"errcode":123456,"errmsg":"new"}"#), Some((false, Reason::Content)));
        assert_eq!(outcome(Kind::Dingtalk, 200, r#"{"errcode":-1,"errmsg":"系统繁忙"}"#), Some((true, Reason::Busy)));
        assert_eq!(outcome(Kind::Wecom, 302, ""), Some((false, Reason::Address)));
        assert_eq!(outcome(Kind::Wecom, 404, ""), Some((false, Reason::Address)));
        assert_eq!(outcome(Kind::Wecom, 503, ""), Some((true, Reason::Busy)));
    }
}
