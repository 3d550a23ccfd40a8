//! How do the tiers of trust and the rungs of the ladder look? A colour, and always a letter and a height beside it.

use super::style::{AMBER, BLUE, GREEN, VERMILION};
use plotters::style::RGBColor;

/// How far a price can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Most.
    A,
    /// Well.
    B,
    /// Just.
    C,
    /// The price moves only with a recorded approval.
    D,
}

impl Tier {
    /// As results name it; `None`: none.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        match id {
            "A" => Some(Self::A),
            "B" => Some(Self::B),
            "C" => Some(Self::C),
            "D" => Some(Self::D),
            _ => None,
        }
    }

    /// As people name it.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }

    pub(super) const fn colour(self) -> RGBColor {
        match self {
            Self::A => BLUE,
            Self::B => GREEN,
            Self::C => AMBER,
            Self::D => VERMILION,
        }
    }

    /// Height of its cell in pixels: print without colour shows it as well.
    pub(super) const fn height(self) -> i32 {
        match self {
            Self::A => 14,
            Self::B => 10,
            Self::C => 7,
            Self::D => 4,
        }
    }
}

/// The rung of the ladder that a price stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// Sales of the class in the period.
    L1,
    /// Sales of the class in the last periods.
    L2,
    /// Other classes.
    L3,
    /// The level before with today's netback.
    L4,
    /// The same, too old for settlement.
    L5,
    /// No price.
    L6,
}

impl Rung {
    /// As results name it; `None`: a price by formula.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        match id {
            "L1" => Some(Self::L1),
            "L2" => Some(Self::L2),
            "L3" => Some(Self::L3),
            "L4" => Some(Self::L4),
            "L5" => Some(Self::L5),
            "L6" => Some(Self::L6),
            _ => None,
        }
    }

    /// As people name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
            Self::L4 => "L4",
            Self::L5 => "L5",
            Self::L6 => "L6",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_differ_in_letter_colour_and_height_and_unknown_ones_are_none() {
        let tiers = ["A", "B", "C", "D"].map(|id| Tier::of(id).unwrap());
        for (one, other) in tiers.iter().zip(tiers.iter().skip(1)) {
            assert!(one < other && one.height() > other.height() && one.colour() != other.colour() && one.letter() != other.letter());
        }
        assert_eq!([Tier::of("-"), Tier::of("")], [None, None]);
        assert_eq!(["L1", "L2", "L3", "L4", "L5", "L6"].map(|id| Rung::of(id).map_or("", Rung::name)).concat(), "L1L2L3L4L5L6");
        assert_eq!(Rung::of("-"), None);
    }
}
