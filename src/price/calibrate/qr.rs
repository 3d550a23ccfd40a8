//! Which coefficients make the squares smallest? Householder reflections on scaled columns.
//!
//! A matrix is its columns. Columns are scaled by powers of two before the reflections, which rounds nothing, so that a polynomial
//! of degree 10 (NIST's Filip) loses no more digits than its own condition takes.

/// A least-squares solution.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// One a column.
    pub coefficients: Vec<f64>,
    /// `(X'X)⁻¹`, rows.
    pub inverse: Vec<Vec<f64>>,
}

/// A column that adds nothing to those before it: index of the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dependent(pub usize);

/// Rounding that a column's rest must exceed to count as independent, in units of the last place for each row.
const ULPS_A_ROW: f64 = 4.0;

/// The least-squares solution of `columns × b ≈ y`.
///
/// # Errors
/// [`Dependent`] names the first column that is, to rounding, a combination of those before it; so is any beyond the number of rows.
pub fn solve(columns: &[Vec<f64>], y: &[f64]) -> Result<Solution, Dependent> {
    let exponents: Vec<i32> = columns.iter().map(|c| exponent(norm(c))).collect();
    let mut left: Vec<Vec<f64>> = columns.iter().zip(&exponents).map(|(c, e)| c.iter().map(|v| libm::ldexp(*v, -e)).collect()).collect();
    let mut rest = y.to_vec();
    // Columns of the triangle, each with its diagonal last.
    let mut triangle: Vec<Vec<f64>> = Vec::with_capacity(left.len());
    let mut image = Vec::with_capacity(left.len());
    for k in 0..columns.len() {
        let (done, open) = left.split_at_mut(k + 1);
        let column = done.last_mut().ok_or(Dependent(k))?;
        let reflector = Reflector::of(column, k).ok_or(Dependent(k))?;
        open.iter_mut().for_each(|other| reflector.apply(other));
        reflector.apply(&mut rest);
        image.push(rest.get(k).copied().ok_or(Dependent(k))?);
        let above = column.get(..k).unwrap_or_default().iter().copied();
        triangle.push(above.chain([reflector.diagonal]).collect());
    }
    let unscale = |values: Vec<f64>| values.into_iter().zip(&exponents).map(|(v, e)| libm::ldexp(v, -e)).collect::<Vec<f64>>();
    let coefficients = unscale(back_substitute(&triangle, image));
    Ok(Solution { coefficients, inverse: inverse(&triangle, &exponents) })
}

/// `I - v v' 2 / (v'v)`, which turns a column into a multiple of the `k`-th unit vector, entries above `k` untouched.
struct Reflector {
    from: usize,
    vector: Vec<f64>,
    half_square: f64,
    diagonal: f64,
}

impl Reflector {
    fn of(column: &[f64], from: usize) -> Option<Self> {
        let mut vector = column.get(from..)?.to_vec();
        let (length, whole) = (norm(&vector), norm(column));
        #[expect(clippy::cast_precision_loss, reason = "numbers of rows are small")]
        let noise = whole * f64::EPSILON * ULPS_A_ROW * (column.len() as f64);
        let first = vector.first_mut()?;
        if length.is_nan() || length <= noise {
            return None;
        }
        let diagonal = if *first > 0.0 { -length } else { length };
        // The signs differ, so nothing cancels; v'v / 2 = length² + |first| length.
        let half_square = length * (length + first.abs());
        *first -= diagonal;
        Some(Self { from, vector, half_square, diagonal })
    }

    fn apply(&self, column: &mut [f64]) {
        let Some(rows) = column.get_mut(self.from..) else { return };
        let along: f64 = rows.iter().zip(&self.vector).map(|(a, v)| a * v).sum::<f64>() / self.half_square;
        rows.iter_mut().zip(&self.vector).for_each(|(a, v)| *a -= along * v);
    }
}

/// Solves the triangle by columns from the last one.
fn back_substitute(triangle: &[Vec<f64>], mut image: Vec<f64>) -> Vec<f64> {
    for (k, column) in triangle.iter().enumerate().rev() {
        let (Some(diagonal), (above, at)) = (column.last(), image.split_at_mut(k)) else { continue };
        let Some(value) = at.first_mut() else { continue };
        *value /= diagonal;
        above.iter_mut().zip(column).for_each(|(rest, r)| *rest -= r * *value);
    }
    image
}

/// `(X'X)⁻¹ = R⁻¹ R⁻ᵀ`, scaled back.
fn inverse(triangle: &[Vec<f64>], exponents: &[i32]) -> Vec<Vec<f64>> {
    let size = triangle.len();
    let unit = |k: usize| (0..size).map(|i| if i == k { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
    // Columns of R⁻¹.
    let inverted: Vec<Vec<f64>> = (0..size).map(|k| back_substitute(triangle, unit(k))).collect();
    let row = |i: usize| inverted.iter().map(|c| c.get(i).copied().unwrap_or(0.0)).collect::<Vec<f64>>();
    let rows: Vec<Vec<f64>> = (0..size).map(row).collect();
    let entry = |(a, ea): (&Vec<f64>, &i32), (b, eb): (&Vec<f64>, &i32)| libm::ldexp(a.iter().zip(b).map(|(x, y)| x * y).sum(), -(ea + eb));
    rows.iter().zip(exponents).map(|a| rows.iter().zip(exponents).map(|b| entry(a, b)).collect()).collect()
}

fn exponent(norm: f64) -> i32 {
    if norm > 0.0 && norm.is_finite() { libm::ilogb(norm) } else { 0 }
}

fn norm(values: &[f64]) -> f64 {
    libm::sqrt(values.iter().map(|v| v * v).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_two_points_is_exact() {
        let solution = solve(&[vec![1.0, 1.0], vec![1.0, 3.0]], &[5.0, 9.0]).unwrap();
        assert!((solution.coefficients[0] - 3.0).abs() < 1e-14 && (solution.coefficients[1] - 2.0).abs() < 1e-14);
    }

    #[test]
    fn the_inverse_is_that_of_the_normal_matrix() {
        // X'X = [[3, 6], [6, 14]], its inverse [[14, -6], [-6, 3]] / 6.
        let solution = solve(&[vec![1.0; 3], vec![1.0, 2.0, 3.0]], &[0.0; 3]).unwrap();
        let expected = [[14.0 / 6.0, -1.0], [-1.0, 0.5]];
        for (row, by_hand) in solution.inverse.iter().zip(expected) {
            for (got, value) in row.iter().zip(by_hand) {
                assert!((got - value).abs() < 1e-13, "{:?}", solution.inverse);
            }
        }
    }

    #[test]
    fn a_column_that_says_nothing_new_is_named() {
        let one = vec![1.0; 4];
        let grade = vec![1.0, 2.0, 3.0, 4.5];
        let both: Vec<f64> = grade.iter().map(|g| 2.0 * g - 3.0).collect();
        assert_eq!(solve(&[one.clone(), grade.clone(), both], &[0.0; 4]), Err(Dependent(2)));
        assert_eq!(solve(&[vec![0.0; 4], one], &[0.0; 4]), Err(Dependent(0)));
        assert_eq!(solve(&[vec![1.0], vec![2.0]], &[3.0]), Err(Dependent(1)), "more columns than rows");
    }
}
