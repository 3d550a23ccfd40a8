//! Where does the common level stand, between and through thin periods? The local level model. (Method, section 6.)

/// A level and its variance, after what is known so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Mean.
    pub m: f64,
    /// Variance.
    pub p: f64,
}

/// What an observation did to the level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Update {
    /// The level after it.
    pub level: Level,
    /// Surprise in standard deviations of the forecast.
    pub surprise: f64,
    /// Gain before it is shrunk.
    pub gain: f64,
}

impl Level {
    /// The level one period on: the mean stays, the variance grows.
    #[must_use]
    pub fn predict(self, variance_a_period: f64) -> Self {
        Self { m: self.m, p: self.p + variance_a_period }
    }

    /// The level after an observation with its standard deviation. The gain is shrunk by as much as the surprise exceeds
    /// `surprise_limit` standard deviations, so that one odd period moves the level at most as far as one just at the limit.
    #[must_use]
    pub fn update(self, observed: f64, sd: f64, surprise_limit: f64) -> Update {
        let forecast_variance = self.p + sd * sd;
        let innovation = observed - self.m;
        let surprise = innovation / libm::sqrt(forecast_variance);
        let gain = self.p / forecast_variance;
        let shrunk = if surprise.abs() <= surprise_limit { gain } else { gain * surprise_limit / surprise.abs() };
        Update { level: Self { m: self.m + shrunk * innovation, p: self.p * (1.0 - gain) }, surprise, gain }
    }
}
