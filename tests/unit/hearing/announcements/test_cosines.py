"""The transform is the textbook's."""

import numpy as np
import pytest
from scipy.fft import dct

from hearing.announcements.cosines import cosines


@pytest.mark.parametrize(("size", "count"), [(18, 13), (50, 9), (4, 4)])
def test_as_the_orthonormal_transform(size: int, count: int) -> None:
    values = np.random.default_rng(size).normal(size=(3, size)).astype(np.float32)
    expected = dct(values, axis=1, norm="ortho")[:, :count]
    np.testing.assert_allclose(values @ cosines(size, count), expected, atol=1e-5)
