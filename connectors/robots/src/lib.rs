//! Notes to chat groups through the robot webhooks of WeCom 企业微信, DingTalk 钉钉 and Feishu 飞书.
//!
//! A [`Robot`] is what a group's administrator copies out of the chat program: an address and, where the group
//! asks for it, a secret to sign with. A [`Note`] is what people read: a title, lines, a link and the people to
//! call. [`Robot::send`] turns the one into the other's format, keeps to the provider's size limit and sorts
//! the answer by whether trying again can help.

mod answer;
mod compose;
mod error;
mod robot;
mod sign;

pub use compose::{Link, Note};
pub use error::{Reason, RobotError};
pub use robot::{Kind, Reach, Robot, client};
