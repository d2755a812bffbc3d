//! Why a command is refused: the codes, in the order of their checks, and the data that explains one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why a command is refused. The order of the variants is the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefusalCode {
    /// 未开拍
    LotNotOpen,
    /// 现场离线记录中
    LaneOffline,
    /// 已截止
    Closed,
    /// 无参拍权限
    NotInvited,
    /// 未完成认证
    KycMissing,
    /// 账户受限
    Banned,
    /// 卖方及关联方不得出价
    SellerOrAffiliate,
    /// 同集团门店领先
    SisterRooftopLeads,
    /// 非最小单位整数倍
    NotTick,
    /// 低于最低可出价
    BelowMin,
    /// 检测报告已更新
    NeedReconfirmCr,
    /// 请再次确认金额
    FatFingerConfirm,
    /// 可用额度不足
    BuyingPower,
    /// 重复出价
    Duplicate,
    /// The reserve is met already.
    ReserveAlreadyMet,
    /// The new reserve is not lower, or there is none to lower.
    ReserveNotLower,
    /// 先喊最后一次
    LastCallFirst,
    /// What does not fit the lot's status or format (close before the end, resume what runs, buy what is no longer
    /// offered).
    NotApplicable,
}

/// A refused command: the state is untouched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct Refusal {
    /// Why.
    pub code: RefusalCode,
    /// The data that explains it: a JSON object.
    pub data: Value,
}

impl RefusalCode {
    /// All of them, in the order of the checks.
    pub const ALL: [RefusalCode; 18] = [
        RefusalCode::LotNotOpen,
        RefusalCode::LaneOffline,
        RefusalCode::Closed,
        RefusalCode::NotInvited,
        RefusalCode::KycMissing,
        RefusalCode::Banned,
        RefusalCode::SellerOrAffiliate,
        RefusalCode::SisterRooftopLeads,
        RefusalCode::NotTick,
        RefusalCode::BelowMin,
        RefusalCode::NeedReconfirmCr,
        RefusalCode::FatFingerConfirm,
        RefusalCode::BuyingPower,
        RefusalCode::Duplicate,
        RefusalCode::ReserveAlreadyMet,
        RefusalCode::ReserveNotLower,
        RefusalCode::LastCallFirst,
        RefusalCode::NotApplicable,
    ];

    /// `BELOW_MIN`: the code in receipts, answers and text keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            RefusalCode::LotNotOpen => "LOT_NOT_OPEN",
            RefusalCode::LaneOffline => "LANE_OFFLINE",
            RefusalCode::Closed => "CLOSED",
            RefusalCode::NotInvited => "NOT_INVITED",
            RefusalCode::KycMissing => "KYC_MISSING",
            RefusalCode::Banned => "BANNED",
            RefusalCode::SellerOrAffiliate => "SELLER_OR_AFFILIATE",
            RefusalCode::SisterRooftopLeads => "SISTER_ROOFTOP_LEADS",
            RefusalCode::NotTick => "NOT_TICK",
            RefusalCode::BelowMin => "BELOW_MIN",
            RefusalCode::NeedReconfirmCr => "NEED_RECONFIRM_CR",
            RefusalCode::FatFingerConfirm => "FAT_FINGER_CONFIRM",
            RefusalCode::BuyingPower => "BUYING_POWER",
            RefusalCode::Duplicate => "DUPLICATE",
            RefusalCode::ReserveAlreadyMet => "RESERVE_ALREADY_MET",
            RefusalCode::ReserveNotLower => "RESERVE_NOT_LOWER",
            RefusalCode::LastCallFirst => "LAST_CALL_FIRST",
            RefusalCode::NotApplicable => "NOT_APPLICABLE",
        }
    }
}
