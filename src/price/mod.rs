//! What is the ore worth? normalise → screen → estimate → band → mechanism.

pub mod bands;
