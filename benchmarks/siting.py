"""Sites: ranking again, robustness of ranks and portfolios, on made-up sites."""

import statistics
import time

import numpy as np
import pandas as pd

from benchmarks.land import add_rows
from benchmarks.measuring import row
from geo_planner.portfolio import OBJECTIVES, PortfolioLimits, solve_portfolio
from geo_planner.siting import (
    criterion_weights,
    rank_acceptability,
    score_sites,
    values_frame,
)
from geo_planner.siting.criteria import criteria

N_SITES, N_PORTFOLIO_SITES, N_DRAWS = 1_000, 200, 10_000
TARGET_JOBS, N_ALTERNATIVES = 5_000, 3
MOST = 60.0


def made_up_figures(rng):
    """Draw a figure of every criterion for every site, one in a hundred unknown."""
    figures = rng.uniform(0, MOST, (N_SITES, len(criteria())))
    figures[rng.random(figures.shape) < 0.01] = np.nan
    return pd.DataFrame(figures, columns=list(criteria()))


def made_up_sites(rng):
    """Draw sites with all that a portfolio may ask of them."""
    n = N_PORTFOLIO_SITES
    jobs = rng.integers(20, 900, n).astype(float)
    return pd.DataFrame(
        {
            "jobs_low": jobs * 0.5,
            "jobs_likely": jobs,
            "jobs_high": jobs * 1.6,
            "stage": rng.integers(1, 6, n),
            "years": rng.choice([0.5, 1.0, 2.0, 3.0], n),
            "floor_area_m2": jobs * rng.uniform(20, 40, n),
            "area_m2": rng.uniform(2_000, 80_000, n),
            "score": rng.uniform(20, 90, n),
            "travel_time_min": rng.uniform(20, 50, n),
            "station_near_share": rng.integers(0, 2, n).astype(float),
            "cluster": rng.choice(["it", "finance", "life_science"], n),
        },
        index=[f"s{i}" for i in range(n)],
    )


def measured(name, run, threads, words, repeats=5):
    """Make a row of the median seconds, with the processor's seconds beside the clock's."""
    run()
    clocks, cpus = [], []
    for _ in range(repeats):
        started, cpu = time.perf_counter(), time.process_time()
        run()
        clocks.append(time.perf_counter() - started)
        cpus.append(time.process_time() - cpu)
    cpu_s = round(statistics.median(cpus), 4)
    return row(name, statistics.median(clocks), None, threads, words) | {"cpu_s": cpu_s}


def main():
    """Measure and write the rows of siting and portfolios."""
    rng = np.random.default_rng(2)
    raw = made_up_figures(rng)
    frozen = dict.fromkeys(raw.columns, ((0.0, 0.0), (MOST, 1.0)))
    weights = criterion_weights(list(raw.columns), "balanced", {})
    values = values_frame(raw, frozen)
    rows = []
    for method in ("additive", "geometric", "topsis"):
        rows.append(
            measured(
                f"rerank_{method}",
                lambda m=method: score_sites(raw, weights, frozen, method=m),
                1,
                f"{raw.shape[0]} sites, {raw.shape[1]} criteria: values, score, range, rank, frame",
                21,
            )
        )
        rows.append(
            measured(
                f"robustness_{method}",
                lambda m=method: rank_acceptability(
                    values, weights, np.random.default_rng(0), method=m, n_draws=N_DRAWS
                ),
                2,
                f"{N_DRAWS} weightings of {raw.shape[0]} sites over the simplex, after compiling",
            )
        )
    sites = made_up_sites(rng)
    years = {"from_year": 2026, "by_year": 2030, "take_up_m2_per_year": 60_000.0}
    limits = {
        "free": PortfolioLimits(),
        "limited": PortfolioLimits(max_sites=15, max_per_cluster={"it": 5}, **years),
    }
    for objective in OBJECTIVES:
        for name, limit in limits.items():
            rows.append(
                measured(
                    f"portfolio_{objective}_{name}",
                    lambda o=objective, li=limit: solve_portfolio(
                        sites, TARGET_JOBS, objective=o, limits=li, alternatives=N_ALTERNATIVES
                    ),
                    1,
                    f"{len(sites)} sites, 3 cases, {N_ALTERNATIVES} portfolios each, {name}",
                    3,
                )
            )
    add_rows(rows)


if __name__ == "__main__":
    main()
