"""pdfium's C functions called with plain integers, for what is asked of every character and every object."""

import ctypes
from collections.abc import Callable
from typing import Any

ADDRESS = ctypes.c_void_p


def by_address(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    """The same function with integers for handles and out-parameters: a third of the cost of a call."""
    return ctypes.CFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)
