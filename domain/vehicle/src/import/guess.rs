//! The two presets: what headers usually mean.

use super::mapping::{Mapping, Preset};
use crate::{Field, MileageUnit, PriceRule, PriceUnit};

/// Headers by the fact they name, the surest first, without case, spaces and punctuation.
const HEADERS: [(Field, &[&str]); 21] = [
    (Field::Vin, &["vin", "vin码", "车架号", "车架号码", "车架号vin", "vin车架号", "车辆识别代号"]),
    (
        Field::ExternalId,
        &[
            "listingid",
            "externalid",
            "stocknumber",
            "stockno",
            "lotid",
            "车源编号",
            "车源号",
            "信息编号",
            "编号",
        ],
    ),
    (Field::Make, &["make", "brand", "品牌", "厂牌"]),
    (Field::Model, &["model", "series", "车系", "型号"]),
    (Field::Trim, &["trim", "配置", "版本"]),
    (Field::Title, &["title", "标题", "车型", "车型名称", "车辆名称"]),
    (Field::ModelYear, &["modelyear", "year", "年款", "年份"]),
    (Field::Body, &["body", "bodystyle", "bodytype", "车身形式", "车身结构", "车身类型"]),
    (Field::Fuel, &["fuel", "fueltype", "燃料", "燃料类型", "燃油类型", "能源类型"]),
    (Field::Transmission, &["transmission", "gearbox", "变速箱", "变速器"]),
    (
        Field::Mileage,
        &[
            "odometer",
            "mileage",
            "mileagekm",
            "miles",
            "mileagewankm",
            "表显里程",
            "行驶里程",
            "里程",
            "公里数",
            "表显里程万公里",
            "行驶里程万公里",
            "里程万公里",
            "里程公里",
        ],
    ),
    (Field::Colour, &["color", "colour", "exteriorcolor", "外观颜色", "车身颜色", "颜色"]),
    (Field::Interior, &["interior", "interiorcolor", "内饰颜色", "内饰"]),
    (
        Field::FirstRegistration,
        &[
            "firstreg",
            "firstregistration",
            "registrationdate",
            "首次上牌",
            "首次上牌时间",
            "上牌时间",
            "上牌日期",
            "初登日期",
            "注册日期",
        ],
    ),
    (
        Field::PlateNo,
        &[
            "plate",
            "plateno",
            "platenumber",
            "licenseplate",
            "车牌号",
            "车牌号码",
            "车牌",
            "牌照号",
            "号牌号码",
        ],
    ),
    (Field::PlatePlace, &["plateplace", "牌照所在地", "车牌所在地", "上牌地", "归属地", "车牌归属地"]),
    (Field::Transfers, &["transfers", "过户次数", "过户"]),
    (Field::City, &["city", "location", "state", "所在城市", "城市", "所在地", "看车城市"]),
    (
        Field::Grade,
        &["conditiongrade", "grade", "gradeoverall", "condition", "车况等级", "车况评级", "车况", "成色"],
    ),
    (Field::SellerName, &["seller", "sellername", "consignor", "委托方", "卖家", "卖方", "商家"]),
    (
        Field::SourcePrice,
        &[
            "sellingprice",
            "askingprice",
            "price",
            "pricewan",
            "报价",
            "售价",
            "价格",
            "报价万",
            "报价万元",
            "售价万元",
            "价格万元",
        ],
    ),
];

/// Columns from which a guide price can be made, the best first.
const GUIDE_COLUMNS: [&str; 8] =
    ["mmr", "guideprice", "指导价", "pricewan", "报价万元", "报价万", "报价", "sellingprice"];

