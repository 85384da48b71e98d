//! Priority follows from impact and urgency by a matrix that an administrator may edit.

use super::{Impact, Priority, Urgency};
use serde::{Deserialize, Serialize};

/// Rows: organisation, team, person; columns: high, medium, low urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix(pub [[Priority; 3]; 3]);

impl Default for Matrix {
    /// organisation 1 2 3, team 2 3 4, person 3 4 4.
    fn default() -> Self {
        use Priority::{Critical, High, Low, Moderate};
        Self([
            [Critical, High, Moderate],
            [High, Moderate, Low],
            [Moderate, Low, Low],
        ])
    }
}

/// The matrix's priority for an impact and an urgency.
pub fn priority_of(matrix: &Matrix, impact: Impact, urgency: Urgency) -> Priority {
    let row = match impact {
        Impact::Organisation => 0,
        Impact::Team => 1,
        Impact::Person => 2,
    };
    let column = match urgency {
        Urgency::High => 0,
        Urgency::Medium => 1,
        Urgency::Low => 2,
    };
    matrix.0[row][column]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_matrix_never_ranks_a_smaller_harm_higher() {
        let matrix = Matrix::default();
        for row in 0..3 {
            for column in 0..2 {
                assert!(matrix.0[row][column] <= matrix.0[row][column + 1]);
                assert!(matrix.0[column][row] <= matrix.0[column + 1][row]);
            }
        }
        assert_eq!(
            priority_of(&matrix, Impact::Organisation, Urgency::High),
            Priority::Critical
        );
    }
}
