"""The study of the real Ballerup, cut to what tests can build in a few seconds."""

from pathlib import Path

from geo_planner.config import Study, read_study

STUDY = Path(__file__).parents[1] / "data" / "studies" / "ballerup.toml"


def trimmed_study() -> Study:
    """Keep to the municipality and 2 km around it."""
    study = read_study(STUDY)
    lines = [s.model_copy(update={"buffer_m": 2000.0}) for s in study.sources.lines]
    layers = [
        s.model_copy(update={"within_m": min(s.within_m, 2000.0)}) if s.within_m else s
        for s in study.sources.layers
    ]
    spread = [s for s in study.sources.spread if s.role == "study"]
    kept = {"lines": tuple(lines), "layers": tuple(layers), "spread": tuple(spread)}
    return study.model_copy(update={"sources": study.sources.model_copy(update=kept)})