impl Mapping {
    /// A mapping for this header, and the preset it came from.
    pub fn guess(header: &[String]) -> (Mapping, Preset) {
        let keys: Vec<String> = header.iter().map(|name| key_of(name)).collect();
        let find = |names: &[&str]| names.iter().find_map(|name| keys.iter().position(|key| key == name));
        let columns: std::collections::BTreeMap<Field, String> = HEADERS
            .iter()
            .filter_map(|(field, names)| {
                find(names).and_then(|at| header.get(at)).map(|name| (*field, name.clone()))
            })
            .collect();
        let preset = if keys.iter().any(|key| !key.is_ascii() || key.contains("wan")) {
            Preset::ChineseListing
        } else {
            Preset::EnglishAuction
        };
        let key_for = |field: Field| columns.get(&field).map(|name| key_of(name)).unwrap_or_default();
        let mileage_unit = mileage_unit_of(&key_for(Field::Mileage), preset);
        let price_key = key_for(Field::SourcePrice);
        let currency = match preset {
            _ if price_key.is_empty() => "",
            _ if in_wan(&price_key) => "万元",
            Preset::ChineseListing => "CNY",
            Preset::EnglishAuction => "USD",
        };
        (
            Mapping {
                columns,
                mileage_unit,
                currency: currency.to_owned(),
                vin_strict: preset == Preset::EnglishAuction && mileage_unit == MileageUnit::Mile,
                price: None,
            },
            preset,
        )
    }

    /// A price rule that makes sense for this header, for who wants cars ready to be offered: start at 70 %,
    /// reserve at 90 % of the guide price. Dollars become yuan at 7.2.
    pub fn suggested_price(header: &[String]) -> Option<PriceRule> {
        let keys: Vec<String> = header.iter().map(|name| key_of(name)).collect();
        let at = GUIDE_COLUMNS.iter().find_map(|name| keys.iter().position(|key| key == name))?;
        let key = keys.get(at)?;
        let dollars = matches!(key.as_str(), "mmr" | "sellingprice");
        Some(PriceRule {
            column: header.get(at)?.clone(),
            unit: if in_wan(key) { PriceUnit::Wan } else { PriceUnit::Yuan },
            factor_bp: if dollars { 72_000 } else { 10_000 },
            start_bp: 7_000,
            reserve_bp: 9_000,
        })
    }
}

fn mileage_unit_of(key: &str, preset: Preset) -> MileageUnit {
    if in_wan(key) {
        MileageUnit::WanKm
    } else if key.contains("km") || key.contains("公里") || preset == Preset::ChineseListing {
        MileageUnit::Km
    } else {
        MileageUnit::Mile
    }
}

fn in_wan(key: &str) -> bool {
    key.contains('万') || key.contains("wan")
}

/// A header without case, spaces and punctuation.
fn key_of(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &str) -> Vec<String> {
        names.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn knows_an_auctions_header() {
        let header = header(
            "Year,Make,Model,Trim,Body Style,VIN,State,Condition,Condition Grade,Odometer,Color,Seller,MMR,Selling Price",
        );
        let (mapping, preset) = Mapping::guess(&header);
        assert_eq!(
            (preset, mapping.mileage_unit, mapping.currency.as_str()),
            (Preset::EnglishAuction, MileageUnit::Mile, "USD")
        );
        assert_eq!(mapping.columns[&Field::Grade], "Condition Grade");
        assert_eq!(mapping.columns.len(), 12);
        assert_eq!(Mapping::suggested_price(&header).unwrap().factor_bp, 72_000);
        assert_eq!(mapping.check(&header), Ok(()));
    }

    #[test]
    fn knows_a_listings_header() {
        let header =
            header("编号,品牌,车系,车型名称,上牌时间,表显里程（万公里）,报价(万元),变速箱,过户次数,所在城市");
        let (mapping, preset) = Mapping::guess(&header);
        assert_eq!(
            (preset, mapping.mileage_unit, mapping.currency.as_str()),
            (Preset::ChineseListing, MileageUnit::WanKm, "万元")
        );
        assert_eq!(mapping.columns.len(), 10);
        let rule = Mapping::suggested_price(&header).unwrap();
        assert_eq!((rule.unit, rule.factor_bp), (PriceUnit::Wan, 10_000));
    }

    #[test]
    fn names_all_missing_columns_at_once() {
        let (mapping, _) = Mapping::guess(&header("vin,make,model,color"));
        let problem = mapping.check(&header("vin,price")).unwrap_err();
        assert_eq!(
            (problem.code.as_str(), &problem.data["columns"]),
            ("MISSING_COLUMNS", &"make、model、color".into())
        );
        let (nothing, _) = Mapping::guess(&header("a,b"));
        let fields = nothing.check(&header("a,b")).unwrap_err().fields;
        assert_eq!(fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["vin", "make", "model"]);
    }
}
