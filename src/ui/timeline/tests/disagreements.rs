//! The lane of disagreements, and what a blind pass hides.

use super::*;
use crate::domain::disagreement::Disagreement;
use crate::domain::interval::FrameSpan;

#[test]
fn disagreements_say_who_says_what_and_a_click_goes_to_their_start() {
    let mut world = World::new();
    let stretch = |start, end, said: [&str; 2]| Disagreement {
        span: FrameSpan::new(start, end).expect("holds frames"),
        said: said.map(|class| if class.is_empty() { Vec::new() } else { vec![class.to_owned()] }).into(),
    };
    let list = vec![stretch(600, 900, ["Fight", ""]), stretch(1400, 1402, ["Fight", "Fall"])];
    world.disagreements = ShownDisagreements::new(vec!["Ada".to_owned(), "Bob".to_owned()], list, 1);
    world.frame = 0;
    let mut h = harness(world);
    h.get_by_label("Disagreement 2");
    h.get_by_label("Disagreement on frames 1400 to 1401: Ada: Fight; Bob: Fall");
    h.get_by_label("Disagreement on frames 600 to 899: Ada: Fight; Bob: nothing").click();
    h.run();
    assert_eq!(h.state().actions, [TimelineAction::Seek { frame: 600, dragging: false }]);
    h.state_mut().blind.on = true;
    h.run();
    for hidden in ["Disagreement lane", "Ground truth lane", "Score lane", "Attention lane"] {
        assert!(h.query_by_label(hidden).is_none(), "{hidden}");
    }
    h.get_by_label("Motion lane");
    h.state_mut().blind.shows_model = true;
    h.run();
    assert!(h.query_by_label("Score lane").is_some() && h.query_by_label("Ground truth lane").is_none());
}
