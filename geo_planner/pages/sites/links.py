"""Sites linked to the street network from afar, said beside them: nobody knows the way in."""

from geo_planner.pages.drawing.view import View


def far_link_words(view: View) -> dict[str, str]:
    """Say of each site how long its straight line to the streets is, where it is long."""
    from geo_planner.networks.street.far_links import far_links

    if not len(view.snaps):
        return {}
    found = far_links(view.snaps[view.snaps["table"] == "sites"], "table")
    return {
        str(site_id): view.words(
            "site_linked_far", distance=view.words.figure(round(distance_m), "m")
        )
        for (_, site_id), distance_m in found.items()
    }
