"""The cosine transform that tells the shape of a spectrum or of a course of levels."""

from functools import cache

import numpy as np
import numpy.typing as npt


@cache
def cosines(size: int, count: int) -> npt.NDArray[np.float32]:
    """The first `count` columns of the orthonormal DCT-II of `size` values: values @ columns."""
    places = np.pi * (np.arange(size)[:, None] + 0.5) / size
    columns = np.cos(places * np.arange(count)) * np.sqrt(2 / size)
    columns[:, 0] /= np.sqrt(2)
    return np.asarray(columns, np.float32)
