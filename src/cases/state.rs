//! How far has a case come, and what may be done next?

use super::event::Kind;
use crate::text::{Lang, Text};
use serde::Serialize;

/// How far a case has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nobody has it yet.
    New,
    /// A department and a person have it.
    Assigned,
    /// It is so; a plan is wanted.
    Verified,
    /// It is not so.
    Unfounded,
    /// A plan is being carried out.
    Rectifying,
    /// The rectification was accepted.
    Accepted,
    /// It was struck off.
    Closed,
    /// It is open again; its owner is the one of before.
    Reopened,
}

impl State {
    /// All states, in their order.
    pub const ALL: [State; 8] = [
        State::New,
        State::Reopened,
        State::Assigned,
        State::Verified,
        State::Rectifying,
        State::Accepted,
        State::Closed,
        State::Unfounded,
    ];

    /// As programs write it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            State::New => "new",
            State::Assigned => "assigned",
            State::Verified => "verified",
            State::Unfounded => "unfounded",
            State::Rectifying => "rectifying",
            State::Accepted => "accepted",
            State::Closed => "closed",
            State::Reopened => "reopened",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.id() == id)
    }

    /// For people.
    #[must_use]
    pub const fn title(self) -> Text {
        match self {
            State::New => Text { zh: "待分办", en: "new" },
            State::Assigned => Text { zh: "已分办，待核实", en: "assigned" },
            State::Verified => Text { zh: "已核实，待整改", en: "verified" },
            State::Unfounded => Text { zh: "查否", en: "unfounded" },
            State::Rectifying => Text { zh: "整改中", en: "rectifying" },
            State::Accepted => Text { zh: "已验收，待销号", en: "accepted" },
            State::Closed => Text { zh: "已销号", en: "closed" },
            State::Reopened => Text { zh: "重新立案", en: "reopened" },
        }
    }

    /// Whether something is still to be done.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, State::Closed | State::Unfounded)
    }

    /// Whether what was found has been dealt with, so that a finding that comes to it opens it again.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, State::Accepted | State::Closed | State::Unfounded)
    }

    /// The state after a step; `None`: it is not allowed now. What findings do changes no state by itself.
    #[must_use]
    pub const fn after(self, kind: Kind) -> Option<State> {
        use State::{Accepted, Assigned, Closed, New, Rectifying, Reopened, Unfounded, Verified};
        match (kind, self) {
            (Kind::Assigned, New | Assigned | Reopened) => Some(Assigned),
            // Somebody else gets it, and goes on where the other was.
            (Kind::Assigned, Verified | Rectifying) => Some(self),
            (Kind::Verified, Assigned | Reopened) => Some(Verified),
            (Kind::Unfounded, Assigned | Reopened | Verified) => Some(Unfounded),
            (Kind::Planned, Verified | Rectifying) => Some(Rectifying),
            (Kind::Accepted, Rectifying) => Some(Accepted),
            (Kind::Closed, Accepted) => Some(Closed),
            (Kind::Reopened, Accepted | Closed | Unfounded) => Some(Reopened),
            (Kind::Noted | Kind::Attached, _) if self.is_open() => Some(self),
            (Kind::FindingJoined | Kind::FindingChanged | Kind::FindingGone | Kind::FindingReturned, _) => Some(self),
            _ => None,
        }
    }

    /// The steps that a person may take now.
    pub fn possible(self) -> impl Iterator<Item = Kind> {
        STEPS.iter().map(|(kind, ..)| *kind).filter(move |kind| self.after(*kind).is_some())
    }
}

/// What people do, the subcommand that does it, and what it is called.
pub const STEPS: [(Kind, &str, Text); 9] = [
    (Kind::Assigned, "assign", Text { zh: "分办", en: "assign" }),
    (Kind::Verified, "verify", Text { zh: "核实", en: "verify" }),
    (Kind::Unfounded, "unfounded", Text { zh: "查否", en: "unfounded" }),
    (Kind::Planned, "plan", Text { zh: "制定整改方案", en: "plan" }),
    (Kind::Accepted, "accept", Text { zh: "验收", en: "accept" }),
    (Kind::Closed, "close", Text { zh: "销号", en: "close" }),
    (Kind::Reopened, "reopen", Text { zh: "重新立案", en: "reopen" }),
    (Kind::Noted, "note", Text { zh: "备注", en: "note" }),
    (Kind::Attached, "attach", Text { zh: "附证据", en: "attach" }),
];

impl Kind {
    /// For people.
    #[must_use]
    pub fn title(self) -> Text {
        match self {
            Kind::Opened => Text { zh: "立案", en: "opened" },
            Kind::FindingJoined => Text { zh: "线索并入", en: "a finding joined" },
            Kind::FindingChanged => Text { zh: "线索数据变动", en: "a finding changed" },
            Kind::FindingGone => Text { zh: "线索消失", en: "a finding is gone" },
            Kind::FindingReturned => Text { zh: "线索再现", en: "a finding came back" },
            Kind::Assigned => Text { zh: "分办", en: "assigned" },
            Kind::Verified => Text { zh: "核实", en: "verified" },
            Kind::Unfounded => Text { zh: "查否", en: "unfounded" },
            Kind::Planned => Text { zh: "整改方案", en: "plan set" },
            Kind::Accepted => Text { zh: "验收", en: "accepted" },
            Kind::Closed => Text { zh: "销号", en: "closed" },
            Kind::Reopened => Text { zh: "重新立案", en: "reopened" },
            Kind::Noted => Text { zh: "备注", en: "noted" },
            Kind::Attached => Text { zh: "附证据", en: "evidence attached" },
        }
    }
}

/// Steps as a sentence names them, each with the subcommand that does it.
#[must_use]
pub fn listed(steps: impl Iterator<Item = Kind>, lang: Lang) -> String {
    let named: Vec<String> = steps
        .filter_map(|kind| STEPS.iter().find(|(k, ..)| *k == kind))
        .map(|(_, command, title)| match lang {
            Lang::Zh => format!("{}（{command}）", title.zh),
            Lang::En => (*command).to_owned(),
        })
        .collect();
    named.join(match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_goes_from_new_to_closed_and_no_other_way_round() {
        let course = [Kind::Assigned, Kind::Verified, Kind::Planned, Kind::Accepted, Kind::Closed, Kind::Reopened, Kind::Unfounded];
        let states: Vec<&str> = course
            .into_iter()
            .scan(State::New, |state, kind| {
                *state = state.after(kind)?;
                Some(state.id())
            })
            .collect();
        assert_eq!(states, ["assigned", "verified", "rectifying", "accepted", "closed", "reopened", "unfounded"]);
        let possible = |state: State| listed(state.possible(), Lang::En);
        assert_eq!(possible(State::New), "assign, note, attach");
        assert_eq!(possible(State::Assigned), "assign, verify, unfounded, note, attach");
        assert_eq!(possible(State::Verified), "assign, unfounded, plan, note, attach");
        assert_eq!(possible(State::Rectifying), "assign, plan, accept, note, attach");
        assert_eq!(possible(State::Accepted), "close, reopen, note, attach");
        assert_eq!(possible(State::Closed), "reopen");
        assert_eq!(possible(State::Unfounded), "reopen");
        assert_eq!(possible(State::Reopened), "assign, verify, unfounded, note, attach");
    }

    #[test]
    fn every_state_and_kind_is_found_by_its_name() {
        assert!(State::ALL.iter().all(|s| State::by_id(s.id()) == Some(*s)));
        assert!(Kind::ALL.iter().all(|k| Kind::by_id(k.id()) == Some(*k)));
    }
}
