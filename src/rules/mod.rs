//! Which records contradict which licence, truck or pass? One `.sql` file a rule, run over one snapshot.

pub mod finding;
