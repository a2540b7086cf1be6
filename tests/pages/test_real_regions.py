"""The demo and the real Ballerup on every page: no key of the program, each figure one value."""

import pytest

from tests.pages.test_figures_agree import assert_all_agree, assert_briefs_agree
from tests.pages.test_raw_keys import assert_no_keys, briefs_of, pages_of, policy_pages_of
from tests.pages.test_stand_in import in_language

pytestmark = pytest.mark.slow

# fields of its sources are the data's own words
OWN_FIELDS = {"demo_result": frozenset(), "ballerup_result": frozenset({"municipality_code"})}
EACH_SITE_IN = [
    # every other site in one language, those between them in the other
    pytest.param({"en": slice(0, None, 2), "da": slice(1, None, 2)}, id="each site in one"),
    pytest.param(
        {"en": slice(None), "da": slice(None)}, id="each in both", marks=pytest.mark.prove
    ),
]


@pytest.mark.parametrize("sites", EACH_SITE_IN)
@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("of_region", OWN_FIELDS)
def test_a_real_region_shows_no_key(request, of_region, language, sites):
    told = in_language(request.getfixturevalue(of_region), language)
    pages = [*pages_of(told), *policy_pages_of(told), *briefs_of(told, sites[language])]
    assert_no_keys(pages, OWN_FIELDS[of_region])


@pytest.mark.parametrize("of_region", OWN_FIELDS)
def test_a_real_region_says_every_figure_once(request, of_region):
    result = request.getfixturevalue(of_region)
    assert_all_agree(result)
    assert_briefs_agree(result)
