//! Which rings does a written list of corners give? As licences write them, and never with a corner left out.
//!
//! `1,3098765.12,38543210.34;2,…`, `X=…,Y=…` a line, degrees with decimals or with minutes and seconds. Northing and easting,
//! latitude and longitude are told apart by their size, which in China never overlaps. Every number and every word must have
//! a meaning: a list of which a piece can't be explained is not read at all, because a wrong area accuses the wrong loads.

use super::BoundaryError;
use super::gauss::Zone;
use super::token::{Number, Token, tokens};

/// A corner as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Corner {
    /// Degrees.
    Degrees { lat: f64, lon: f64 },
    /// A Gauss–Krüger grid, m; the number of the zone where it stands in front of the easting.
    Grid { northing_m: f64, easting_m: f64, zone: Option<Zone> },
}

/// A ring of corners, not closed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ring {
    /// Corners in their order with the numbers that they bear.
    pub(super) corners: Vec<Corner>,
    numbers: Vec<Option<u32>>,
    /// Taken out of the area (扣除).
    pub(super) hole: bool,
    closed: bool,
}

/// What a list says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct List {
    /// The rings, in their order.
    pub(super) rings: Vec<Ring>,
    /// The zone that the text names apart from the eastings (`38带`, `中央子午线114°`).
    pub(super) zone: Option<Zone>,
}

/// Half of a corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Half {
    North(f64),
    East(f64, Option<Zone>),
    Lat(f64),
    Lon(f64),
}

/// Of these words nothing depends: titles, labels, units, names of the projection.
const PLAIN_WORDS: [&str; 52] = [
    "拐点",
    "坐标系",
    "坐标",
    "编号",
    "序号",
    "点号",
    "开采",
    "矿区",
    "范围",
    "区块",
    "采区",
    "矿体",
    "区域",
    "经度",
    "纬度",
    "东经",
    "北纬",
    "直角",
    "高斯",
    "克吕格",
    "投影",
    "平面",
    "国家",
    "大地",
    "圈定",
    "其中",
    "如下",
    "分带",
    "点",
    "号",
    "第",
    "由",
    "从",
    "自",
    "带",
    "米",
    "的",
    "为",
    "东",
    "北",
    "纵",
    "横",
    "lat",
    "lon",
    "X",
    "Y",
    "N",
    "E",
    "B",
    "L",
    "J",
    "m",
];
/// A ring begins after these.
const RING_WORDS: [&str; 6] = ["矿区", "区块", "采区", "矿体", "区域", "范围"];
/// The next ring is taken out.
const HOLE_WORDS: [&str; 5] = ["扣除", "除外", "挖除", "不包括", "不含"];
/// Heights, to the end of the line.
const HEIGHT_WORDS: [&str; 3] = ["标高", "深度", "高程"];
/// Other reference frames: without the local parameters of their transformation, which are not public, a corner may be off by
/// a hundred metres.
const OTHER_FRAMES: [&str; 4] = ["西安", "北京", "xian", "beijing"];
/// Names of the frame that hold digits.
const FRAME_NAMES: [&str; 7] = ["CGCS2000", "CGCS 2000", "WGS-84", "WGS84", "2000国家大地坐标系", "国家2000", "2000坐标系"];

