//! What are the places and companies of the basin called? Invented names; none of them exists.

/// Counties: name, latitude and longitude of the seat, degrees.
pub(super) const COUNTIES: [(&str, f64, f64); 5] =
    [("明州区", 27.82, 114.40), ("云溪县", 28.10, 114.55), ("锦岭县", 28.38, 114.78), ("奉丰县", 28.62, 115.05), ("上塘市", 28.30, 115.22)];

const FIRST: [&str; 24] = [
    "白石",
    "青坪",
    "云岭",
    "锦坑",
    "石塘",
    "金竹",
    "狮岩",
    "龙井",
    "枫树",
    "黄荆",
    "桃源",
    "铜鼓岭",
    "上洞",
    "下洞",
    "茶陂",
    "杨梅",
    "大湾",
    "小湾",
    "鹿角",
    "银坪",
    "葛藤",
    "水口",
    "仙姑",
    "半山",
];

const BRANDS: [&str; 20] = [
    "瑞岭",
    "恒锂",
    "赣云",
    "永磊",
    "锦源",
    "盛石",
    "宏岩",
    "华坪",
    "鑫锦",
    "天瓷",
    "泰岩",
    "利丰源",
    "众鑫岭",
    "远矿",
    "明瓷",
    "兴塘",
    "博岩",
    "万岭",
    "嘉锂",
    "同源",
];

/// A word for a place of this number; words never repeat.
pub(super) fn place(n: usize) -> String {
    const SIDES: [&str; 9] = ["", "东", "西", "南", "北", "上", "下", "新", "老"];
    let round = n / (FIRST.len() * SIDES.len());
    let more = if round == 0 { String::new() } else { format!("{}号", round + 1) };
    format!("{}{}{more}", SIDES[n / FIRST.len() % SIDES.len()], FIRST[n % FIRST.len()])
}

/// A brand of this number; never repeats.
pub(super) fn brand(n: usize) -> String {
    let (first, second) = (n % BRANDS.len(), n / BRANDS.len());
    match second {
        0 => BRANDS[first].to_owned(),
        1..=19 => format!("{}{}", BRANDS[first], BRANDS[(second + n) % BRANDS.len()]),
        _ => format!("{}{second}", BRANDS[first]),
    }
}

/// Places in no register from which ore comes, and what else they are.
pub(super) const UNKNOWN: [&str; 4] = ["老鸦坑", "李家坳临时堆点", "三岔口无名采点", "河背洗砂场"];

/// Buyers outside the basin.
pub(super) const OUTSIDE_BUYERS: [&str; 3] = ["外省正极材料甲厂", "外省正极材料乙厂", "外省电解液丙厂"];
