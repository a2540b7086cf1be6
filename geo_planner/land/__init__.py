"""Land: what plans let be built on a site, what stands in the way, and the jobs it could hold."""

from geo_planner.land.capacity.chain import site_capacity
from geo_planner.land.capacity.jobs import draw_private_jobs, existing_jobs
from geo_planner.land.environment.classes import classes_lowered_by, environment_classes
from geo_planner.land.environment.sensitive import sensitive_uses
from geo_planner.land.factors import assumed_files
from geo_planner.land.measures import land_measures, plans_over
from geo_planner.land.plans.readiness import site_readiness
from geo_planner.land.plans.resolving import PlanResult, resolve_plans
from geo_planner.land.plans.summary import plan_summary

__all__ = [
    "PlanResult",
    "assumed_files",
    "classes_lowered_by",
    "draw_private_jobs",
    "environment_classes",
    "existing_jobs",
    "land_measures",
    "plan_summary",
    "plans_over",
    "resolve_plans",
    "sensitive_uses",
    "site_capacity",
    "site_readiness",
]
