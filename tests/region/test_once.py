"""What is laid out from a region's tables is laid out once, and only the last few are kept."""

from geo_planner import example_region


def test_what_is_asked_for_again_is_not_made_again():
    region = example_region()
    made = []
    for _ in range(3):
        assert region.once("key", lambda: made.append(1) or "made") == "made"
    assert len(made) == 1


def test_only_the_last_few_are_kept():
    region = example_region()
    made = []
    for key in [*range(20), 19, 0]:
        region.once(("key", key), lambda key=key: made.append(key) or [key])
    assert made == [*range(20), 0]
