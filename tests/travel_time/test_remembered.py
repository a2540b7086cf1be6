"""A router that remembers gives the same blocks again without searching."""

import numpy as np
import pytest

from geo_planner.travel_time.remembered import RememberedRouter
from tests.matrix_router import MatrixPoints, MatrixRouter


class CountingRouter(MatrixRouter):
    """Count how often it is asked."""

    asked = 0

    def blocks(self, *points, **limits):
        self.asked += 1
        yield from super().blocks(*points, **limits)


def asked_twice(memory_bytes, *, same_points=True):
    router = CountingRouter(np.arange(30.0).reshape(6, 5), block=4)
    remembered = RememberedRouter(router, memory_bytes)
    rows, columns = MatrixPoints("abcdef"), MatrixPoints("vwxyz")
    first = list(remembered.blocks(rows, columns, threads=1))
    again = rows if same_points else MatrixPoints("abcdef")
    second = list(remembered.blocks(again, columns, threads=1))
    return router, first, second


def test_the_same_question_is_answered_from_memory():
    router, first, second = asked_twice(10_000)
    assert router.asked == 1
    assert [block.origins for block in first] == [slice(0, 4), slice(4, 6)]
    assert all(a is b for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize(("memory_bytes", "same_points"), [(119, True), (10_000, False)])
def test_what_does_not_fit_or_differs_is_searched_anew(memory_bytes, same_points):
    # 6 x 5 costs of four bytes are 120 bytes
    router, first, second = asked_twice(memory_bytes, same_points=same_points)
    assert router.asked == 2
    assert [b.costs_cs.tolist() for b in first] == [b.costs_cs.tolist() for b in second]
