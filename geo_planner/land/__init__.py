"""Land: what plans let be built on a site, what stands in the way, and the jobs it could hold."""

from geo_planner.land.plans import PlanResult, resolve_plans

__all__ = ["PlanResult", "resolve_plans"]
