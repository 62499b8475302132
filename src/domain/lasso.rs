//! What lies within a line drawn by hand.
//!
//! Owns the geometry. Does not own the gesture, nor what the points stand for.

/// A closed line through these corners; the last is joined to the first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lasso {
    corners: Vec<[f32; 2]>,
}

impl Lasso {
    /// Through these corners. Fewer than three hold nothing.
    pub fn new(corners: Vec<[f32; 2]>) -> Self {
        Self { corners }
    }

    /// The rectangle between two opposite corners.
    pub fn rectangle(a: [f32; 2], b: [f32; 2]) -> Self {
        Self { corners: vec![a, [b[0], a[1]], b, [a[0], b[1]]] }
    }

    /// The corners.
    pub fn corners(&self) -> &[[f32; 2]] {
        &self.corners
    }

    /// Whether a point lies within, by the even-odd rule: what a line that crosses itself goes round twice lies outside.
    pub fn contains(&self, [x, y]: [f32; 2]) -> bool {
        let mut inside = false;
        for (i, [ax, ay]) in self.corners.iter().enumerate() {
            let [bx, by] = self.corners[(i + 1) % self.corners.len()];
            // An edge counts from its lower end up to before its upper one, so that a corner is crossed once.
            if (*ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
                inside = !inside;
            }
        }
        inside
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bent_line_holds_what_it_surrounds() {
        // A horseshoe that is open at the top.
        let shape = Lasso::new(vec![[0., 0.], [6., 0.], [6., 6.], [4., 6.], [4., 2.], [2., 2.], [2., 6.], [0., 6.]]);
        let inside = [[1.0, 5.0], [5.0, 5.0], [3.0, 1.0]];
        assert!(inside.iter().all(|point| shape.contains(*point)));
        let outside = [[3.0, 4.0], [3.0, 7.0], [-1.0, 1.0], [7.0, 2.0]];
        assert!(!outside.iter().any(|point| shape.contains(*point)));
        // A bow tie has two halves; what is beside its knot lies outside.
        let tie = Lasso::new(vec![[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0]]);
        assert!(tie.contains([0.5, 2.0]) && tie.contains([3.5, 2.0]) && !tie.contains([2.0, 3.5]));
        assert!(!Lasso::default().contains([0.0, 0.0]));
        assert!(!Lasso::new(vec![[0.0, 0.0], [4.0, 4.0]]).contains([2.0, 2.0]));
    }

    proptest! {
        #[test]
        fn a_rectangle_holds_what_lies_between_its_corners(
            a in [-10.0_f32..10.0, -10.0_f32..10.0], b in [-10.0_f32..10.0, -10.0_f32..10.0],
            point in [-12.0_f32..12.0, -12.0_f32..12.0],
        ) {
            let within = |at: usize| point[at] > a[at].min(b[at]) && point[at] < a[at].max(b[at]);
            prop_assert_eq!(Lasso::rectangle(a, b).contains(point), within(0) && within(1));
        }

        #[test]
        fn a_circle_of_corners_holds_what_is_near_its_middle(
            corners in 5_usize..40, turn in 0.0_f32..6.0, far in 0.0_f32..2.0, way in 0.0_f32..6.3,
        ) {
            let angle = |i: usize| turn + i as f32 / corners as f32 * std::f32::consts::TAU;
            let shape = Lasso::new((0..corners).map(|i| [angle(i).cos(), angle(i).sin()]).collect());
            // Between the circle within the corners and the one through them, either may be.
            let inner = (std::f32::consts::PI / corners as f32).cos();
            let found = shape.contains([far * way.cos(), far * way.sin()]);
            prop_assert!((far < inner * 0.999) <= found && found <= (far < 1.001), "{far}");
        }
    }
}