/// Reads a list of corners.
///
/// # Errors
/// [`BoundaryError`] with the piece that can't be explained.
pub(super) fn list(text: &str) -> Result<List, BoundaryError> {
    let lower = text.to_lowercase();
    if let Some(frame) = OTHER_FRAMES.iter().find(|f| lower.contains(*f)) {
        return Err(BoundaryError::Frame((*frame).to_owned()));
    }
    let text = FRAME_NAMES.iter().fold(text.to_owned(), |text, name| text.replace(name, " "));
    let tokens = tokens(&text)?;
    let mut reader = Reader::default();
    let mut at = 0;
    while at < tokens.len() {
        at += reader.take(&tokens, at)?;
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    list: List,
    ring: Ring,
    half: Option<Half>,
    number: Option<u32>,
}

impl Reader {
    /// Takes the token at a place; how many tokens that were.
    fn take(&mut self, tokens: &[Token], at: usize) -> Result<usize, BoundaryError> {
        let (before, next) = (at.checked_sub(1).and_then(|i| tokens.get(i)), tokens.get(at + 1));
        match tokens.get(at) {
            Some(Token::Number(number)) => self.number(number, before, next),
            Some(Token::Word(word)) => self.word(word, tokens, at),
            Some(Token::Semicolon) => self.between().map(|()| 1),
            // A bar between northing and easting parts nothing.
            Some(Token::Bar) if self.half.is_none() => self.next_ring().map(|()| 1),
            Some(Token::Line) if before == Some(&Token::Line) => self.next_ring().map(|()| 1),
            _ => Ok(1),
        }
    }

    fn number(&mut self, number: &Number, before: Option<&Token>, next: Option<&Token>) -> Result<usize, BoundaryError> {
        let next_word = match next {
            Some(Token::Word(word)) => word.as_str(),
            _ => "",
        };
        if number.degrees && (number.text.starts_with("3度") || number.text.starts_with("6度")) && next_word.contains('带') {
            return Ok(2);
        }
        if next_word.starts_with('带')
            && let Some(count) = number.counts()
        {
            self.list.zone = Some(zone(count)?);
            return Ok(2);
        }
        let metres = next_word.starts_with(['m', '米', 'M']);
        let height = number.signed || metres || next == Some(&Token::To) || before == Some(&Token::To);
        if height && number.value.abs() < 10_000.0 && !number.degrees {
            return Ok(1);
        }
        if let Some(half) = half(number)? {
            return self.half(half, number).map(|()| 1);
        }
        match number.counts() {
            Some(count) if self.number.is_none() && self.half.is_none() => self.number = Some(count),
            _ => return Err(BoundaryError::Word(number.text.clone())),
        }
        Ok(1)
    }

    fn half(&mut self, half: Half, number: &Number) -> Result<(), BoundaryError> {
        let Some(first) = self.half.take() else {
            self.half = Some(half);
            return Ok(());
        };
        let corner = match (first, half) {
            (Half::North(n), Half::East(e, zone)) | (Half::East(e, zone), Half::North(n)) => {
                Corner::Grid { northing_m: n, easting_m: e, zone }
            }
            (Half::Lat(lat), Half::Lon(lon)) | (Half::Lon(lon), Half::Lat(lat)) => Corner::Degrees { lat, lon },
            _ => return Err(BoundaryError::Pair(number.text.clone())),
        };
        self.corner(corner)
    }

    fn corner(&mut self, corner: Corner) -> Result<(), BoundaryError> {
        let number = self.number.take();
        let closes = self.ring.corners.len() >= 3 && self.ring.corners.first() == Some(&corner);
        if closes && !self.ring.closed {
            self.ring.closed = true;
            return Ok(());
        }
        let last = self.ring.numbers.last().copied().flatten();
        let again = number.zip(last).is_some_and(|(number, last)| number <= last);
        if self.ring.closed || again {
            self.next_ring()?;
        }
        self.ring.corners.push(corner);
        self.ring.numbers.push(number);
        Ok(())
    }

    fn word(&mut self, word: &str, tokens: &[Token], at: usize) -> Result<usize, BoundaryError> {
        let has = |words: &[&str]| words.iter().any(|w| word.contains(w));
        if has(&HEIGHT_WORDS) {
            let ends = |t: &Token| matches!(t, Token::Semicolon | Token::Line | Token::Bar);
            return Ok(tokens.iter().skip(at).position(ends).unwrap_or(tokens.len() - at).max(1));
        }
        let following = match tokens.get(at + 1) {
            Some(Token::Number(number)) => Some(number),
            _ => None,
        };
        if has(&["中央子午线", "中央经线", "带号"]) {
            let number = following.ok_or_else(|| BoundaryError::Word(word.to_owned()))?;
            self.list.zone = Some(if word.contains("带号") { zone(number.counts().unwrap_or(0))? } else { meridian(number)? });
            return Ok(2);
        }
        if has(&HOLE_WORDS) {
            self.next_ring()?;
            self.ring.hole = true;
        }
        explained(word)?;
        if !has(&RING_WORDS) || has(&["拐点"]) {
            return Ok(1);
        }
        self.next_ring()?;
        // 矿区1: the number of the ring, not of a corner.
        Ok(if following.is_some_and(|n| n.counts().is_some()) { 2 } else { 1 })
    }

    fn between(&self) -> Result<(), BoundaryError> {
        match self.half {
            Some(half) => Err(BoundaryError::Pair(half.written())),
            None => Ok(()),
        }
    }

    fn next_ring(&mut self) -> Result<(), BoundaryError> {
        self.between()?;
        if !self.ring.corners.is_empty() {
            self.list.rings.push(std::mem::take(&mut self.ring));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<List, BoundaryError> {
        if let Some(number) = self.number {
            return Err(BoundaryError::Word(number.to_string()));
        }
        self.next_ring()?;
        // A blank line after every corner parts no rings.
        if self.list.rings.len() > 2 && self.list.rings.iter().all(|r| r.corners.len() == 1) {
            let rings = std::mem::take(&mut self.list.rings);
            let (corners, numbers) = rings.into_iter().flat_map(|r| r.corners.into_iter().zip(r.numbers)).unzip();
            self.list.rings.push(Ring { corners, numbers, ..Ring::default() });
        }
        for ring in &mut self.list.rings {
            ring.check()?;
        }
        Ok(self.list)
    }
}

impl Ring {
    /// Corners that bear numbers bear all of them; a corner that is left out changes the area.
    fn check(&mut self) -> Result<(), BoundaryError> {
        for pair in self.numbers.windows(2) {
            if let [Some(a), Some(b)] = pair
                && *b != a + 1
            {
                return Err(BoundaryError::Missing(a + 1));
            }
        }
        if self.corners.first() == self.corners.last() && self.corners.len() > 3 {
            self.corners.pop();
        }
        if self.corners.len() < 3 { Err(BoundaryError::Empty) } else { Ok(()) }
    }
}

impl Half {
    fn written(self) -> String {
        match self {
            Half::North(v) | Half::East(v, _) => format!("{v}"),
            Half::Lat(v) | Half::Lon(v) => format!("{v}°"),
        }
    }
}

/// Which half of a corner a number is: by its size alone. China reaches from 3° to 54° north and 73° to 136° east; its
/// northings have seven digits, eastings six, or eight with the zone's number in front.
fn half(number: &Number) -> Result<Option<Half>, BoundaryError> {
    let value = number.value;
    // Four decimals of a degree are eleven metres: fewer are no corner.
    if number.degrees || number.decimals >= 4 {
        if (3.0..54.0).contains(&value) {
            return Ok(Some(Half::Lat(value)));
        }
        if (73.0..136.0).contains(&value) {
            return Ok(Some(Half::Lon(value)));
        }
    }
    Ok(grid(value)?.filter(|_| !number.degrees))
}

/// A northing or an easting, m; `None`: neither.
pub(super) fn grid(value: f64) -> Result<Option<Half>, BoundaryError> {
    if (1e6..6e6).contains(&value) {
        return Ok(Some(Half::North(value)));
    }
    if (1e5..9e5).contains(&value) {
        return Ok(Some(Half::East(value, None)));
    }
    if !(13e6..46e6).contains(&value) {
        return Ok(None);
    }
    let number = (value / 1e6).floor();
    #[expect(clippy::cast_possible_truncation, reason = "between 13 and 45")]
    let zone = Zone::of_number(number as i32).ok_or_else(|| BoundaryError::Word(format!("{value}")))?;
    let easting_m = value - number * 1e6;
    if (1e5..9e5).contains(&easting_m) { Ok(Some(Half::East(easting_m, Some(zone)))) } else { Err(BoundaryError::Word(format!("{value}"))) }
}

fn zone(number: u32) -> Result<Zone, BoundaryError> {
    i32::try_from(number).ok().and_then(Zone::of_number).ok_or_else(|| BoundaryError::Word(format!("{number}带")))
}

/// The zone of a central meridian; those of 6 degrees are among those of 3.
fn meridian(number: &Number) -> Result<Zone, BoundaryError> {
    let zone = Zone::all().find(|z| (f64::from(z.central_deg) - number.value).abs() < 1e-9);
    zone.ok_or_else(|| BoundaryError::Word(number.text.clone()))
}

/// Whether all of a word is known.
fn explained(word: &str) -> Result<(), BoundaryError> {
    let mut rest = word;
    while !rest.is_empty() {
        let known = |w: &&&str| rest.get(..w.len()).is_some_and(|start| start.eq_ignore_ascii_case(w));
        let numeral = rest.strip_prefix(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', 'Ⅰ', 'Ⅱ', 'Ⅲ', 'Ⅳ']);
        rest = match PLAIN_WORDS.iter().chain(&HOLE_WORDS).find(known) {
            Some(known) => rest.get(known.len()..).unwrap_or_default(),
            None => numeral.ok_or_else(|| BoundaryError::Word(word.to_owned()))?,
        };
    }
    Ok(())
}
