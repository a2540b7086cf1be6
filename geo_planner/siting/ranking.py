"""One call from what was measured to a ranking as the study asks for it, and how sure it is."""

from dataclasses import dataclass

import pandas as pd

from geo_planner.config import Study
from geo_planner.findings import Finding
from geo_planner.siting.correlation import correlation_warnings, criteria_correlation
from geo_planner.siting.criteria import criteria_frame, values_frame
from geo_planner.siting.measuring import SiteMeasures
from geo_planner.siting.profiles import criterion_weights
from geo_planner.siting.robustness import robustness
from geo_planner.siting.scoring import score_sites

_LEAST_SITES = 2


@dataclass(frozen=True)
class Ranking:
    """Hold a ranking.

    Parameters
    ----------
    scores
        As :func:`geo_planner.siting.score_sites` gives them.
    criteria
        As :func:`geo_planner.siting.criteria_frame` gives them.
    robustness
        As :func:`geo_planner.siting.robustness` gives it, of the ranked sites; empty where fewer
        than two are ranked.
    correlation
        Correlation of the criteria's values over the sites.
    findings
        Pairs of criteria that say nearly the same.
    """

    scores: pd.DataFrame
    criteria: pd.DataFrame
    robustness: pd.DataFrame
    correlation: pd.DataFrame
    findings: tuple[Finding, ...]


def rank_sites(
    measured: SiteMeasures, study: Study, excluded_because: pd.Series | None = None
) -> Ranking:
    """Score, rank and test the ranking of sites.

    Parameters
    ----------
    measured
        At least one criterion of at least one site.
    study
        Settings: profile, weights, aggregation, unknowns, draws and seed.
    excluded_because
        Reason in words by site that a hard constraint excludes; None: none does.

    Raises
    ------
    InputError
        When weights name what does not exist, or none is left.
    """
    siting = study.siting
    keys = [str(key) for key in measured.raw.columns]
    groups = {str(group): weight for group, weight in siting.group_weights.items()}
    weights = criterion_weights(keys, siting.profile, siting.weights, groups)
    scores = score_sites(
        measured.raw,
        weights,
        measured.frozen,
        method=siting.aggregation,
        unknown=siting.unknown,
        excluded_because=excluded_because,
    )
    values = values_frame(measured.raw, measured.frozen)
    ranked = values[scores["rank"].notna()]
    tested = pd.DataFrame(index=ranked.index)
    if len(ranked) >= _LEAST_SITES:
        tested = robustness(
            ranked, weights, siting.seed, method=siting.aggregation, n_draws=siting.draws
        )
    correlation = criteria_correlation(values)
    return Ranking(
        scores=scores,
        criteria=criteria_frame(weights, measured.frozen),
        robustness=tested,
        correlation=correlation,
        findings=tuple(correlation_warnings(correlation, weights)),
    )
